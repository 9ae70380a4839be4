/** Weights of a fold by slices: they lie side by side in the memory, so that no index is needed. */
import { kernels } from '../kernels/current';
import { plainFold } from '../kernels/plain/fold';
import type { Parts } from '../parts';
import { stretchAt } from './location-values';
import type { LocationValues } from './location-values';
import { signKeyOf, slicesOf } from './mapping';
import type { Scales } from './scales';
import type { Sharing } from './sharing';

export type Floats = Float32Array | Float64Array;

/** A range of the weights of a layer, `to` exclusive. */
export interface WeightRange {
  layer: number;
  from: number;
  to: number;
}

/** Below it a slice is hardly longer than the saying where it is. */
const shortestFold = 64;

/** Weights of a part: about a millisecond. */
const partSize = 1 << 18;

export const bySlices = ({ spec, parts }: Sharing, layer: number, inverse: LocationValues | undefined): boolean =>
  spec.kind === 'fold' && parts[layer].length >= shortestFold && (!inverse || inverse.ends !== undefined);

/**
 * A run of weights, `to` exclusive, whose locations follow each other, from `at` on, and whose factor, but for the
 * sign, is one.
 */
type Run = (from: number, to: number, at: number, factor: number) => void;

function* eachRun(sharing: Sharing, scales: Scales, { layer, from, to }: WeightRange, run: Run): Parts<void> {
  for (let first = from; first < to; first += partSize) {
    if (first > from) yield;
    for (const slice of slicesOf(sharing, layer, first, Math.min(to, first + partSize)))
      eachFactor(scales, layer, slice, run);
  }
}

function eachFactor(
  { lambda, inverse }: Scales,
  layer: number,
  { from, length, location }: { from: number; length: number; location: number },
  run: Run,
): void {
  if (!inverse) {
    run(from, from + length, location, lambda[layer]);
    return;
  }
  for (let done = 0, k = stretchAt(inverse, location); done < length; k++) {
    const stop = inverse.ends ? inverse.ends[k] : k + 1;
    const size = Math.min(length - done, stop - location - done);
    run(from + done, from + done + size, location + done, lambda[layer] * inverse.values[k]);
    done += size;
  }
}

const inRoom32 = (array: Floats): array is Float32Array => array instanceof Float32Array && kernels().room.holds(array);
const inRoom64 = (array: Floats): array is Float64Array => array instanceof Float64Array && kernels().room.holds(array);

/** The weights of a range, into out[0 .. to - from). By compiled kernels where both arrays lie in their room. */
export function* recoverSlices(
  sharing: Sharing,
  scales: Scales,
  memory: Floats,
  range: WeightRange,
  out: Floats,
): Parts<void> {
  const signs = [sharing.layers[range.layer].offset, signKeyOf(sharing)] as const;
  const into = -range.from;
  const run: Run =
    inRoom32(memory) && inRoom32(out)
      ? (from, to, at, factor) => kernels().recoverFold(memory, out, at - from, into, ...signs, factor, from, to)
      : (from, to, at, factor) => plainFold.recoverFold(memory, out, at - from, into, ...signs, factor, from, to);
  yield* eachRun(sharing, scales, range, run);
}

/** Adds R_lᵀ dL/dW_l to `out`; compiled as `recoverSlices`, where the sums are float64. */
export function* gatherSlices(
  sharing: Sharing,
  scales: Scales,
  layer: number,
  gradient: Floats,
  out: Floats,
): Parts<void> {
  const signs = [sharing.layers[layer].offset, signKeyOf(sharing)] as const;
  const run: Run =
    inRoom32(gradient) && inRoom64(out)
      ? (from, to, at, factor) => kernels().gatherFold(gradient, out, at - from, ...signs, factor, from, to)
      : (from, to, at, factor) => plainFold.gatherFold(gradient, out, at - from, ...signs, factor, from, to);
  yield* eachRun(sharing, scales, { layer, from: 0, to: gradient.length }, run);
}
