/** The projections of attention as one layer: matrices that stand one upon the other, each initialised by itself. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { singularValues } from '../../../src/core/linalg/svd';
import { replay } from '../../../src/core/givens';
import { RunFolder } from '../../../src/runs/folder';
import { RunReader } from '../../../src/runs/reader';
import type { Change } from './project';
import { Project, recordOf, TestEngine } from './project';
import { readTensor } from './tensors';

let project: Project;
let engine: TestEngine;
beforeAll(async () => {
  project = await Project.create();
  engine = await TestEngine.greeted();
});
afterAll(() => project.remove());

const dimension = 16;
/** The matrices of a block of a transformer, one after the other: input and output projection, then the MLP. */
const block = [
  `{ name: embed, linear: { in: 784, out: ${dimension} } }`,
  `{ name: qkv, linear: { in: ${dimension}, out: ${3 * dimension}, stack: 3 } }`,
  `{ name: project, linear: { in: ${3 * dimension}, out: ${dimension} } }`,
  `{ name: up, linear: { in: ${dimension}, out: ${4 * dimension} } }`,
  '{ activation: relu }',
  `{ name: down, linear: { in: ${4 * dimension}, out: 10 } }`,
];

describe('stacked matrices', () => {
  const run = async (change: Change) => {
    const { directory } = await engine.run(project.start({ layers: block, epochs: 1, learningRate: 0.01, ...change }));
    const record = await recordOf(directory);
    expect(record.error).toBeUndefined();
    expect(record.state).toBe('completed');
    const init = join(directory, 'init.safetensors');
    const weight = (await readTensor(init, 'layers.qkv.weight')).values;
    const own = (index: number) => weight.slice(index * dimension ** 2, (index + 1) * dimension ** 2);
    return { directory, record, weight, own, qkv: record.layers[1] };
  };

  it.each<[string, Change]>([
    ['eoi', { init: 'eoi' }],
    ['eis', { init: 'eis' }],
    ['sao', { init: 'sao', sparsity: 'sao: { degree: { qkv: 4 } }' }],
    ['base', { init: 'base', density: 1 }],
  ])('are each orthogonal by %s', async (_, change) => {
    const { own, qkv } = await run(change);
    expect(qkv).toMatchObject({ shape: [48, 16], groups: 3 });
    expect(qkv.orthogonalityError).toBeLessThan(1e-6);
    for (const index of [0, 1, 2])
      singularValues(own(index), dimension, dimension).forEach((value) => expect(value).toBeCloseTo(1, 6));
    expect(own(0)).not.toEqual(own(1));
    if (change.init === 'sao') expect(qkv.nonZeros).toBe(48 * 4);
    if (change.init === 'eoi') expect(qkv.nonZeros).toBe(Math.round(0.3 * 768));
  });

  it('are descended and diagnosed one by one by ai', async () => {
    const { own, qkv } = await run({ init: 'ai', density: 0.1, sparsity: 'ai: { iterations: 3 }' });
    const dead = [0, 1, 2].map(
      (index) => singularValues(own(index), dimension, dimension).filter((value) => value < 1e-6).length,
    );
    expect(qkv.details!.unrepairable).toBe(dead.reduce((a, b) => a + b));
    expect(qkv.details!.unrepairable).toBeGreaterThan(0);
  });

  it('play a sequence each', async () => {
    const { directory, own, qkv } = await run({ init: 'eoi' });
    const reader = new RunReader(new RunFolder(directory));
    let rotations = 0;
    for (const group of [0, 1, 2]) {
      const page = await reader.rotations({ layer: 'qkv', group, start: 0, end: 10_000 });
      expect(page.shape).toEqual([dimension, dimension]);
      const { first, second, angle, lastUndone } = page;
      const made = replay({ rows: dimension, columns: dimension, first, second, angle, lastUndone, seed: 3 });
      expect(Float64Array.from(made)).toEqual(own(group));
      rotations += page.total;
    }
    expect(rotations).toBe(qkv.rotations);
  });

  it.each(['synflow', 'grasp', 'snip'])('flow as one layer under %s', async (distribution) => {
    const { record } = await run({ init: 'base', distribution });
    expect(record.layers.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(
      Math.round(0.3 * record.layers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0)),
    );
  });
});
