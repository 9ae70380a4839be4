/** SynFlow from a config: at a depth where products over the layers leave the range of a float, and of networks that are no chains. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors } from '../../../src/formats/safetensors';
import { context, Project, TestEngine } from './project';

let project: Project;
beforeAll(async () => {
  project = await Project.create();
});
afterAll(() => project.remove());

const configOf = (model: string, data: string): string => `version: 1
model: { ${model} }
data: { ${data} }
sparsity: { density: 0.125, distribution: synflow, init: base }
`;
const pruned = async (configText: string, output: string) => {
  const engine = await TestEngine.greeted();
  return engine.api.prune({ ...project.start(), configText, output }, context());
};

it('prunes 1000 tanh layers to an eighth: the count exact, every weight finite, no layer empty', async () => {
  const output = join(project.root, 'deep.safetensors');
  const text = configOf('preset: mlp, depth: 1000, width: 16, activation: tanh', 'source: mnist, path: ./data');
  const { layers } = await pruned(text, output);
  expect(layers).toHaveLength(1000);
  const weights = layers.reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0);
  expect(weights).toBe(784 * 16 + 998 * 16 * 16 + 16 * 10);
  expect(layers.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(Math.round(0.125 * weights));

  const file = await openSafetensors(await openFile(output));
  try {
    for (const { name, nonZeros } of layers) {
      const values = await file.readFloat32(file.need(`layers.${name}.weight`));
      expect(values.every(Number.isFinite)).toBe(true);
      expect(nonZeros).toBeGreaterThan(0);
      expect(values.filter((value) => value !== 0)).toHaveLength(nonZeros);
    }
  } finally {
    await file.close();
  }
}, 120_000);

it.each([
  ['resnet-20', 'width: 4'],
  ['efficientnet-b0', 'width: 8'],
  ['deit-blocks', 'depth: 2, width: 32'],
])('prunes %s to an eighth, what stays dense aside', async (preset, size) => {
  const text = configOf(`preset: ${preset}, ${size}`, 'source: synthetic-images');
  const { layers } = await pruned(text, join(project.root, `${preset}.safetensors`));
  const prunable = layers.filter(({ dense }) => !dense);
  const weights = (of: typeof layers): number =>
    of.reduce((sum, { shape }) => sum + shape.reduce((product, axis) => product * axis, 1), 0);
  expect(prunable.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(Math.round(weights(prunable) / 8));
  for (const { nonZeros } of prunable) expect(nonZeros).toBeGreaterThan(0);
  for (const layer of layers) if (layer.dense) expect(layer.nonZeros).toBe(weights([layer]));
});
