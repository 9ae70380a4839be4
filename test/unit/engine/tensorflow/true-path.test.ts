/** TensorFlow for Node as a person installs and loads it, from npm's package to an operation, with a stand-in for its library. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpuFolderVariable, packageIn } from '../../../../src/gpu/engines';
import { probe } from '../../../../src/gpu/probe';
import type { Probed } from '../../../../src/gpu/probe';
import { bundle } from '../bundle';
import type { Bundle } from '../bundle';
import { missing, serveStandIn } from './stand-in';

const why = missing === undefined ? '' : ` (skipped: ${missing})`;

const tinyConfig = `version: 1
name: tiny
seed: 1
model: { preset: mlp-7 }
data: { source: synthetic-digits }
sparsity: { density: 0.1 }
train: { epochs: 1, batchSize: 2000 }
`;

describe.skipIf(missing !== undefined)(`TensorFlow for Node${why}`, () => {
  let folder: string;
  let built: Bundle;
  let packageFolder: string;
  let environment: NodeJS.ProcessEnv;
  let installed: { code: number; stdout: string; stderr: string };

  const cli = (args: string[], more: Record<string, string> = {}): Promise<typeof installed> =>
    new Promise((resolve) => {
      execFile(process.execPath, [built.cli, ...args], { env: { ...environment, ...more } }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparsescope-tensorflow-'));
    const root = join(folder, 'engines');
    const standIn = await serveStandIn(join(folder, 'stand-in'));
    built = await bundle();
    environment = { ...process.env, ...standIn.environment, [gpuFolderVariable]: root, STAND_IN_DEVICE: 'GPU' };
    installed = await cli(['install-gpu', '--json']);
    await standIn.close();
    packageFolder = packageIn(join(root, 'tfjs-node-gpu'), 'tfjs-node-gpu');
  }, 240_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await built.remove();
  });

  const withVariables = async <T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> => {
    Object.assign(process.env, variables);
    try {
      return await work();
    } finally {
      for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    }
  };

  /** What the engine finds, `variables` being set. */
  const look = (variables: Record<string, string> = { STAND_IN_DEVICE: 'GPU' }): Promise<Probed> =>
    withVariables(variables, () =>
      probe({ id: 'tfjs-node-gpu', packageFolder, modulePath: built.engine, limit: 60_000 }),
    );

  /** The same with a file of the package moved away. */
  const without = async (file: string, instead?: (path: string) => Promise<void>): Promise<string | undefined> => {
    const path = join(packageFolder, file);
    await rename(path, `${path}.away`);
    try {
      await instead?.(path);
      return (await look()).problem;
    } finally {
      await rm(path, { recursive: true, force: true });
      await rename(`${path}.away`, path);
    }
  };

  it('is installed by npm, compiled, tried out, and put in its place with nothing beside it', async () => {
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(installed.stdout)).toMatchObject({
      ok: true,
      package: '@tensorflow/tfjs-node-gpu',
      backend: 'tensorflow-gpu',
      version: '2.9.1-stand-in',
      device: { name: 'Stand-in GPU', memory: 4096 * 2 ** 20 },
    });
    expect(await readdir(join(folder, 'engines'))).toEqual(['tfjs-node-gpu']);
  });

  it('is what auto takes, with the card that the driver names', async () => {
    const { stdout } = await cli(['doctor', '--json']);
    expect((JSON.parse(stdout) as { backend: object }).backend).toEqual({
      name: 'tensorflow-gpu',
      reason: 'TensorFlow 2.9.1-stand-in, taken by auto.',
      device: { name: 'Stand-in GPU', memory: 4096 * 2 ** 20 },
      available: ['tensorflow-gpu', 'wasm', 'cpu'],
    });
  });

  it('computes for the TensorFlow.js of the engine: the copy that npm installs is never opened', async () => {
    // Resolved, which needs the file, but never run.
    for (const name of ['tfjs', 'tfjs-core']) {
      const main = join(packageFolder, '..', name, 'package.json');
      const { main: file } = JSON.parse(await readFile(main, 'utf8')) as { main: string };
      await writeFile(join(packageFolder, '..', name, file), 'throw new Error("opened");');
    }
    expect(await look()).toMatchObject({ version: '2.9.1-stand-in' });
  });

  it('computes on a Node that has lost what the package calls', async () => {
    const script = join(folder, 'node-23.cjs');
    await writeFile(script, "const u = require('node:util'); delete u.isNullOrUndefined; delete u.isArray;");
    expect(await look({ STAND_IN_DEVICE: 'GPU', NODE_OPTIONS: `--require ${script}` })).not.toHaveProperty('problem');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a library of CUDA is missing', {}, /^the library libcudart\.so\.11\.0 is missing; .*CUDA 11\.2/],
    ['the driver fails', { STAND_IN_FAULT: 'execute' }, /^an operation failed \(.*CUDA_ERROR_INVALID_PTX\); update/],
    ['the numbers are wrong', { STAND_IN_FAULT: 'wrong' }, /^its first operation gave wrong numbers; update/],
    ['the numbers are none', { STAND_IN_FAULT: 'nan' }, /^its first operation gave wrong numbers; update/],
    ['the process is ended', { STAND_IN_FAULT: 'abort' }, /^it ended its process \(SIGABRT\) .*; update/],
  ])('says so when %s', async (_, fault, sentence) => {
    const card: Record<string, string> = Object.keys(fault).length > 0 ? { STAND_IN_DEVICE: 'GPU' } : {};
    expect((await look({ ...card, ...fault })).problem).toMatch(sentence);
  });

  it('says so when it does not answer', async () => {
    const late = probe({ id: 'tfjs-node-gpu', packageFolder, modulePath: built.engine, limit: 1 });
    expect((await late).problem).toMatch(/^its first operation did not end within/);
  });

  it('says which part is missing or damaged', async () => {
    const [addon] = await readdir(join(packageFolder, 'lib'));
    expect(await without(`lib/${addon}/tfjs_binding.node`)).toMatch(
      /^its native part is missing, since npm did not run/,
    );
    expect(await without('deps/lib/libtensorflow.so.2')).toMatch(
      /^its TensorFlow library is missing; install it again/,
    );
    const cut = async (path: string): Promise<void> => {
      await writeFile(path, 'x'.repeat(100));
      await truncate(path, 20);
    };
    expect(await without('deps/lib/libtensorflow.so.2', cut)).toMatch(/^its TensorFlow library is damaged/);
    expect(await without('dist/register_all_kernels.js')).toMatch(/; install it again/);
  });

  it('leaves a run to wasm when an operation fails on the card', async () => {
    const config = join(folder, 'tiny.sparse.yaml');
    await writeFile(config, tinyConfig);
    const { code, stdout } = await cli(['run', config, '--json']);
    expect(code).toBe(0);
    // The stand-in multiplies, and so passes for a card; training needs more than that.
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'completed',
      backend: {
        name: 'wasm',
        reason: expect.stringMatching(/tensorflow-gpu: an operation failed \(The stand-in/) as string,
      },
    });
  });

  it('leaves auto with wasm, and says why', async () => {
    const { stdout } = await cli(['doctor', '--json'], { STAND_IN_FAULT: 'abort' });
    const { backend } = JSON.parse(stdout) as { backend: { name: string; reason: string; available: string[] } };
    expect(backend).toMatchObject({ name: 'wasm', available: ['wasm', 'cpu'] });
    expect(backend.reason).toMatch(/taken by auto\.\ntensorflow-gpu: it ended its process \(SIGABRT\)/);
  });

  it('is removed again', async () => {
    const { stdout } = await cli(['remove-gpu', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, removed: ['@tensorflow/tfjs-node-gpu'] });
    expect(await readdir(join(folder, 'engines'))).toEqual([]);
    const again = await cli(['doctor', '--json']);
    expect(again.stdout).toMatch(/tensorflow-gpu: not installed \(Sparsescope: Install GPU Engine/);
  });
});
