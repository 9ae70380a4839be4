import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import { npyFile } from '../formats/npy-file';
import { context, finalCheckpoint, outcome, Project, recordOf, TestEngine } from './project';

let project: Project;
beforeEach(async () => void (project = await Project.create()));
afterEach(() => project.remove());

const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(project.root, 'data', name), bytes);
const arrays = async (last = 0): Promise<void> => {
  const values = Float32Array.from({ length: 60 * 784 }, (_, i) => Math.sin(7 * i));
  values[values.length - 1] = last;
  await put('x_train.npy', npyFile('<f4', [60, 784], values));
  await put(
    'y_train.npy',
    npyFile(
      '<i8',
      [60],
      BigInt64Array.from({ length: 60 }, (_, i) => BigInt(i % 10)),
    ),
  );
};
const change = { data: 'source: npy, path: ./data' };

describe('a run on numbers that an embedding looks up', () => {
  const layers = [
    '{ name: table, embedding: { size: 12, width: 6 } }',
    '{ name: place, position: { tokens: 5, size: 6 } }',
    '{ name: each, linear: { in: 6, out: 12 } }',
    '{ activation: tanh }',
    '{ reshape: mean }',
    '{ name: fc, linear: { in: 12, out: 3 } }',
  ];
  /** The class is the number that is at the third place, by 3. */
  const numbers = async (descr: '|u1' | '<i4', wrong?: { example: number; number: number }): Promise<void> => {
    const values = new (descr === '|u1' ? Uint8Array : Int32Array)(60 * 5).map(
      (_, i) => (7 * i + Math.floor(i / 5)) % 12,
    );
    const labels = BigInt64Array.from({ length: 60 }, (_, e) => BigInt(values[5 * e + 2] % 3));
    if (wrong) values[5 * wrong.example + 4] = wrong.number;
    await put('x_train.npy', npyFile(descr, [60, 5], values));
    await put('y_train.npy', npyFile('<i8', [60], labels));
  };
  const own = { ...change, layers, init: 'base' } as const;

  it.each(['|u1', '<i4'] as const)('learns, of %s as they are, and is resumed to the same bytes', async (descr) => {
    await numbers(descr);
    const engine = await TestEngine.greeted();
    const learning = { ...own, epochs: 12, learningRate: 0.3, probes: 'signals: { at: [0], samples: 8 }' } as const;
    const straight = await engine.run(project.start(learning));
    const { state, layers: kept, network } = await recordOf(straight.directory);
    expect(state).toBe('completed');
    // The table is not among the layers with a density.
    expect(kept.map(({ name }) => name)).toEqual(['each', 'fc']);
    expect(network).toMatchObject({ inputs: 5, classes: 3 });
    const losses = (await readJournal(new RunFolder(straight.directory).journalFile)).flatMap((event) =>
      event.type === 'epoch' ? [event.trainLoss] : [],
    );
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]);
    const { directory } = await engine.runUntil(
      project.start(learning),
      (event) => event.type === 'step' && event.step === 9,
    );
    await engine.resume(directory);
    expect((await finalCheckpoint(directory, 72)).equals(await finalCheckpoint(straight.directory, 72))).toBe(true);
  });

  it('is pruned by SNIP at what the table begins with', async () => {
    await numbers('<i4');
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start({ ...own, distribution: 'snip' }));
    const { state, layers: kept } = await recordOf(directory);
    expect(state).toBe('completed');
    expect(kept.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(Math.round(0.3 * (72 + 36)));
  });

  it.each([12, -1])('fails where the table has no row %d, with the example and the place', async (number) => {
    await numbers('<i4', { example: 17, number });
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start(own));
    const { state, error } = await recordOf(directory);
    expect(state).toBe('failed');
    expect(error).toMatchObject({ code: 'engine.number-beyond-vocabulary' });
    expect(error!.message).toContain(`Example 17 of the training inputs has the number ${number} at place 4`);
  });

  it('does not begin on numbers that are not whole', async () => {
    const engine = await TestEngine.greeted();
    await numbers('<i4');
    await put('x_train.npy', npyFile('<f4', [60, 5], new Float32Array(300)));
    await expect(engine.api.startRun(project.start(own), context())).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('not whole numbers') as unknown,
    });
  });
});

describe('a run on arrays', () => {
  it('that was cancelled and resumed comes to the same bytes and the same journal', async () => {
    await arrays();
    const engine = await TestEngine.greeted();
    const straight = await engine.run(project.start(change));
    const { state, dataset, network } = await recordOf(straight.directory);
    expect({ state, ...dataset, ...network }).toMatchObject({
      state: 'completed',
      source: 'npy',
      train: 48,
      validation: 12,
      inputs: 784,
      classes: 10,
    });
    const { directory } = await engine.runUntil(
      project.start(change),
      (event) => event.type === 'step' && event.step === 9,
    );
    await engine.resume(directory);
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
    expect(await outcome(directory)).toEqual(await outcome(straight.directory));
  });

  it('is not resumed on other values', async () => {
    await arrays();
    const engine = await TestEngine.greeted();
    const { directory } = await engine.runUntil(project.start(change), ({ type }) => type === 'step');
    await arrays(1);
    await expect(engine.api.resumeRun({ directory }, context())).rejects.toMatchObject({
      code: 'engine.data-changed',
    });
  });

  it('does not begin when there are none, or when the network is for others', async () => {
    const engine = await TestEngine.greeted();
    await expect(engine.api.startRun(project.start(change), context())).rejects.toMatchObject({
      code: 'file.not-found',
    });
    await arrays();
    await put('x_train.npy', npyFile('<f4', [60, 5], new Float32Array(300)));
    await expect(engine.api.startRun(project.start(change), context())).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('npy has 5') as unknown,
    });
    await expect(engine.api.startRun(project.start({ ...change, augment: 'crop' }), context())).rejects.toMatchObject({
      code: 'config.invalid',
    });
    expect(await project.runs()).toEqual([]);
  });
});
