/** A driver that never answers, and holds the thread that has called it: its process ends with whoever waits for it. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { forkEngine } from '../../../src/client/engine-process';
import { gpuFolderVariable, packageIn, worksOn } from '../../../src/gpu/engines';
import { patience, probe, probeFlag, probeOnce } from '../../../src/gpu/probe';
import type { ProbeOptions } from '../../../src/gpu/probe';
import { protocolVersion } from '../../../src/protocol/engine';
import { RpcCancelled } from '../../../src/protocol/rpc';
import type { Progress } from '../../../src/protocol/rpc';
import { bundle } from '../engine/bundle';
import type { Bundle } from '../engine/bundle';
import { isRunning } from './processes';

const id = 'tfjs-node-gpu';

describe.skipIf(!worksOn(id))('a driver that never answers', () => {
  let built: Bundle;
  let root: string;
  let packageFolder: string;
  let pidFile: string;

  beforeAll(async () => {
    built = await bundle();
  }, 60_000);
  afterAll(() => built.remove());

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sparsescope-hanging-'));
    packageFolder = packageIn(join(root, id), id);
    pidFile = join(root, 'pid');
    for (const name of ['tfjs', 'tfjs-core']) await writePackage(join(dirname(packageFolder), name), '');
    await writePackage(
      packageFolder,
      `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
    );
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const writePackage = async (folder: string, script: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(join(folder, 'index.js'), script);
  };

  /** Of the process that hangs. */
  const hung = (): Promise<number> =>
    vi.waitFor(async () => Number(await readFile(pidFile, 'utf8')) || Promise.reject(new Error('not yet')), {
      timeout: 30_000,
      interval: 50,
    });
  const gone = (pid: number) => expect.poll(() => isRunning(pid), { timeout: 10_000, interval: 100 }).toBe(false);

  /** The command line, in a group of its own as a terminal has it. */
  const doctor = () => {
    const child = spawn(process.execPath, [built.cli, 'doctor'], {
      env: { ...process.env, [gpuFolderVariable]: root },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    return { child, said: () => said };
  };

  it('is cancelled by Ctrl+C, which reaches all that the terminal has started', async () => {
    const { child, said } = doctor();
    const pid = await hung();
    const ended = once(child, 'close');
    process.kill(-child.pid!, 'SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(said()).toMatch(/Ctrl\+C/);
    await gone(pid);
  });

  it('ends with the process that tries it, however that ends', async () => {
    const { child } = doctor();
    const pid = await hung();
    child.kill('SIGKILL');
    await gone(pid);
  });

  it('is told of while an engine tries it, and let go where that is not waited for', async () => {
    process.env[gpuFolderVariable] = root;
    const fail = (error: unknown): never => {
      throw error;
    };
    const { child, peer } = forkEngine(built.engine, fail, fail);
    try {
      const controller = new AbortController();
      const said: string[] = [];
      const options = { signal: controller.signal, onProgress: ({ message }: Progress) => said.push(message) };
      const greeting = peer.remote.hello({ protocolVersion, backend: 'auto' }, options);
      const pid = await hung();
      controller.abort();
      await expect(greeting).rejects.toBeInstanceOf(RpcCancelled);
      expect(said).toEqual(['trying tensorflow-gpu']);
      await gone(pid);
      expect(await peer.remote.hello({ protocolVersion, backend: 'wasm' })).toMatchObject({ backend: 'wasm' });
    } finally {
      child.kill('SIGKILL');
      Reflect.deleteProperty(process.env, gpuFolderVariable);
    }
  });

  it('ends by itself at its limit', async () => {
    const child = fork(built.engine, [probeFlag, id, packageFolder, '2000'], { stdio: 'ignore' });
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  });

  it('is asked again where the try was cancelled', async () => {
    const ask = probeOnce();
    const options: ProbeOptions = { id, packageFolder, modulePath: built.engine, limit: patience.start };
    const controller = new AbortController();
    const cancelled = ask({ ...options, signal: controller.signal });
    const waits = ask({ ...options, limit: 1 });
    await hung();
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect((await waits).problem).toMatch(/did not end within/);
    expect(await ask(options)).toEqual(await waits);
  });

  it('is no answer where it was cancelled before it began', async () => {
    const signal = AbortSignal.abort();
    const options = { id, packageFolder, modulePath: built.engine, limit: 1, signal } as const;
    await expect(probe(options)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
