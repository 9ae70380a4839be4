/**
 * The error function to nearly full precision, by a series of positive terms that loses no digits to cancellation
 * (Abramowitz and Stegun 7.1.6); beyond 6 it is 1 to the last bit.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size >= 6) return Math.sign(x);
  let term = size;
  let sum = size;
  // At 6 the terms fall below 2^-53 of the sum after about 110.
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * Math.min(1, (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum);
}
