/** `install-gpu` as processes of its own: a second one, and ends that come from outside. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { gpuFolderVariable, worksOn } from '../../../src/gpu/engines';
import { bundle } from '../engine/bundle';
import type { Bundle } from '../engine/bundle';
import { isRunning } from './processes';

describe.skipIf(process.platform === 'win32' || !worksOn('tfjs-node-gpu'))('an npm that never ends', () => {
  let built: Bundle;
  let folder: string;
  let root: string;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    built = await bundle();
  }, 60_000);
  afterAll(() => built.remove());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparsescope-ended-'));
    root = join(folder, 'engines');
    const npm = join(folder, 'lib', 'node_modules', 'npm', 'bin');
    await mkdir(join(folder, 'bin'));
    await symlink(process.execPath, join(folder, 'bin', 'node'));
    await mkdir(npm, { recursive: true });
    await writeFile(
      join(npm, 'npm-cli.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid)); setInterval(() => {}, 1000);`,
    );
  });
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    const pid = await npmPid().catch(() => undefined);
    if (pid !== undefined && (await isRunning(pid))) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const installing = () => {
    const child = spawn(process.execPath, [built.cli, 'install-gpu', '--node', join(folder, 'bin', 'node')], {
      env: { ...process.env, [gpuFolderVariable]: root },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    started.push(child);
    return { child, said: () => said, ended: once(child, 'close') };
  };
  const npmPid = async (): Promise<number> =>
    Number(await readFile(join(folder, 'pid'), 'utf8')) || Promise.reject(new Error('not yet'));
  const npmBegun = (): Promise<number> => vi.waitFor(npmPid, { timeout: 30_000, interval: 50 });

  it('is left to the process that has begun with it', async () => {
    const { child } = installing();
    await npmBegun();
    const second = installing();
    expect(await second.ended).toEqual([1, null]);
    expect(second.said()).toMatch(/^error gpu\.installing: @tensorflow\/tfjs-node-gpu is being installed already, by/);
    expect(second.said()).toContain(`by process ${child.pid} into ${root}`);
    expect(await readdir(root)).toHaveLength(1);
  });

  it('ends with its terminal, and nothing is left', async () => {
    const { child, ended } = installing();
    const pid = await npmBegun();
    child.kill('SIGHUP');
    expect(await ended).toEqual([130, null]);
    expect(await isRunning(pid)).toBe(false);
    expect(await readdir(root)).toEqual([]);
  });
});
