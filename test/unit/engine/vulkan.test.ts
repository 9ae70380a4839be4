/** The list of drivers that is written where a system has NVIDIA's libraries and no list. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let script: string;
let temporary: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparsescope-drivers-'));
  script = join(folder, 'child.cjs');
  temporary = join(folder, 'temporary');
  await mkdir(temporary);
  const module = join(folder, 'vulkan.cjs');
  await build({
    entryPoints: ['src/engine/backends/webgpu/vulkan.ts'],
    ...{ outfile: module, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
  });
  // Every library is there. With an argument it waits for its end.
  await writeFile(
    script,
    `process.dlopen = () => undefined;
     require(${JSON.stringify(module)}).nameDrivers().then((named) => {
       const list = JSON.parse(require('node:fs').readFileSync(process.env.VK_DRIVER_FILES, 'utf8'));
       console.log(JSON.stringify({ named, list, file: process.env.VK_ICD_FILENAMES }));
       if (process.argv[2]) setInterval(() => undefined, 1000);
     });`,
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const env = () => ({ PATH: process.env['PATH'], TMPDIR: temporary });

/** A process that has its list, and goes on. */
async function lasting(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script, 'wait'], { env: env(), stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

const killed = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

describe.runIf(process.platform === 'linux')('the list of drivers', () => {
  it('is there for as long as its process is', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env: env() });
    expect(JSON.parse(stdout)).toEqual({
      named: true,
      list: { file_format_version: '1.0.0', ICD: { library_path: 'libGLX_nvidia.so.0', api_version: '1.3.0' } },
      file: expect.stringContaining(temporary) as string,
    });
    expect(await readdir(temporary)).toEqual([]);
  });

  it('of a process that was killed goes with the next; that of a living one, and what is not certainly ours, stays', async () => {
    await killed(await lasting());
    const [left] = await readdir(temporary);
    const owner = JSON.parse(await readFile(join(temporary, left, 'owner.json'), 'utf8')) as object;
    const strange = { 'sparsescope-vulkan-other': { ...owner, machine: 'elsewhere' }, 'sparsescope-vulkan-none': {} };
    for (const [name, told] of Object.entries(strange)) {
      await mkdir(join(temporary, name));
      await writeFile(join(temporary, name, 'owner.json'), JSON.stringify(told));
    }
    await symlink(folder, join(temporary, 'sparsescope-vulkan-link'));
    const child = await lasting();
    const names = await readdir(temporary);
    expect(names).not.toContain(left);
    expect(names).toHaveLength(4);
    expect(names).toEqual(expect.arrayContaining([...Object.keys(strange), 'sparsescope-vulkan-link']));
    await promisify(execFile)(process.execPath, [script], { env: env() });
    expect((await readdir(temporary)).sort()).toEqual(names.sort());
    await killed(child);
  });
});
