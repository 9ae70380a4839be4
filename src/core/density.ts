/** How a density of the whole network is shared among its layers. */
import { densityOutOfRange, noLayers } from './errors';
import { checkShape } from './shape';

/** A maskable weight, (out, in). */
export interface LayerShape {
  name: string;
  rows: number;
  columns: number;
}

/** `uniform`: every layer alike. `erk`: Erdos-Renyi kernel, dense where the layer is small. */
export type Distribution = 'uniform' | 'erk';

export interface LayerDensity {
  name: string;
  density: number;
  /** Weights kept. */
  count: number;
}

/**
 * Weights to keep per layer, in the order given. Their total is round(density * all weights) exactly, and no layer gets
 * more than it has. Throws `density.out-of-range`, `density.no-layers`, `shape.invalid`.
 */
export function distribute(layers: LayerShape[], density: number, distribution: Distribution): LayerDensity[] {
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  if (layers.length === 0) throw noLayers();
  for (const layer of layers) checkShape(layer.rows, layer.columns);
  const capacities = layers.map((layer) => layer.rows * layer.columns);
  const total = Math.round(density * sum(capacities));
  const shares = distribution === 'erk' ? erkShares(layers, capacities, total) : scaled(capacities, total);
  const counts = wholeCounts(shares, capacities, total);
  return layers.map(({ name }, l) => ({ name, density: counts[l] / capacities[l], count: counts[l] }));
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const scaled = (values: readonly number[], total: number): number[] => {
  const factor = total / sum(values);
  return values.map((value) => value * factor);
};

/**
 * ERK (Evci et al., "Rigging the Lottery", 2020): density in proportion to (sum of dimensions) / (product of
 * dimensions), hence count in proportion to the sum. Layers that would be over-full become dense, those of the largest
 * ratio first, and the rest is shared anew (eoi.md 3.1).
 */
function erkShares(layers: readonly LayerShape[], capacities: readonly number[], total: number): number[] {
  const weight = layers.map((layer) => layer.rows + layer.columns);
  const dense = new Set<number>();
  for (;;) {
    const open = layers.map((_, l) => l).filter((l) => !dense.has(l));
    const left = total - sum([...dense].map((l) => capacities[l]));
    const epsilon = left / sum(open.map((l) => weight[l]));
    const ratio = (l: number): number => weight[l] / capacities[l];
    const largest = open.reduce((max, l) => Math.max(max, ratio(l)), 0);
    if (largest * epsilon <= 1) return layers.map((_, l) => (dense.has(l) ? capacities[l] : epsilon * weight[l]));
    for (const l of open) if (ratio(l) === largest) dense.add(l);
    if (dense.size === layers.length) return [...capacities];
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
