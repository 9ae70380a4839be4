/** What the score files share. */
import * as errors from './errors';

/** Throws `prune.size-mismatch` unless there is one for each weight. */
export function checkSize(name: string, what: string, values: ArrayLike<number>, expected: number): void {
  if (values.length !== expected) throw errors.sizeMismatch(name, what, values.length, expected);
}

/** |a b| or a b in float64, where a product of two float32 neither overflows nor vanishes. */
export function products(
  a: Float32Array | Float64Array,
  b: Float32Array | Float64Array,
  of: (product: number) => number,
): Float64Array<ArrayBuffer> {
  const scores = new Float64Array(a.length);
  for (let i = 0; i < scores.length; i++) scores[i] = of(a[i] * b[i]);
  return scores;
}
