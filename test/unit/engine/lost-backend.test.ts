/** A graphics card that is lost while it computes: a run goes on from its last checkpoint on the next backend, other work is done again. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BackendLost } from '../../../src/engine/backends/backend';
import type { Backend } from '../../../src/engine/backends/backend';
import { cpu } from '../../../src/engine/backends/cpu';
import { backendUnavailable } from '../../../src/engine/errors';
import type { CompareMethod, Comparison } from '../../../src/protocol/compare';
import type { StartRun } from '../../../src/protocol/engine';
import type { RunRecord } from '../../../src/protocol/run';
import { readJournal } from '../../../src/runs/journal';
import { RunFolder } from '../../../src/runs/folder';
import { context, Project, recordOf, TestEngine, totalSteps } from './project';
import type { Change } from './project';

/** The plain backend of TensorFlow.js under another name, whose products fail on purpose once it is told to. */
const cardName = 'card';
let failing = false;
/** Products that it still computes before it fails. */
let left = Infinity;
/** What it fails with: some backends throw a sentence of ours. */
let failure: Error;
/** Whether it was taken out, which shows when it is started. */
let gone = false;

beforeAll(async () => {
  await cpu.start();
  const make = tf.findBackendFactory('cpu');
  tf.registerBackend(cardName, () => make());
  tf.copyRegisteredKernels('cpu', cardName);
  const product = tf.getKernel('BatchMatMul', cardName);
  tf.unregisterKernel('BatchMatMul', cardName);
  tf.registerKernel({
    ...product,
    kernelFunc: (call) => {
      if (failing || left-- <= 0) throw failure;
      return product.kernelFunc(call);
    },
  });
});

const card = (): Backend => ({
  name: 'tensorflow-gpu',
  available: () => Promise.resolve({ ok: true, reason: 'a card' }),
  start: async () => {
    if (gone) throw backendUnavailable('tensorflow-gpu', 'It was taken out.');
    await tf.setBackend(cardName);
    return { version: '1', device: { name: 'Stand-in GPU', memory: 2 ** 32 } };
  },
  lost: (error) =>
    left < 0 || /^Error: Invalid TF_Status/.test(String(error))
      ? new BackendLost('tensorflow-gpu', 'the card failed.')
      : undefined,
});

let project: Project;
beforeEach(async () => {
  failing = gone = false;
  left = Infinity;
  failure = new Error('Invalid TF_Status: 13\nMessage: CUDA_ERROR_UNKNOWN');
  project = await Project.create();
});
afterEach(() => project.remove());

const greeted = (): Promise<TestEngine> => TestEngine.greeted('auto', [card(), cpu]);
const journalOf = (directory: string) => readJournal(new RunFolder(directory).journalFile);

const stepsOf = async (directory: string): Promise<number[]> =>
  (await journalOf(directory)).flatMap((event) => (event.type === 'step' ? [event.step] : []));
const warningsOf = async (directory: string): Promise<string[]> =>
  (await journalOf(directory)).flatMap((event) =>
    event.type === 'warning' ? [`${event.code}: ${event.message}`] : [],
  );
/** The record of the same run where there never was a card. */
const alone = async (): Promise<RunRecord> => {
  const { directory } = await (await TestEngine.greeted('auto', [cpu])).run(project.start());
  return recordOf(directory);
};
const all = Array.from({ length: totalSteps }, (_, i) => i + 1);

/** Loses the card after a step. */
const losing = (engine: TestEngine, step: number): void => {
  engine.hear = (event) => {
    if (event.type === 'step' && event.step === step) failing = true;
  };
};

describe('a card that is lost', () => {
  it('leaves the run to the next backend, from its last checkpoint, and says so', async () => {
    const engine = await greeted();
    losing(engine, 10);
    const { directory } = await engine.run(project.start());
    expect(await stepsOf(directory)).toEqual(all);
    expect(await warningsOf(directory)).toEqual([
      'engine.backend-lost: tensorflow-gpu can compute no more: the card failed. The run goes on from step 8 on cpu, ' +
        'whose figures may differ in the last digits.',
    ]);
    expect(await recordOf(directory)).toMatchObject({
      state: 'completed',
      backend: { name: 'cpu', reason: 'plain JavaScript, taken by auto.\ntensorflow-gpu: the card failed.' },
      // Not what the card took: on the processor kept weights alone are quicker, and a step takes less.
      executor: { name: 'sparse', reason: expect.stringMatching(/^kept weights only/) as string },
      step: (await alone()).step,
    });
    expect((await recordOf(directory)).backend).not.toHaveProperty('device');
    expect(engine.logs.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('comes to what the next backend alone comes to', async () => {
    const losses = async (engine: TestEngine): Promise<number[]> => {
      const { directory } = await engine.run(project.start());
      return (await journalOf(directory)).flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    };
    const engine = await greeted();
    losing(engine, 6);
    const found = await losses(engine);
    const expected = await losses(await TestEngine.greeted('cpu'));
    expect(found).toHaveLength(expected.length);
    found.forEach((loss, i) => expect(Math.abs(loss - expected[i])).toBeLessThan(1e-4));
  });

  it('before the first checkpoint: from the initial weights', async () => {
    const engine = await greeted();
    losing(engine, 1);
    const { directory } = await engine.run(project.start());
    expect(await stepsOf(directory)).toEqual(all);
    expect((await warningsOf(directory)).join()).toMatch(/goes on from its initial weights on cpu/);
  });

  it('is not asked again: the next run begins on the next backend', async () => {
    const engine = await greeted();
    expect(engine.info).toMatchObject({ backend: 'tensorflow-gpu', device: { name: 'Stand-in GPU', memory: 2 ** 32 } });
    losing(engine, 3);
    await engine.run(project.start());
    expect(engine.info).toMatchObject({ backend: 'cpu', available: ['cpu'] });
    const { directory } = await engine.run(project.start());
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', backend: { name: 'cpu' } });
    expect(await warningsOf(directory)).toEqual([]);
  });

  it('takes none of two runs with it', async () => {
    const engine = await greeted();
    losing(engine, 5);
    const runs = await Promise.all([0, 1].map(() => engine.api.startRun(project.start(), context())));
    await engine.service.whenIdle();
    for (const { directory } of runs) {
      expect(await stepsOf(directory)).toEqual(all);
      expect(await recordOf(directory)).toMatchObject({ state: 'completed', backend: { name: 'cpu' } });
    }
  });

  it('can be cancelled while it changes over', async () => {
    const engine = await greeted();
    let cancelled: Promise<void> | undefined;
    engine.hear = (event, { id }) => {
      if (event.type === 'step' && event.step === 10) failing = true;
      if (event.type === 'warning') cancelled ??= engine.api.cancelRun({ id }, context());
    };
    const { directory } = await engine.run(project.start());
    await cancelled;
    expect((await recordOf(directory)).state).toBe('cancelled');
    expect((await stepsOf(directory)).length).toBeLessThan(totalSteps);
    await engine.resume(directory);
    expect(await stepsOf(directory)).toEqual(all);
  });

  it('ends the run in a sentence where nothing can go on with it', async () => {
    const engine = await greeted();
    engine.hear = (event) => {
      if (event.type !== 'step' || event.step !== 10) return;
      failing = true;
      removing = rm(join(project.root, 'data'), { recursive: true });
    };
    let removing: Promise<void> | undefined;
    const { directory } = await engine.run(project.start());
    await removing;
    expect(await recordOf(directory)).toMatchObject({
      state: 'failed',
      error: { message: expect.any(String) as string },
    });
    expect(engine.records.at(-1)).toMatchObject({ state: 'failed' });
  });
});

describe('a card that is gone', () => {
  it('is passed over when it does not start, with its reason', async () => {
    gone = true;
    const engine = await greeted();
    expect(engine.info).toMatchObject({
      backend: 'cpu',
      reason: 'plain JavaScript, taken by auto.\ntensorflow-gpu: It was taken out.',
    });
    await expect(TestEngine.greeted('tensorflow-gpu', [card(), cpu])).rejects.toMatchObject({
      code: 'engine.backend-unavailable',
    });
  });

  it('between two runs leaves the next run to the next backend, which says so', async () => {
    const engine = await greeted();
    await engine.run(project.start());
    gone = true;
    const { directory } = await engine.run(project.start());
    const backend = { name: 'cpu', reason: 'plain JavaScript, taken by auto.\ntensorflow-gpu: It was taken out.' };
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', backend, executor: { name: 'sparse' } });
    expect(engine.info).toMatchObject({ backend: 'cpu', available: ['cpu'] });
  });

  it('is said where it was asked for by its name', async () => {
    const engine = await TestEngine.greeted('tensorflow-gpu', [card(), cpu]);
    gone = true;
    const refused = { code: 'engine.backend-unavailable', message: expect.stringContaining('taken out') as string };
    await expect(engine.run(project.start())).rejects.toMatchObject(refused);
    gone = false;
    const open = await greeted();
    gone = true;
    await expect(open.run(project.start({ compute: 'backend: tensorflow-gpu' }))).rejects.toMatchObject(refused);
  });

  it('leaves a run whose config named it to what auto takes', async () => {
    const engine = await greeted();
    losing(engine, 10);
    const { directory } = await engine.run(project.start({ compute: 'backend: tensorflow-gpu' }));
    expect(await recordOf(directory)).toMatchObject({
      state: 'completed',
      backend: { name: 'cpu' },
      executor: { name: 'sparse', reason: expect.stringMatching(/taken by auto/) as string },
    });
  });

  it('leaves a stopped run to the next backend, which says so', async () => {
    const engine = await greeted();
    const { directory } = await engine.runUntil(project.start(), (event) => event.type === 'step' && event.step === 7);
    expect((await recordOf(directory)).backend).toMatchObject({ device: { name: 'Stand-in GPU' } });
    gone = true;
    await (await greeted()).resume(directory);
    expect(await stepsOf(directory)).toEqual(all);
    expect(await recordOf(directory)).toMatchObject({ backend: { name: 'cpu' }, executor: { name: 'sparse' } });
    expect((await warningsOf(directory)).join()).toMatch(
      /engine\.backend-changed: The run was computed with tensorflow-gpu, which does not work here: It was taken out\. The run goes on from step 7 on cpu/,
    );
  });
});

describe('a card that is lost in other work', () => {
  const scored: Change = { distribution: 'snip', init: 'base' };
  const shared: Change = { sharing: 'method: roast, mapping: fold, compression: 4, initStd: 0.05' };
  const points = [0.01, 0.1].map((learningRate) => ({ initStd: 0.05, learningRate }));
  const methods: CompareMethod[] = [
    { distribution: 'uniform', init: 'eoi' },
    { distribution: 'uniform', init: 'base' },
  ];
  const output = (): string => join(project.root, 'out.safetensors');
  /** Without times. */
  const compared = ({ methods: all }: Comparison): object[] => all.map((method) => ({ ...method, milliseconds: 0 }));

  const works: [what: string, change: Change, work: (api: TestEngine['api'], source: StartRun) => Promise<unknown>][] =
    [
      ['init by scores', scored, (api, source) => api.initialise({ ...source, output: output() }, context())],
      ['prune', scored, (api, source) => api.prune({ ...source, output: output() }, context())],
      [
        'compare',
        {},
        async (api, source) => compared(await api.compareInitialisations({ ...source, methods }, context())),
      ],
      ['diagnose by a batch', shared, (api, source) => api.diagnoseSharing({ ...source, level: 'batch' }, context())],
      ['diagnose', shared, (api, source) => api.diagnoseSharing({ ...source, level: 'sharpness' }, context())],
      ['test', shared, (api, source) => api.testSharing({ ...source, points, steps: 6 }, context())],
    ];

  it.each(works)('%s: is done on the next backend, which is said', async (_, change, work) => {
    const source = project.start(change);
    const expected = await work((await TestEngine.greeted('cpu')).api, source);
    const engine = await greeted();
    left = 5;
    expect(await work(engine.api, source)).toEqual(expected);
    expect(engine.logs).toEqual([
      {
        level: 'warn',
        message:
          'tiny.sparse.yaml: tensorflow-gpu can compute no more: the card failed. What it was to compute is computed anew on cpu, ' +
          'whose figures may differ in the last digits.',
      },
    ]);
    expect(engine.info).toMatchObject({ backend: 'cpu', available: ['cpu'] });
    const { directory } = await engine.run(source);
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', backend: { name: 'cpu' } });
  });

  it('compare, where that looks as if a method could not be drawn: draws all on the next backend', async () => {
    const engine = await greeted();
    const source = { ...project.start(), methods };
    failure = new BackendLost('tensorflow-gpu', 'the card failed.');
    left = 5;
    const { methods: found } = await engine.api.compareInitialisations(source, context());
    expect(found.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(engine.logs).toHaveLength(1);
  });

  it('while a run goes on there: takes both to the next', async () => {
    const engine = await greeted();
    losing(engine, 5);
    const { directory } = await engine.api.startRun(project.start(), context());
    const report = await engine.api.testSharing({ ...project.start(shared), points, steps: 40 }, context());
    await engine.service.whenIdle();
    expect(report).toHaveLength(2);
    expect(await stepsOf(directory)).toEqual(all);
    expect((await recordOf(directory)).backend.name).toBe('cpu');
  });

  it('is done on the next backend where the card was gone before', async () => {
    const engine = await greeted();
    gone = true;
    await engine.api.prune({ ...project.start(scored), output: output() }, context());
    expect(engine.info).toMatchObject({ backend: 'cpu', available: ['cpu'] });
  });

  it('refuses a run that names another backend until it is done', async () => {
    const engine = await greeted();
    const work = engine.api.testSharing({ ...project.start(shared), points, steps: 40 }, context());
    const run = engine.api.startRun(project.start({ compute: 'backend: cpu' }), context());
    await expect(run).rejects.toMatchObject({
      code: 'engine.backend-busy',
      message: expect.stringMatching(/^This work needs the backend cpu, but/) as string,
    });
    await work;
    const { directory } = await engine.run(project.start({ compute: 'backend: cpu' }));
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', backend: { name: 'cpu' } });
  });

  it('holds its backend from before that has started', async () => {
    let starting = (): void => undefined;
    let opened = Promise.resolve();
    const start = async (): ReturnType<Backend['start']> => {
      starting();
      await opened;
      return card().start();
    };
    const engine = await TestEngine.greeted('auto', [{ ...card(), start }, cpu]);
    const asked = new Promise<void>((resolve) => (starting = resolve));
    let open = (): void => undefined;
    opened = new Promise((resolve) => (open = resolve));
    const work = engine.api.prune({ ...project.start(scored), output: output() }, context());
    await asked;
    const run = engine.api.startRun(project.start({ compute: 'backend: cpu' }), context());
    await expect(run).rejects.toMatchObject({ code: 'engine.backend-busy' });
    open();
    expect((await work).layers).toHaveLength(3);
  });

  it('init and prune that compute with none hold none', async () => {
    const engine = await greeted();
    const source = { ...project.start({ distribution: 'magnitude', init: 'base' }), output: output() };
    const named = project.start({ compute: 'backend: cpu' });
    for (const work of ['initialise', 'prune'] as const) {
      let run: Promise<unknown> | undefined;
      // In the middle of it.
      const progress = (): void => void (run ??= engine.api.startRun(named, context()));
      gone = true;
      const { layers } = await engine.api[work](source, { ...context(), progress });
      gone = false;
      expect(layers).toHaveLength(3);
      await (run ?? engine.api.startRun(named, context()));
      await engine.service.whenIdle();
      expect(engine.info).toMatchObject({ backend: 'tensorflow-gpu' });
    }
  });

  it('fails in a sentence where nothing else works', async () => {
    const engine = await TestEngine.greeted('auto', [card()]);
    left = 5;
    const work = engine.api.prune({ ...project.start(scored), output: output() }, context());
    await expect(work).rejects.toMatchObject({ code: 'engine.backend-unavailable' });
  });
});
