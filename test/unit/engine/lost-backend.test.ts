/** A graphics card that is lost while a run computes on it: the run goes on from its last checkpoint, on the next backend. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BackendLost } from '../../../src/engine/backends/backend';
import type { Backend } from '../../../src/engine/backends/backend';
import { cpu } from '../../../src/engine/backends/cpu';
import { backendUnavailable } from '../../../src/engine/errors';
import type { RunRecord } from '../../../src/protocol/run';
import { readJournal } from '../../../src/runs/journal';
import { RunFolder } from '../../../src/runs/folder';
import { context, Project, recordOf, TestEngine, totalSteps } from './project';

/** The plain backend of TensorFlow.js under another name, whose products fail on purpose once it is told to. */
const cardName = 'card';
let failing = false;
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
      if (failing) throw new Error('Invalid TF_Status: 13\nMessage: CUDA_ERROR_UNKNOWN');
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
    /^Error: Invalid TF_Status/.test(String(error)) ? new BackendLost('tensorflow-gpu', 'the card failed.') : undefined,
});

let project: Project;
beforeEach(async () => {
  failing = gone = false;
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
