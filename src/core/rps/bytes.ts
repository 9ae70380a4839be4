/** What shared weights really take. */
import { valueBytes } from './location-values';
import type { LocationValues } from './location-values';
import type { Scales } from './scales';
import type { Sharing } from './sharing';

export interface SharedBytes {
  memory: number;
  /** Of the memory and of what is not shared. */
  optimizer: number;
  dense: number;
  /**
   * Kept between steps by the mapping: the factors of the normalised form, a scaler, Adam's multipliers; of a fold next
   * to nothing.
   */
  index: number;
  /** All recovered weights: there within a step only. */
  weights: number;
}

const floatBytes = 4;

/**
 * `slots`: numbers that the optimizer keeps of each parameter; `dense`: parameters not shared; `kept`: values per
 * location.
 */
export function bytesOf(
  { n, m }: Sharing,
  p: { scales: Scales; slots: number; dense: number; kept: readonly LocationValues[] },
): SharedBytes {
  const factors = p.scales.inverse ? [p.scales.inverse] : [];
  return {
    memory: floatBytes * m,
    optimizer: floatBytes * p.slots * (m + p.dense),
    dense: floatBytes * p.dense,
    index: [...factors, ...p.kept].reduce((sum, values) => sum + valueBytes(values), 0),
    weights: floatBytes * n,
  };
}
