/** Weights per layer in proportion to a rule, none above what the layer has. */
import type { LayerShape } from './layer-shape';
import { weightsOf } from './layer-shape';

export type Rule = 'uniform' | 'er' | 'erk' | 'balanced';

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * What a layer's count is in proportion to, before any layer is full.
 *
 * - `uniform`: its weights, so that every density is the same.
 * - `er`: Erdos-Renyi, density in proportion to (in + out) / (in * out) (Mocanu et al. 2018; eoi.md 3.1).
 * - `erk`: Erdos-Renyi kernel, density in proportion to (sum of dimensions) / (product of dimensions), hence count in
 *   proportion to the sum (Evci et al., "Rigging the Lottery", 2020).
 * - `balanced`: the same number of weights in every layer. eoi.md 3.1 gives no formula; this is our reading of the
 *   word.
 */
const proportion: Record<Rule, (layer: LayerShape) => number> = {
  uniform: weightsOf,
  er: ({ rows, columns, kernel }) => {
    const taps = kernel ? kernel[0] * kernel[1] : 1;
    return (rows + columns / taps) * taps;
  },
  erk: ({ rows, columns, kernel }) =>
    kernel ? rows + columns / (kernel[0] * kernel[1]) + kernel[0] + kernel[1] : rows + columns,
  balanced: () => 1,
};

/**
 * Counts that add up to `total`, at most the sum of all weights. Layers that would be over-full become dense, those of
 * the largest ratio first, and the rest is shared anew (eoi.md 3.1).
 */
export function sharedCounts(layers: readonly LayerShape[], total: number, rule: Rule): number[] {
  const capacities = layers.map(weightsOf);
  return wholeCounts(shares(layers.map(proportion[rule]), capacities, total), capacities, total);
}

function shares(weight: readonly number[], capacities: readonly number[], total: number): number[] {
  const dense = new Set<number>();
  for (;;) {
    const open = weight.map((_, l) => l).filter((l) => !dense.has(l));
    if (open.length === 0) return [...capacities];
    const left = total - sum([...dense].map((l) => capacities[l]));
    const epsilon = left / sum(open.map((l) => weight[l]));
    const ratio = (l: number): number => weight[l] / capacities[l];
    const largest = open.reduce((max, l) => Math.max(max, ratio(l)), 0);
    if (largest * epsilon <= 1) return capacities.map((capacity, l) => (dense.has(l) ? capacity : epsilon * weight[l]));
    for (const l of open) if (ratio(l) === largest) dense.add(l);
  }
}

/** Rounds shares to whole counts of that total (largest remainder), none above its capacity; ties go to the first. */
function wholeCounts(shares: readonly number[], capacities: readonly number[], total: number): number[] {
  const counts = shares.map((share, l) => Math.min(Math.floor(share), capacities[l]));
  const byRemainder = shares.map((_, l) => l).sort((a, b) => shares[b] - counts[b] - (shares[a] - counts[a]) || a - b);
  let missing = total - sum(counts);
  while (missing > 0)
    for (const l of byRemainder) {
      if (missing === 0 || counts[l] === capacities[l]) continue;
      counts[l]++;
      missing--;
    }
  return counts;
}
