/** Singular values of each layer's weight. */
import { singularValuesInParts } from '../../core/linalg/svd';
import type { Parts } from '../../core/parts';
import { summarise } from '../../core/spectrum';
import type { SpectrumEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';

export function* layerSpectrum(
  layer: { name: string; rows: number; columns: number; weight: Float32Array },
  step: number,
): Parts<Untimed<SpectrumEvent>> {
  const values = yield* singularValuesInParts(layer.weight, layer.rows, layer.columns);
  return { type: 'spectrum', step, layer: layer.name, summary: summarise(values), values: [...values] };
}
