import { columnsOfGroup, groupsBehind } from '../bidiagonal';
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
  tau: number,
  ...[rows, stride, k, columns, from, to]: [number, number, number, number, from: number, to: number]
): void {
  for (let g = from; g < to; g++) {
    const own = g * stride;
    y.fill(0, own, own + rows);
    const [first, end] = columnsOfGroup(g, k, columns);
    for (let j = first; j < end; j++) {
      const at = j * stride;
      let product = 0;
      for (let i = k; i < rows; i++) {
        const value = a[at + i] - v[i] * w[j] - z[i] * u[j];
        a[at + i] = value;
        product += value * nextV[i];
      }
      nextW[j] = tau * product;
      row[j] = a[at + k] - nextW[j];
      if (j > k + 1) for (let i = k + 1; i < rows; i++) y[own + i] += a[at + i] * row[j];
    }
  }
}

function column(
  a: Values,
  v: Values,
  z: Values,
  y: Values,
  tau: number,
  pivot: number,
  along: number,
  ...[rows, stride, k, columns]: [number, number, number, columns: number]
): void {
  const [from, to] = groupsBehind(k, columns);
  z.fill(0, 0, k + 1);
  for (let i = k + 1; i < rows; i++) {
    let sum = 0;
    for (let g = from; g < to; g++) sum += y[g * stride + i];
    z[i] = tau * (a[(k + 1) * stride + i] + sum / pivot - along * v[i]);
  }
}

export const plainBidiagonal: BidiagonalKernels = {
  ...{ bidiagonalStep: step, bidiagonalStep32: step },
  ...{ bidiagonalColumn: column, bidiagonalColumn32: column },
};
