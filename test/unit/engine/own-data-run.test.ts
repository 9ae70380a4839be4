import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
