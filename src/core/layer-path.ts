/** What of a network the preactivations of one of its layers are made by, and how long that takes. */
import { spreadDepths } from './depth-jacobian';
import { through, valuesIn } from './flow';
import type { Flow } from './flow';
import { productsOf } from './linalg/estimated-values';
import { isMaskable, maskableLayers, weightShape } from './network';
import type { Layer, Network } from './network';

/**
 * The layers that make what the linear layer or convolution `name` gives out of what comes into the first: a network
 * that ends there, of the same layers, whichever sides of residuals it leaves out. Nothing where there is no such
 * layer. Of one that comes again, where it comes first.
 */
export function pathTo(layers: readonly Layer[], name: string): Layer[] | undefined {
  for (const [i, layer] of layers.entries()) {
    const inside = within(layer, name);
    if (inside) return [...layers.slice(0, i), ...inside];
  }
  return undefined;
}

function within(layer: Layer, name: string): Layer[] | undefined {
  if (isMaskable(layer)) return layer.name === name ? [layer] : undefined;
  if (layer.kind === 'residual') return pathTo(layer.branch, name) ?? pathTo(layer.shortcut, name);
  if (layer.kind === 'attention') {
    // It ends with its output layer.
    if (layer.output.name === name) return [layer];
    return layer.input.name === name ? [layer.input] : undefined;
  }
  if (layer.kind !== 'squeeze-excite') return undefined;
  const { reduce, expand } = layer;
  const reduced: Layer[] = [{ kind: 'mean' }, reduce];
  if (reduce.name === name) return reduced;
  return expand.name === name ? [...reduced, { kind: 'activation', fn: 'silu' }, expand] : undefined;
}

/** Multiply-adds of one example on its way through the layers, which fit each other; and what flows out of them. */
function workOf(layers: readonly Layer[], begin: Flow): { work: number; flow: Flow } {
  let [work, flow] = [0, begin];
  for (const layer of layers) {
    if (layer.kind === 'residual') {
      const [branch, shortcut] = [workOf(layer.branch, flow), workOf(layer.shortcut, flow)];
      work += branch.work + shortcut.work;
      flow = branch.flow;
      continue;
    }
    const after = through(layer, flow).after ?? flow;
    const values = valuesIn(after);
    const own = layer.kind === 'again' ? layer.of : layer;
    if (isMaskable(own)) work += values * weightShape(own).columns;
    else if (layer.kind === 'attention')
      work += 4 * values * layer.input.in + 2 * values * (flow.kind === 'tokens' ? flow.count : 1);
    // An operation on each value takes about as long as so many multiply-adds of a product.
    else work += 8 * values;
    flow = after;
  }
  return { work, flow };
}

/** Which layers are looked at, and of how many examples. */
export interface DepthPlan {
  /** Of the maskable layers, from 0, ascending. */
  depths: number[];
  samples: number;
}

export interface DepthLimits {
  /** Pairs of products of an estimate. */
  steps: number;
  /** Multiply-adds that all together may take, and those that the fewest layers of one example may. */
  all: number;
  one: number;
  /** Most examples, whatever they take. */
  examples: number;
}

/** Layers below which a course along depth is none. */
const fewest = 3;

/** Of a way there, with values and changes, and one back. */
const waysOfPair = 4;

/** As many of the `asked` layers as can be afforded, then as many of `samples` examples; nothing where too few can. */
export function planDepths(
  network: Network,
  asked: number,
  samples: number,
  { steps, all, one, examples }: DepthLimits,
): DepthPlan | undefined {
  const { inputs, picture, layers } = network;
  const maskable = maskableLayers(network);
  const begin: Flow = picture ? { kind: 'picture', size: picture } : { kind: 'values', size: inputs };
  const costs = new Map<number, number>();
  const costOf = (depth: number): number => {
    const known = costs.get(depth);
    if (known !== undefined) return known;
    const { work, flow } = workOf(pathTo(layers, maskable[depth].name) ?? [], begin);
    const cost = waysOfPair * work * productsOf(valuesIn(flow), inputs, steps);
    costs.set(depth, cost);
    return cost;
  };
  const least = Math.min(asked, fewest);
  for (let shown = Math.min(asked, maskable.length); shown >= 1; shown--) {
    const depths = spreadDepths(maskable.length, shown);
    const cost = depths.reduce((sum, depth) => sum + costOf(depth), 0);
    if (cost <= all) return { depths, samples: Math.max(1, Math.min(samples, examples, Math.floor(all / cost))) };
    if (shown <= least) return cost <= one ? { depths, samples: 1 } : undefined;
  }
  return undefined;
}
