import type { BidiagonalKernels } from '../bidiagonal';

type Values = Float32Array | Float64Array;

function step(
  a: Values,
  v: Values,
  z: Values,
  nextV: Values,
  w: Values,
  u: Values,
  nextW: Values,
  row: Values,
  y: Values,
  ...[tau, rows, k, from, to]: [tau: number, rows: number, k: number, from: number, to: number]
): void {
  for (let j = from; j < to; j++) {
    const at = j * rows;
    let product = 0;
    for (let i = k; i < rows; i++) {
      const value = a[at + i] - v[i] * w[j] - z[i] * u[j];
      a[at + i] = value;
      product += value * nextV[i];
    }
    nextW[j] = tau * product;
    row[j] = a[at + k] - nextW[j];
    if (j > k + 1) for (let i = k + 1; i < rows; i++) y[i] += a[at + i] * row[j];
  }
}

export const plainBidiagonal: BidiagonalKernels = { bidiagonalStep: step, bidiagonalStep32: step };
