import { densityOutOfRange } from '../errors';
import { noScores } from './errors';
import { magnitudeScores } from './magnitude';
import { checkNoEmptyLayer, selectGlobal, selectPerLayer, sizeOf } from './select';

/**
 * One-shot pruning of a trained network (eoi.md 3.3, `--end_pruning`): the lowest |w| go, of all layers together
 * (`global`) or of each alone (`per-layer`, round(density * its weights)). Masks in the order given, one byte per weight.
 * Throws `density.out-of-range`, `prune.empty-layer` and what `selectGlobal` throws.
 */
export function oneShot(
  layers: readonly { name: string; weights: Float32Array }[],
  density: number,
  scope: 'global' | 'per-layer',
): Uint8Array[] {
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  const scores = layers.map(({ name, weights }) => ({ name, scores: magnitudeScores(weights) }));
  if (sizeOf(scores) === 0) throw noScores();
  const masks =
    scope === 'global'
      ? selectGlobal(scores, Math.round(density * sizeOf(scores)))
      : scores.map((layer) => selectPerLayer(layer, Math.round(density * layer.scores.length)));
  if (scope === 'global') checkNoEmptyLayer(scores, masks);
  // Alone, a layer competes with no other: what empties it is its own size.
  else scores.forEach((layer, l) => checkNoEmptyLayer([layer], [masks[l]]));
  return masks;
}
