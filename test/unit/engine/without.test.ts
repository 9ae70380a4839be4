/** What the engine makes of a Node, a machine or an installation that lacks something. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineInfo } from '../../../src/protocol/engine';
import { protocolVersion } from '../../../src/protocol/engine';
import type { RunRecord } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import type { Bundle } from './bundle';
import { bundle } from './bundle';
import { completion, forkEngine } from './fork';
import type { Forked } from './fork';
import { Project, recordOf } from './project';

let built: Bundle;
const cleaning: (() => unknown)[] = [];

beforeAll(async () => {
  built = await bundle();
}, 60_000);
afterAll(() => built.remove());
afterEach(async () => {
  for (const clean of cleaning.splice(0)) await clean();
});

const fork = (engine: string, flags: readonly string[]): Forked => {
  const forked = forkEngine(engine, flags);
  cleaning.push(() => forked.child.kill('SIGKILL'));
  return forked;
};

const greeting = ({ peer }: Forked): Promise<EngineInfo> =>
  peer.remote.hello({ protocolVersion, backend: 'auto', threads: 1 });

/** What an engine started with `flags` says of itself. */
const told = (...flags: string[]): Promise<EngineInfo> => greeting(fork(built.engine, flags));

/** The engine of an installation that `change` did something to. */
async function changed(change: (file: (name: string) => string) => Promise<unknown>): Promise<Forked> {
  const folder = await mkdtemp(join(tmpdir(), 'sparsescope-changed-'));
  cleaning.push(() => rm(folder, { recursive: true, force: true }));
  await cp(built.folder, folder, { recursive: true });
  await change((name) => join(folder, name));
  return fork(join(folder, 'engine.js'), []);
}

describe('without WebAssembly', () => {
  it.each(['--jitless', '--no-expose-wasm'])('(%s) sparse runs take plain kernels, which it says', async (flag) => {
    const { kernels, executor, backend } = await told(flag);
    expect(kernels).toEqual({
      kind: 'plain',
      reason: 'this Node has no WebAssembly',
      threads: 1,
      oneThread: 'the kernels are plain TypeScript, which shares no memory',
    });
    expect([backend, executor.name, executor.kernels]).toEqual(['cpu', 'sparse', 'plain']);
    expect(executor.reason).toMatch(
      /kernels of our own, taken by auto\. .* not compiled here: this Node has no WebAssembly\.$/,
    );
  });
});

/** Node 22 has no flag for it, other processors other names. */
describe.skipIf(process.arch !== 'x64' || !process.version.startsWith('v20.'))('without SIMD', () => {
  const withoutSimd = '--no-enable-sse4-1';

  it('runs few kept weights by plain kernels and more by TensorFlow.js, and says why', async () => {
    const project = await Project.create();
    cleaning.push(() => project.remove());
    const engine = fork(built.engine, [withoutSimd]);
    const { backend, reason, kernels, executor } = await greeting(engine);
    expect([backend, executor.name]).toEqual(['wasm', 'sparse']);
    expect(reason).toMatch(/^without SIMD/);
    expect(kernels).toMatchObject({ kind: 'plain', reason: 'this Node has no WebAssembly SIMD' });
    const run = async (density: number): Promise<RunRecord> => {
      const ended = completion(engine.peer);
      const { directory } = await engine.peer.remote.startRun(project.start({ name: `kept-${density}`, density }));
      await ended;
      return recordOf(directory);
    };
    expect((await run(0.1)).executor).toEqual(executor);
    const { name, reason: why } = (await run(0.3)).executor!;
    expect(name).toBe('tensors');
    expect(why).toMatch(/^more than 0.15 of the weights are kept, .* this Node has no WebAssembly SIMD\.$/);
  });
});

describe('where kernels.wasm', () => {
  it('is missing, TensorFlow.js with SIMD computes sparse runs', async () => {
    const { backend, kernels, executor } = await greeting(await changed((file) => rm(file('kernels.wasm'))));
    expect(kernels.reason).toMatch(/^kernels\.wasm is neither in .*; install Sparsescope again$/);
    expect([backend, executor.name]).toEqual(['wasm', 'tensors']);
    expect(executor.reason).toMatch(/^TensorFlow\.js with SIMD is quicker .*kernels\.wasm is neither in/);
  });

  it('is damaged, that is what it says, and not that this Node lacks something', async () => {
    const { kernels } = await greeting(await changed((file) => truncate(file('kernels.wasm'), 5000)));
    expect(kernels.kind).toBe('plain');
    expect(kernels.reason).toMatch(/kernels\.wasm is damaged; install Sparsescope again$/);
  });
});

describe('where kernel-worker.js', () => {
  const two = { protocolVersion, backend: 'wasm', threads: 2 } as const;

  it('is damaged, one thread is told, and why', async () => {
    const engine = await changed((file) => writeFile(file('kernel-worker.js'), `throw new Error('cut off');`));
    const { kernels, executor } = await engine.peer.remote.hello(two);
    expect(kernels).toMatchObject({ threads: 1, oneThread: 'threads could not be started: cut off' });
    expect(executor.threads).toBe(1);
  });

  it('ends in the middle of a run, the journal says so and run.json has one thread', async () => {
    const project = await Project.create();
    cleaning.push(() => project.remove());
    // Counted as started (word 5), it ends once there is a job (word 0): the fields of control.ts, after the arguments of the job.
    const ending = `const words = new Int32Array(require('node:worker_threads').workerData.shared, 8 * 28);
      Atomics.add(words, 5, 1);
      setInterval(() => { if (Atomics.load(words, 0) > 0) throw new Error('cut off'); }, 1);`;
    const engine = await changed((file) => writeFile(file('kernel-worker.js'), ending));
    expect((await engine.peer.remote.hello(two)).kernels.threads).toBe(2);
    const ended = completion(engine.peer);
    const layers = ['{ name: fc1, linear: { in: 784, out: 500 } }', '{ name: fc2, linear: { in: 500, out: 10 } }'];
    const { directory } = await engine.peer.remote.startRun(
      project.start({ layers, init: 'base', density: 0.5, learningRate: 1e-4, jacobian: '' }),
    );
    await ended;
    expect((await recordOf(directory)).executor).toMatchObject({ name: 'sparse', threads: 1 });
    const warnings = (await readJournal(new RunFolder(directory).journalFile)).filter(({ type }) => type === 'warning');
    expect(warnings).toMatchObject([
      {
        code: 'engine.threads-given-up',
        message: 'The run goes on in one thread, to the same result: a thread ended: cut off.',
      },
    ]);
  });
});

describe('where of the files for TensorFlow.js', () => {
  /** What an engine says of its backend, and what its libraries print. */
  const backendOf = async (engine: Forked): Promise<{ said: string; printed: string }> => {
    let printed = '';
    for (const stream of [engine.child.stdout, engine.child.stderr])
      stream!.on('data', (chunk) => (printed += String(chunk)));
    const { backend, reason } = await greeting(engine);
    await engine.peer.remote.shutdown({});
    await engine.exit;
    return { said: `${backend}: ${reason}`, printed };
  };
  const simdFile = 'tfjs-backend-wasm-simd.wasm';

  it.each([
    ['our own are missing', 'heap-kernels.wasm', 'is neither in', rm],
    ['our own are damaged', 'heap-kernels.wasm', 'is damaged', (path: string) => truncate(path, 900)],
  ])('%s, it computes without them and says so', async (_, name, why, change) => {
    const { said, printed } = await backendOf(await changed((file) => change(file(name))));
    expect(said).toMatch(new RegExp(`^wasm: with SIMD, without kernels of our own \\(.*${name} ${why}`));
    expect(printed).toBe('');
  });

  it('the one with SIMD is missing, it computes by the one without', async () => {
    const { said, printed } = await backendOf(await changed((file) => rm(file(simdFile))));
    expect(said).toMatch(/^wasm: without SIMD \(tfjs-backend-wasm-simd\.wasm is missing; install Sparsescope again\)/);
    expect(printed).toBe('');
  });

  it('the one with SIMD is damaged, it says what was printed, and prints nothing', async () => {
    const { said, printed } = await backendOf(await changed((file) => truncate(file(simdFile), 5000)));
    expect(said).toMatch(/^cpu: .*\nwasm: WebAssembly did not start: \S*CompileError: .*\.$/s);
    expect(printed).toBe('');
  });

  it('none can be used, for want of WebAssembly, it prints nothing', async () => {
    const { said, printed } = await backendOf(fork(built.engine, ['--no-expose-wasm']));
    expect(said).toMatch(/^cpu: .*\nwasm: WebAssembly did not start: this Node has no WebAssembly\.$/s);
    expect(printed).toBe('');
  });
});

describe.skipIf(process.platform !== 'linux')('where addresses are limited', () => {
  /** What a process says on stdout that may have 4 GB of them. */
  const limited = async (...command: string[]): Promise<string> => {
    const shell = ['-c', 'ulimit -v 4000000; exec "$@"', 'sh', process.execPath, ...command];
    const { stdout, stderr } = await promisify(execFile)('sh', shell, { timeout: 50_000 });
    expect(stderr).toBe('');
    return stdout;
  };

  it('an engine is started so that it has its memories', async () => {
    const client = await built.of(
      'greeting.js',
      `import { forkEngine } from './src/client/engine-process';
       const { child, peer } = forkEngine(${JSON.stringify(built.engine)}, () => {}, String);
       peer.remote.hello({ protocolVersion: ${protocolVersion}, backend: 'wasm', threads: 2 }).then((info) => {
         console.log(JSON.stringify(info));
         child.kill();
       });`,
    );
    const { kernels, executor } = JSON.parse(await limited(client)) as EngineInfo;
    expect(kernels).toMatchObject({ kind: 'wasm', threads: 2 });
    expect(executor.name).toBe('sparse');
  });

  it('the command line says how to start it, which works', async () => {
    const doctor = async (
      ...flags: string[]
    ): Promise<{ backend: RunRecord['backend'] } & Pick<EngineInfo, 'kernels'>> =>
      JSON.parse(await limited(...flags, built.cli, 'doctor', '--json')) as Awaited<ReturnType<typeof doctor>>;
    const { backend, kernels } = await doctor();
    expect([backend.name, kernels.kind]).toEqual(['cpu', 'plain']);
    const remedy = /ulimit -v\), node (\S+) needs fewer/;
    const flag = remedy.exec(kernels.reason ?? '')![1];
    expect(remedy.exec(backend.reason)?.[1]).toBe(flag);
    const { backend: then, kernels: compiled } = await doctor(flag);
    expect([then.name, compiled.kind]).toEqual(['wasm', 'wasm']);
  });
});
