/** How a density of the whole network is shared among its layers. */
import * as errors from './density/errors';
import type { LayerShape } from './density/layer-shape';
import { byName, weightsOf } from './density/layer-shape';
import type { Rule } from './density/shares';
import { sharedCounts, sum } from './density/shares';
import { densityOutOfRange, noLayers } from './errors';
import { checkShape } from './shape';

export type { LayerShape } from './density/layer-shape';

/**
 * From the shapes alone. `uniform-plus`: uniform, but the first convolution dense and the last linear layer at least
 * 0.2.
 */
export type Distribution = Rule | 'uniform-plus';

export interface LayerDensity {
  name: string;
  density: number;
  /** Weights kept. */
  count: number;
}

/** Uniform-plus keeps the last linear layer at this density or above (eoi.md 3.1). */
const leastOfLastLinear = 0.2;

/**
 * Weights to keep per layer, in the order given. Their total is round(density * all weights) exactly, and no layer gets
 * more than it has. Layers in `fixed` keep round(their density * their weights); the rest shares what is left by the
 * distribution. Only uniform-plus asks which layer comes first and last; otherwise the order of the layers does not
 * count: equal remainders are broken by name.
 *
 * Throws `density.out-of-range`, `density.no-layers`, `shape.invalid`, `density.bad-kernel`; with layers that are
 * decided beforehand also `density.duplicate-layer`, `density.unknown-layer`, `density.layer-out-of-range`,
 * `density.layer-empty`, `density.rest-too-small`, `density.rest-too-large` (with the density that would work).
 */
export function distribute(
  layers: readonly LayerShape[],
  density: number,
  distribution: Distribution,
  options: { fixed?: ReadonlyMap<string, number> } = {},
): LayerDensity[] {
  if (!(density > 0 && density <= 1)) throw densityOutOfRange(density);
  if (layers.length === 0) throw noLayers();
  layers.forEach(checkLayer);
  const weights = sum(layers.map(weightsOf));
  const total = Math.round(density * weights);
  const decided = fixedCounts(layers, options.fixed ?? new Map<string, number>());
  const rule = distribution === 'uniform-plus' ? 'uniform' : distribution;
  if (distribution === 'uniform-plus') reserve(layers, decided, total);

  const open = layers.filter((layer) => !decided.has(layer)).sort(byName);
  if (decided.size > 0) {
    const taken = sum([...decided.values()]);
    const room = sum(open.map(weightsOf));
    // A rest that would get nothing at all is a cut network, whoever asked for it.
    if (total < taken + open.length) {
      // One for each in the order given, as far as they go.
      const rest = layers.filter((layer) => !decided.has(layer)).map(({ name }) => name);
      throw errors.restTooSmall({ density, total, taken, rest, weights });
    }
    if (total > taken + room) throw errors.restTooLarge({ density, total, taken, room, weights });
    sharedCounts(open, total - taken, rule).forEach((count, l) => decided.set(open[l], count));
  } else sharedCounts(open, total, rule).forEach((count, l) => decided.set(open[l], count));

  return layers.map((layer) => {
    const count = decided.get(layer) ?? 0;
    return { name: layer.name, density: count / weightsOf(layer), count };
  });
}

function checkLayer({ name, rows, columns, kernel }: LayerShape): void {
  checkShape(rows, columns);
  if (!kernel) return;
  const fits = kernel.every((side) => Number.isInteger(side) && side > 0) && columns % (kernel[0] * kernel[1]) === 0;
  if (!fits) throw errors.badKernel(name, columns, kernel.join(' x '));
}

function fixedCounts(layers: readonly LayerShape[], fixed: ReadonlyMap<string, number>): Map<LayerShape, number> {
  const counts = new Map<LayerShape, number>();
  const byNames = new Map<string, LayerShape[]>();
  for (const layer of layers) byNames.set(layer.name, [...(byNames.get(layer.name) ?? []), layer]);
  for (const [name, density] of fixed) {
    const named = byNames.get(name);
    if (!named)
      throw errors.unknownLayer(
        name,
        layers.map((known) => known.name),
      );
    if (named.length > 1) throw errors.duplicateLayer(name);
    const [layer] = named;
    if (!(density > 0 && density <= 1)) throw errors.layerDensityOutOfRange(name, density);
    const count = Math.round(density * weightsOf(layer));
    if (count === 0) throw errors.layerEmpty(name, density, weightsOf(layer));
    counts.set(layer, count);
  }
  return counts;
}

/**
 * Uniform-plus (Gale et al. 2019; eoi.md 3.1): what it decides before the rest is uniform; a density asked for goes
 * first.
 */
function reserve(layers: readonly LayerShape[], decided: Map<LayerShape, number>, total: number): void {
  const convolution = layers.find(({ kernel }) => kernel);
  if (convolution && !decided.has(convolution)) decided.set(convolution, weightsOf(convolution));
  const linear = layers.findLast(({ kernel }) => !kernel);
  if (!linear || decided.has(linear)) return;
  const room = sum(layers.filter((layer) => !decided.has(layer)).map(weightsOf));
  if ((total - sum([...decided.values()])) / room < leastOfLastLinear)
    decided.set(linear, Math.ceil(leastOfLastLinear * weightsOf(linear)));
}
