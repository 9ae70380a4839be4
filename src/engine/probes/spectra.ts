/** Singular values of each layer's weight. */
import { singularValues } from '../../core/linalg/svd';
import { summarise } from '../../core/spectrum';
import type { SpectrumEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';

export function spectrumOf(
  layer: { name: string; rows: number; columns: number; weight: Float32Array },
  step: number,
): Untimed<SpectrumEvent> {
  const values = singularValues(layer.weight, layer.rows, layer.columns);
  return { type: 'spectrum', step, layer: layer.name, summary: summarise(values), values: [...values] };
}
