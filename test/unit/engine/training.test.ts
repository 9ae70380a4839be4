/** What the config says about training, through whole runs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { singularValues } from '../../../src/core/linalg/svd';
import type { SpectrumEvent } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import type { Change } from './project';
import { context, finalCheckpoint, Project, recordOf, stepsPerEpoch, TestEngine, totalSteps } from './project';
import { readTensor } from './tensors';

let project: Project;
let engine: TestEngine;
beforeAll(async () => {
  project = await Project.create();
  engine = await TestEngine.greeted();
});
afterAll(() => project.remove());

const run = async (change: Change): Promise<string> => (await engine.run(project.start(change))).directory;

const cancelledAt = async (step: number, change: Change): Promise<string> => {
  engine.hear = (event, { id, directory }) => {
    if (event.type === 'step' && event.step === step) void engine.api.cancelRun({ id, directory }, context());
  };
  const directory = await run(change);
  engine.hear = undefined;
  expect((await recordOf(directory)).state).toBe('cancelled');
  return directory;
};

describe('optimizers', () => {
  it.each<Change>([
    { optimizer: 'adam', learningRate: 0.003 },
    { optimizer: 'adamw', learningRate: 0.003, train: 'labelSmoothing: 0.1' },
    { learningRate: 0.05, train: 'clipNorm: 0.5' },
  ])('%o go on after a cancel to the same bytes', async (change) => {
    const whole = await run(change);
    const directory = await cancelledAt(7, change);
    await engine.resume(directory);
    expect((await recordOf(directory)).state).toBe('completed');
    expect(await finalCheckpoint(directory)).toEqual(await finalCheckpoint(whole));
  });

  it('keep what adam remembers in the checkpoint, by the names of PyTorch', async () => {
    const directory = await run({ optimizer: 'adam', learningRate: 0.003 });
    const file = join(directory, `checkpoints/step-${String(totalSteps).padStart(6, '0')}.safetensors`);
    for (const of of ['weight.exp_avg', 'weight.exp_avg_sq', 'bias.exp_avg', 'bias.exp_avg_sq']) {
      const { values } = await readTensor(file, `optimizer.layers.fc2.${of}`);
      expect(values.some((value) => value !== 0)).toBe(true);
    }
    const { values: mask } = await readTensor(file, 'layers.fc2.mask');
    const { values: squares } = await readTensor(file, 'optimizer.layers.fc2.weight.exp_avg_sq');
    expect(squares.every((value, i) => mask[i] === 1 || value === 0)).toBe(true);
  });

  it('let grown weights begin anew, and lottery tickets', async () => {
    for (const change of [
      { sparsity: 'update: { method: rigl, every: 4 }', optimizer: 'adam' as const, learningRate: 0.003 },
      { train: 'rewind: { levels: 1, step: 4 }', optimizer: 'adam' as const, learningRate: 0.003 },
    ]) {
      const record = await recordOf(await run(change));
      expect([record.state, record.error]).toEqual(['completed', undefined]);
    }
  });
});

describe('an early stop', () => {
  // A rate that moves no weight: the validation loss never falls.
  const still: Change = { learningRate: 1e-30, weightDecay: 0, epochs: 9 };

  it('comes after so many epochs without a lower loss, and leaves a completed run', async () => {
    const directory = await run({ ...still, train: 'earlyStop: { patience: 2 }' });
    const end = 3 * stepsPerEpoch;
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', totalSteps: end });
    const lines = (await readFile(join(directory, 'events.jsonl'), 'utf8')).trim().split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as { type: string; step?: number; code?: string; message?: string },
    );
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(end);
    expect(events.find(({ code }) => code === 'engine.stopped-early')?.message).toContain(
      `step ${end} of ${9 * stepsPerEpoch}`,
    );
    for (const type of ['jacobian', 'spectrum', 'checkpoint'])
      expect(events.some((event) => event.type === type && event.step === end)).toBe(true);
  });

  it('is the same after a cancel', async () => {
    const change: Change = { ...still, train: 'earlyStop: { patience: 2 }' };
    const directory = await cancelledAt(2 * stepsPerEpoch + 1, change);
    await engine.resume(directory);
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', totalSteps: 3 * stepsPerEpoch });
  });

  it('does not come while the loss falls', async () => {
    const directory = await run({ learningRate: 0.02, train: 'earlyStop: { patience: 3 }' });
    expect(await recordOf(directory)).toMatchObject({ state: 'completed', totalSteps });
  });
});

describe('spectra', () => {
  const recorded = async (spectra: string): Promise<{ directory: string; events: SpectrumEvent[] }> => {
    const begun = project.start({ probes: '' });
    const configText = begun.configText.replace('spectra: { every: 5 }', `spectra: ${spectra}`);
    const { directory } = await engine.run({ ...begun, configText });
    const events = await readJournal(new RunFolder(directory).journalFile);
    return { directory, events: events.filter((event) => event.type === 'spectrum') };
  };

  it.each([
    ['{ at: [], every: 0 }', []],
    ['{ at: [3], every: 0 }', [3]],
    ['{ at: [3, end], every: 0 }', [3, totalSteps]],
    ['{ at: [3], every: 8 }', [0, 3, 8, 16, totalSteps]],
    ['{ every: 0 }', [0, totalSteps]],
  ])('%s are measured then and at no other step', async (spectra, steps) => {
    const { events, directory } = await recorded(spectra);
    expect([...new Set(events.map(({ step }) => step))]).toEqual(steps);
    expect(events).toHaveLength(3 * steps.length);
    expect((await recordOf(directory)).state).toBe('completed');
  });

  it('of the initialisation are those that the layers are described by', async () => {
    const { events, directory } = await recorded('{ at: [0], every: 0 }');
    const { layers } = await recordOf(directory);
    for (const [l, { layer, values, summary }] of events.entries()) {
      expect(layer).toBe(layers[l].name);
      expect(summary).toEqual(layers[l].singularValues);
      const [rows, columns] = layers[l].shape;
      const { values: weight } = await readTensor(join(directory, 'init.safetensors'), `layers.${layer}.weight`);
      expect(values).toEqual([...singularValues(Float32Array.from(weight), rows, columns)]);
    }
  });
});
