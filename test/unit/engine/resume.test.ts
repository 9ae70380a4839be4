import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import { context, finalCheckpoint, outcome, Project, recordOf, TestEngine, totalSteps } from './project';
import type { Change } from './project';

let project: Project;
beforeEach(async () => void (project = await Project.create()));
afterEach(() => project.remove());

const journalOf = (directory: string): Promise<RunEvent[]> => readJournal(new RunFolder(directory).journalFile);
const ofType = <T extends RunEvent['type']>(events: RunEvent[], type: T): Extract<RunEvent, { type: T }>[] =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe('cancel', () => {
  it('ends the run within one step and is no error', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.runUntil(project.start(), (event) => event.type === 'step' && event.step === 7);
    const record = await recordOf(directory);
    expect(record.state).toBe('cancelled');
    expect(record.error).toBeUndefined();
    const steps = ofType(await journalOf(directory), 'step');
    expect(steps.length).toBe(7);
  });

  it('knows no other runs', async () => {
    const engine = await TestEngine.greeted();
    await expect(engine.api.cancelRun({ id: 'tiny-9' }, context())).rejects.toMatchObject({
      code: 'engine.no-such-run',
    });
  });

  it('leaves a run of the same id in another project alone', async () => {
    const engine = await TestEngine.greeted();
    const other = await Project.create();
    const [a, b] = [
      await engine.api.startRun(project.start(), context()),
      await engine.api.startRun(other.start(), context()),
    ];
    expect(a.id).toBe(b.id);
    await engine.api.cancelRun(a, context());
    await engine.service.whenIdle();
    expect((await recordOf(a.directory)).state).toBe('cancelled');
    expect((await recordOf(b.directory)).state).toBe('completed');
    await other.remove();
  });
});

describe.each(['wasm', 'cpu'] as const)('resuming on %s', (backend) => {
  const stops: [string, (event: RunEvent) => boolean][] = [
    ['while initialising', (event) => event.type === 'layer' && event.layer.name === 'fc2'],
    ['between the first probes', (event) => event.type === 'spectrum' && event.layer === 'fc1'],
    ['after the first step', (event) => event.type === 'step' && event.step === 1],
    ['at a checkpoint', (event) => event.type === 'checkpoint' && event.step === 4],
    ['between probes', (event) => event.type === 'spectrum' && event.step === 5 && event.layer === 'fc2'],
    ['before an epoch is evaluated', (event) => event.type === 'step' && event.step === 12],
    ['before the last checkpoint', (event) => event.type === 'epoch' && event.step === totalSteps],
  ];

  it.each(stops)('after a cancel %s comes to the same bytes and the same journal', async (_, when) => {
    const engine = await TestEngine.greeted(backend);
    const straight = await engine.run(project.start());
    const { directory } = await engine.runUntil(project.start(), when);
    expect((await recordOf(directory)).state).toBe('cancelled');
    await engine.resume(directory);
    const record = await recordOf(directory);
    expect(record.state).toBe('completed');
    expect(record.backend.name).toBe(backend);
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
    expect(await outcome(directory)).toEqual(await outcome(straight.directory));
  });

  it('sees the same varied pictures', async () => {
    const engine = await TestEngine.greeted(backend);
    const change = { augment: 'crop, flip' };
    const straight = await engine.run(project.start(change));
    const plain = await engine.run(project.start());
    const { directory } = await engine.runUntil(
      project.start(change),
      (event) => event.type === 'step' && event.step === 9,
    );
    await engine.resume(directory);
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
    expect((await finalCheckpoint(plain.directory)).equals(await finalCheckpoint(straight.directory))).toBe(false);
  });

  it('after many cancels still comes to the same bytes', async () => {
    const engine = await TestEngine.greeted(backend);
    const straight = await engine.run(project.start());
    const { directory } = await engine.runUntil(project.start(), ({ type }) => type === 'step');
    for (let i = 0; i < 4; i++) {
      let steps = 0;
      engine.hear = (event, { id }) => {
        if (event.type === 'step' && ++steps === 3) void engine.api.cancelRun({ id }, context());
      };
      await engine.resume(directory);
    }
    engine.hear = undefined;
    await engine.resume(directory);
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
    expect(await outcome(directory)).toEqual(await outcome(straight.directory));
  });
});

describe('a resume', () => {
  const stopped = (engine: TestEngine) =>
    engine.runUntil(project.start(), (event) => event.type === 'step' && event.step === 7);
  const resume = (engine: TestEngine, directory: string) => engine.api.resumeRun({ directory }, context());

  it('says from where it goes on', async () => {
    const engine = await TestEngine.greeted();
    const { directory, id } = await stopped(engine);
    const cancelled = async (): Promise<object> => {
      const handle = await resume(engine, directory);
      await engine.api.cancelRun(handle, context());
      return handle;
    };
    expect(await cancelled()).toEqual({ id, directory, from: { step: 7, initialised: true } });
    await rm(join(directory, 'checkpoints'), { recursive: true });
    expect(await cancelled()).toEqual({ id, directory, from: { step: 0, initialised: true } });
    await rm(join(directory, 'checkpoints'), { recursive: true, force: true });
    await rm(join(directory, 'init.safetensors'));
    expect(await cancelled()).toEqual({ id, directory, from: { step: 0, initialised: false } });
  });

  it('of a completed run has nothing to do', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start());
    await expect(resume(engine, directory)).rejects.toMatchObject({ code: 'engine.run-is-complete' });
  });

  it('of a run that is going on is refused, also twice at once', async () => {
    const engine = await TestEngine.greeted();
    const handle = await engine.api.startRun(project.start(), context());
    await expect(resume(engine, handle.directory)).rejects.toMatchObject({ code: 'engine.run-is-live' });
    await engine.api.cancelRun(handle, context());
    const both = await Promise.allSettled([resume(engine, handle.directory), resume(engine, handle.directory)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await engine.service.whenIdle();
  });

  it('of a run whose folder is locked is refused, and goes on once it is not', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await stopped(engine);
    const lock = await new RunFolder(directory).lock();
    await expect(resume(engine, directory)).rejects.toMatchObject({ code: 'runs.still-running' });
    await lock.release();
    await engine.service.whenIdle();
    await resume(engine, directory);
    await engine.service.whenIdle();
    expect((await new RunFolder(directory).readRecord()).state).toBe('completed');
  });

  it('is refused when the data changed', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await stopped(engine);
    const path = join(project.root, 'data/train-images-idx3-ubyte');
    const bytes = await readFile(path);
    bytes[500] ^= 1;
    await writeFile(path, bytes);
    await expect(resume(engine, directory)).rejects.toMatchObject({ code: 'engine.data-changed' });
    expect((await recordOf(directory)).state).toBe('cancelled');
  });

  it('is refused when the config in the folder changed', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await stopped(engine);
    const { configFile } = new RunFolder(directory);
    await writeFile(configFile, `${await readFile(configFile, 'utf8')}\n# changed\n`);
    await expect(resume(engine, directory)).rejects.toMatchObject({ code: 'engine.config-changed' });
    expect((await recordOf(directory)).state).toBe('cancelled');
  });

  it('of a folder that is none says so', async () => {
    const engine = await TestEngine.greeted();
    await expect(resume(engine, project.root)).rejects.toMatchObject({ code: 'runs.no-record' });
  });

  it('takes the backend of the run, unless another one is busy', async () => {
    const cpuEngine = await TestEngine.greeted('cpu');
    const { directory } = await stopped(cpuEngine);
    const engine = await TestEngine.greeted('wasm');
    const busy = await engine.api.startRun(project.start({ epochs: 20 }), context());
    await expect(resume(engine, directory)).rejects.toMatchObject({ code: 'engine.backend-busy' });
    await engine.api.cancelRun(busy, context());
    await engine.resume(directory);
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', backend: { name: 'cpu' } });
    expect((await recordOf((await engine.run(project.start())).directory)).backend.name).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });
});

describe.each(['sparse', 'wasm'] as const)('resuming what compute.backend: %s began by other kernels', (backend) => {
  const asked: Change = { compute: `backend: ${backend}` };
  const stopped = async (engine: TestEngine): Promise<string> =>
    (await engine.runUntil(project.start(asked), (event) => event.type === 'step' && event.step === 7)).directory;
  const told = async (directory: string): Promise<string[]> =>
    ofType(await journalOf(directory), 'warning').map(({ code }) => code);

  it('says so, and which compute from then on', async () => {
    const engine = await TestEngine.greeted('wasm');
    const directory = await stopped(engine);
    const file = join(directory, 'run.json');
    const record = await recordOf(directory);
    const { kernels } = record.executor!;
    expect(kernels).toMatch(/^wasm/);
    await writeFile(file, JSON.stringify({ ...record, executor: { ...record.executor, kernels: 'plain' } }));
    await engine.resume(directory);
    expect(await told(directory)).toEqual(['engine.kernels-changed']);
    const [{ message }] = ofType(await journalOf(directory), 'warning');
    expect(message).toMatch(
      /kind plain, and this Node \(v[\d.]+\) takes those of the kind wasm.* from step 7; its fig/,
    );
    expect((await recordOf(directory)).executor).toMatchObject({
      kernels,
      reason: 'as the run began, by the kernels that this Node has.',
    });
  });

  it('says nothing where they are the same', async () => {
    const engine = await TestEngine.greeted('wasm');
    const directory = await stopped(engine);
    const { executor } = await recordOf(directory);
    await engine.resume(directory);
    expect(await told(directory)).toEqual([]);
    expect((await recordOf(directory)).executor).toEqual(executor);
  });
});
