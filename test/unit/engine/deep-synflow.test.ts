/** SynFlow from a config, at a depth where products over the layers leave the range of a float. */
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

const configText = `version: 1
model: { preset: mlp, depth: 1000, width: 16, activation: tanh }
data: { source: mnist, path: ./data }
sparsity: { density: 0.125, distribution: synflow, init: base }
`;

it('prunes 1000 tanh layers to an eighth: the count exact, every weight finite, no layer empty', async () => {
  const engine = await TestEngine.greeted();
  const output = join(project.root, 'deep.safetensors');
  const { layers } = await engine.api.prune({ ...project.start(), configText, output }, context());
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
