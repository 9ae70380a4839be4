/**
 * Singular values of the Jacobians d preactivations / d inputs along the depth of a chain of linear layers and
 * activations: J_l = W_l D_{l-1} J_{l-1}, D the derivatives of the activation (Saxe et al. 2014; Pennington et al.
 * 2017, equation 2). In float64, so that a thousand layers neither overflow nor vanish where float32 would.
 */
import { activationMaths } from './activations';
import { lowerFactor } from './linalg/lower-factor';
import { singularValuesInParts } from './linalg/svd';
import { maskableLayers } from './network';
import type { Activation, LinearLayer, Network } from './network';
import type { Parts } from './parts';
import { summarise } from './spectrum';
import type { Summary } from './spectrum';
import { meanSquare } from './stats';

/** The weight of a linear layer, rows x columns, and what its preactivations go through. */
export interface ChainLayer {
  weight: Float32Array;
  bias?: Float32Array | undefined;
  activation: Activation;
}

export interface DepthSpectrum {
  /** Which layer of the chain, from 0. */
  index: number;
  /** Of all examples together. */
  summary: Summary;
  /** Of the singular values. */
  meanSquare: number;
}

/** The activation behind each layer, by its name; nothing where the network is anything but such a chain. */
export function chainActivations({ layers }: Pick<Network, 'layers'>): Map<string, Activation> | undefined {
  const found = new Map<string, Activation>();
  let last: LinearLayer | undefined;
  for (const layer of layers) {
    if (layer.kind === 'flatten' && !last) continue;
    if (layer.kind === 'linear') {
      found.set(layer.name, 'linear');
      last = layer;
    } else if (layer.kind === 'activation' && last && found.get(last.name) === 'linear') found.set(last.name, layer.fn);
    else return undefined;
  }
  return last && found;
}

/** At most so many of `count` layers, evenly spread, the first and the last among them. */
export const spreadDepths = (count: number, most: number): number[] => {
  if (most < 1) return [];
  if (most === 1) return [count - 1];
  const shown = Math.min(count, most);
  return Array.from({ length: shown }, (_, i) => (shown === 1 ? 0 : Math.round((i * (count - 1)) / (shown - 1))));
};

/**
 * Multiply-adds that one example may take and those that all together may, as shares of the budget: those of float64 in
 * plain JavaScript take longer than those of an estimate, for which it is made. And the most examples, whatever they
 * take.
 */
const limits = { one: 5 / 8, all: 1.5 / 8, examples: 8 };

/**
 * Of how many examples it is affordable with a budget in 10^9 multiply-adds, at most `most`; 0 where one would be too
 * many.
 */
export function depthExamples(
  network: Pick<Network, 'layers' | 'inputs'>,
  keptByLayer: readonly number[],
  depths: readonly number[],
  { most, budget }: { most: number; budget: number },
): number {
  const layers = maskableLayers(network);
  const across = Math.min(network.inputs, layers[0].out);
  const chosen = new Set(depths);
  const cost = layers.reduce((sum, { out }, l) => {
    const product = l === 0 ? 0 : keptByLayer[l] * across;
    return sum + product + (chosen.has(l) ? 4 * out * across * Math.min(out, across) : 0);
  }, 0);
  const affordable = budget * 1e9;
  if (cost > limits.one * affordable) return 0;
  return Math.max(1, Math.min(most, limits.examples, Math.floor((limits.all * affordable) / cost)));
}

/**
 * `x`: (examples, inputs). `depths`: layers of the chain, ascending. Depths from which on anything is no finite number
 * are left out. A part is a layer of an example, or less.
 */
export function* depthSpectra(
  chain: readonly ChainLayer[],
  { x, inputs }: { x: Float32Array; inputs: number },
  depths: readonly number[],
): Parts<DepthSpectrum[]> {
  const first = chain[0].weight;
  const rows = first.length / inputs;
  // Of W = L Q with orthonormal rows of Q, all products W_l D ... W have the singular values of W_l D ... L.
  const across = Math.min(rows, inputs);
  const factor = rows < inputs ? lowerFactor(first, rows, inputs) : Float64Array.from(first);
  yield;
  const pooled = new Map(depths.map((depth) => [depth, [] as number[]]));
  const last = depths.at(-1) ?? -1;
  const examples = x.length / inputs;
  for (let example = 0; example < examples; example++) {
    let jacobian = factor;
    let z = affine(chain[0], Float64Array.from(x.subarray(example * inputs, (example + 1) * inputs)));
    for (let l = 0; l <= last; l++) {
      if (l > 0) {
        const { value, derivative } = activationMaths[chain[l - 1].activation];
        jacobian = product(
          chain[l].weight,
          z.map((input) => derivative(input)),
          jacobian,
          across,
        );
        z = affine(
          chain[l],
          z.map((input) => value(input)),
        );
        yield;
      }
      const own = pooled.get(l);
      if (!own) continue;
      if (!jacobian.every(Number.isFinite)) {
        for (const depth of depths) if (depth >= l) pooled.delete(depth);
        break;
      }
      own.push(...(yield* singularValuesInParts(jacobian, z.length, across)));
      // What the first layer has lost is lost in all: singular values that the smaller matrix has no place for.
      for (let i = Math.min(z.length, across); i < Math.min(z.length, inputs); i++) own.push(0);
    }
  }
  return [...pooled].map(([index, found]) => {
    const values = Float64Array.from(found);
    return { index, summary: summarise(values), meanSquare: meanSquare(values) };
  });
}

/** W x + b */
function affine({ weight, bias }: ChainLayer, x: Float64Array): Float64Array {
  const rows = weight.length / x.length;
  const result = bias ? Float64Array.from(bias) : new Float64Array(rows);
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < x.length; c++, i++) result[r] += weight[i] * x[c];
  return result;
}

/** W diag(d) A, of the weights that are not 0. A: (columns of W, across). */
function product(weight: Float32Array, d: Float64Array, a: Float64Array, across: number): Float64Array {
  const columns = d.length;
  const rows = weight.length / columns;
  const result = new Float64Array(rows * across);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const scale = weight[r * columns + c] * d[c];
      if (scale === 0) continue;
      for (let k = 0, to = r * across, from = c * across; k < across; k++) result[to++] += scale * a[from++];
    }
  return result;
}
