/**
 * From the memory to the weights and back: W = R psi, dL/dpsi = Rᵀ dL/dW, and the projection of given weights. A fold
 * goes by slices, without an index; other mappings compute their locations block by block. Nothing of the size of the
 * weights is kept.
 */
import type { Parts } from '../parts';
import { atOnce } from '../parts';
import * as errors from './errors';
import { multiply, stretchAt } from './location-values';
import type { LocationValues } from './location-values';
import { blocksPerPart } from './location-counts';
import { locationSumsInParts } from './location-sums';
import { blockSize, blocksOf, locationsOf, signsOf } from './mapping';
import type { Scales } from './scales';
import type { Sharing } from './sharing';
import { bySlices, gatherSlices, recoverSlices } from './slices';
import type { Floats, WeightRange } from './slices';

const factorAt = (inverse: LocationValues, location: number): number => inverse.values[stretchAt(inverse, location)];

/**
 * Whether so many weights of a mapping without order are worth a look at every location: where each of them is a miss
 * of the cache, one array is then looked into in place of two.
 */
const many = (weights: number, { m }: Sharing): boolean => weights >= m / 4;

/** inverse_j psi_j of every location. */
function scaled(memory: Floats, inverse: LocationValues): Float64Array {
  const values = Float64Array.from(memory);
  multiply(values, inverse);
  return values;
}

function check(sharing: Sharing, layer: number, memory: Floats, weights: Floats): void {
  const { name, weights: expected } = sharing.layers[layer];
  if (memory.length !== sharing.m) throw errors.sizeMismatch('numbers of the memory', memory.length, sharing.m);
  if (weights.length !== expected) throw errors.sizeMismatch(`weights of layer "${name}"`, weights.length, expected);
}

/** W_l = R_l psi into `out`, row-major. Throws `rps.size-mismatch`. */
export const recover = atOnce(recoverInParts);

/** `recover`, the same bit for bit, in parts. */
export function* recoverInParts(
  sharing: Sharing,
  scales: Scales,
  memory: Floats,
  layer: number,
  out: Floats,
): Parts<void> {
  check(sharing, layer, memory, out);
  yield* range(sharing, scales, memory, { layer, from: 0, to: out.length }, out);
}

/** The weights of a range, into out[0 .. to - from). */
export const recoverRange = atOnce(range);

function* range(sharing: Sharing, scales: Scales, memory: Floats, p: WeightRange, out: Floats): Parts<void> {
  const { layer } = p;
  const { inverse } = scales;
  if (bySlices(sharing, layer, inverse)) {
    yield* recoverSlices(sharing, scales, memory, p, out);
    return;
  }
  const lambda = scales.lambda[layer];
  const signs = new Int8Array(blockSize);
  const places = new Int32Array(blockSize);
  // The same products, made once for each location or for each weight.
  const values = !inverse ? memory : many(p.to - p.from, sharing) ? scaled(memory, inverse) : undefined;
  let block = 0;
  for (let from = p.from; from < p.to; from += blockSize) {
    if (block++ % blocksPerPart === blocksPerPart - 1) yield;
    const to = Math.min(p.to, from + blockSize);
    const at = from - p.from;
    signsOf(sharing, layer, from, to, signs);
    locationsOf(sharing, layer, from, to, places);
    if (values) fetch(values, lambda, signs, places, out, at, to - from);
    else
      for (let k = 0; k < to - from; k++)
        out[at + k] = signs[k] * lambda * (factorAt(inverse!, places[k]) * memory[places[k]]);
  }
}

// Functions of their own: the loops of a generator are compiled anew each time that it goes on.

function fetch(
  values: Floats,
  lambda: number,
  signs: Int8Array,
  places: Int32Array,
  out: Floats,
  at: number,
  size: number,
): void {
  for (let k = 0; k < size; k++) out[at + k] = signs[k] * lambda * values[places[k]];
}

function scatter(
  gradient: Floats,
  from: number,
  lambda: number,
  signs: Int8Array,
  places: Int32Array,
  sums: Floats,
  size: number,
): void {
  for (let k = 0; k < size; k++) sums[places[k]] += signs[k] * lambda * gradient[from + k];
}

/** Adds R_lᵀ dL/dW_l to `out`, of m numbers. Throws `rps.size-mismatch`. */
export const gather = atOnce(gatherInParts);

/** `gather`, the same bit for bit, in parts. */
export function* gatherInParts(
  sharing: Sharing,
  scales: Scales,
  layer: number,
  gradient: Floats,
  out: Floats,
): Parts<void> {
  check(sharing, layer, out, gradient);
  const { inverse } = scales;
  if (bySlices(sharing, layer, inverse)) {
    yield* gatherSlices(sharing, scales, layer, gradient, out);
    return;
  }
  const lambda = scales.lambda[layer];
  const signs = new Int8Array(blockSize);
  const places = new Int32Array(blockSize);
  const sums = inverse && many(gradient.length, sharing) ? new Float64Array(sharing.m) : undefined;
  let block = 0;
  for (const [from, to] of blocksOf(sharing, layer)) {
    if (block++ % blocksPerPart === blocksPerPart - 1) yield;
    signsOf(sharing, layer, from, to, signs);
    locationsOf(sharing, layer, from, to, places);
    if (!inverse) scatter(gradient, from, lambda, signs, places, out, to - from);
    else if (sums) scatter(gradient, from, lambda, signs, places, sums, to - from);
    else
      for (let k = 0; k < to - from; k++)
        out[places[k]] += signs[k] * (lambda * factorAt(inverse, places[k])) * gradient[from + k];
  }
  if (!sums || !inverse) return;
  multiply(sums, inverse);
  for (let j = 0; j < sums.length; j++) out[j] += sums[j];
}

/** The memory nearest to given weights: `projectInParts` at once. */
export const project = atOnce(projectInParts);

/**
 * The least-squares memory of given weights, (RᵀR)⁻¹ RᵀW with RᵀR diagonal; exact where no two weights share a
 * location. 0 where nothing lies. Weights per layer. Throws `rps.size-mismatch`, `rps.non-finite`.
 */
export function* projectInParts(
  sharing: Sharing,
  scales: Scales,
  weights: readonly Floats[],
): Parts<Float32Array<ArrayBuffer>> {
  if (weights.length !== sharing.layers.length)
    throw errors.sizeMismatch('layers with weights', weights.length, sharing.layers.length);
  const sums = new Float64Array(sharing.m);
  for (let l = 0; l < weights.length; l++) {
    const bad = weights[l].findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw errors.nonFinite(sharing.layers[l].name, bad, weights[l][bad]);
    yield* gatherInParts(sharing, scales, l, weights[l], sums);
  }
  // Of the normalised form it is the identity.
  if (scales.normalised) return Float32Array.from(sums);
  const { squares } = yield* locationSumsInParts(sharing, scales.lambda);
  const memory = new Float32Array(sharing.m);
  for (let j = 0; j < memory.length; j++) {
    const square = squares.values[stretchAt(squares, j)];
    memory[j] = square > 0 ? sums[j] / square : 0;
  }
  return memory;
}

/** The weights of every layer. */
export const expand = (sharing: Sharing, scales: Scales, memory: Floats): Float32Array<ArrayBuffer>[] =>
  sharing.layers.map(({ weights }, l) => {
    const out = new Float32Array(weights);
    recover(sharing, scales, memory, l, out);
    return out;
  });
