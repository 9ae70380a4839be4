/** The list of drivers that is written where a system has NVIDIA's libraries and no list. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it.runIf(process.platform === 'linux')('is there for as long as its process is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sparsescope-drivers-'));
  try {
    const [module, script, temporary] = ['vulkan.cjs', 'child.cjs', 'temporary'].map((name) => join(folder, name));
    await build({
      entryPoints: ['src/engine/backends/webgpu/vulkan.ts'],
      ...{ outfile: module, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
    });
    await mkdir(temporary);
    // Every library is there.
    await writeFile(
      script,
      `process.dlopen = () => undefined;
       const named = require(${JSON.stringify(module)}).nameDrivers();
       const list = JSON.parse(require('node:fs').readFileSync(process.env.VK_DRIVER_FILES, 'utf8'));
       console.log(JSON.stringify({ named, list, file: process.env.VK_ICD_FILENAMES }));`,
    );
    const env = { PATH: process.env['PATH'], TMPDIR: temporary };
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
    expect(JSON.parse(stdout)).toEqual({
      named: true,
      list: { file_format_version: '1.0.0', ICD: { library_path: 'libGLX_nvidia.so.0', api_version: '1.3.0' } },
      file: expect.stringContaining(temporary) as string,
    });
    expect(await readdir(temporary)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
