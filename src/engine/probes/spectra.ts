/** Singular values of each layer's weight. */
import type { LayerShape } from '../../core/density/layer-shape';
import type { Parts } from '../../core/parts';
import { summarise } from '../../core/spectrum';
import type { SpectrumEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';
import { weightSpectrum } from './weight-spectrum';

/** `known`: the values, where they have been measured. */
export function* layerSpectrum(
  layer: LayerShape & { weight: Float32Array },
  step: number,
  known?: Float64Array,
): Parts<Untimed<SpectrumEvent>> {
  const values = known ?? (yield* weightSpectrum(layer.weight, layer));
  return { type: 'spectrum', step, layer: layer.name, summary: summarise(values), values: [...values] };
}
