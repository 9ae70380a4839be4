/** Layers of every kind, small, and weights for them that depend on seed and name only. */
import fc from 'fast-check';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { magnitudeScores } from '../../../../src/core/prune/magnitude';
import { checkNoEmptyLayer, selectGlobal, selectPerLayer } from '../../../../src/core/prune/select';
import { densityOutOfRange } from '../../../../src/core/errors';
import { Rng } from '../../../../src/core/rng';

const side = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 }));

/** Without a name: linear, a convolution, a grouped one, a depthwise one; one row or column among them. */
export const anyShape: fc.Arbitrary<Omit<LayerShape, 'name'>> = fc.oneof(
  fc.record({ rows: side, columns: side }),
  fc
    .record({
      outputs: fc.integer({ min: 1, max: 4 }),
      inputs: fc.integer({ min: 1, max: 4 }),
      groups: fc.integer({ min: 1, max: 3 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    })
    .map(({ outputs, inputs, groups, kernel }) => ({
      rows: groups * outputs,
      columns: inputs * kernel[0] * kernel[1],
      kernel,
      groups,
    })),
);

/** One to seven layers, the last 8 x 8, and a seed by which to put them into another order. */
export const someLayers: fc.Arbitrary<{ layers: LayerShape[]; shuffle: number; seed: number }> = fc
  .record({ shapes: fc.array(anyShape, { maxLength: 6 }), shuffle: fc.nat(1e6), seed: fc.nat(1e6) })
  .map(({ shapes, shuffle, seed }) => ({
    layers: [...shapes, { rows: 8, columns: 8 }].map((shape, l) => ({ ...shape, name: `layer${l}` })),
    shuffle,
    seed,
  }));

export function inAnotherOrder<T>(values: readonly T[], seed: number): T[] {
  const order = Uint32Array.from(values, (_, k) => k);
  Rng.fromSeed(seed).shuffle(order);
  return Array.from(order, (k) => values[k]);
}

/** Normal, to a quarter: there are ties. */
export function roundWeights({ name, rows, columns }: LayerShape, seed: number): Float32Array<ArrayBuffer> {
  const rng = Rng.fromSeed(seed).split(`weights of ${name}`);
  return new Float32Array(rows * columns).map(() => Math.round(4 * rng.normal()) / 4);
}

/** Masks of the largest weights, of all layers together or of each alone; refused where a layer would be empty. */
export function byMagnitude(
  layers: readonly { name: string; weights: Float32Array }[],
  density: number,
  scope: 'global' | 'per-layer',
): Uint8Array[] {
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  const scores = layers.map(({ name, weights }) => ({ name, scores: magnitudeScores(weights) }));
  if (scope === 'per-layer' && scores.length > 0)
    return scores.map((layer) => {
      const mask = selectPerLayer(layer, Math.round(density * layer.scores.length));
      checkNoEmptyLayer([layer], [mask]);
      return mask;
    });
  const size = scores.reduce((sum, layer) => sum + layer.scores.length, 0);
  const masks = selectGlobal(scores, Math.round(density * size));
  checkNoEmptyLayer(scores, masks);
  return masks;
}
