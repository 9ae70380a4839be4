import { bandStride, columnGroup, panelWidth, rowGroupBytes } from '../band';
import type { BandKernels } from '../band';

type Values = Float32Array | Float64Array;

/** Squares below this have lost digits to underflow; beside values near 1 they are nothing. */
const nothing = { 4: 1e-34, 8: 1e-280 } as const;

/** Makes the vector of a reflection of x[from..to], 1 at `from`; answers what x becomes there, and tau. */
function reflector(x: Values, from: number, to: number): [beta: number, tau: number] {
  const alpha = x[from];
  let tail = 0;
  for (let i = from + 1; i < to; i++) tail += x[i] * x[i];
  x[from] = 1;
  if (!(tail > nothing[x.BYTES_PER_ELEMENT as 4 | 8])) {
    x.fill(0, from + 1, to);
    return [alpha, 0];
  }
  const size = Math.sqrt(alpha * alpha + tail);
  const beta = alpha > 0 ? -size : size;
  for (let i = from + 1; i < to; i++) x[i] /= alpha - beta;
  return [beta, (beta - alpha) / beta];
}

/** a[at..] -= tau v (vᵀ a[at..]), `count` values, with v from `from` on. */
function reflect(a: Values, at: number, v: Values, from: number, count: number, tau: number): void {
  let product = 0;
  for (let i = 0; i < count; i++) product += a[at + i] * v[from + i];
  for (let i = 0; i < count; i++) a[at + i] -= tau * product * v[from + i];
}

function panel(
  a: Values,
  along: number,
  across: number,
  v: Values,
  r: Values,
  t: Values,
  to: Values,
  ...[toAlong, toAcross, stride, rows]: [toAlong: number, toAcross: number, stride: number, rows: number]
): void {
  for (let j = 0; j < panelWidth; j++) for (let i = 0; i < rows; i++) v[j * stride + i] = a[i * along + j * across];
  for (let j = 0; j < panelWidth; j++) {
    const own = j * stride;
    for (let i = 0; i < j; i++) to[i * toAlong + j * toAcross] = v[own + i];
    v.fill(0, own, own + j);
    const [beta, tau] = reflector(v, own + j, own + rows);
    to[j * (toAlong + toAcross)] = beta;
    for (let c = j + 1; c < panelWidth; c++) reflect(v, c * stride + j, v, own + j, rows - j, tau);
    for (let i = 0; i < j; i++) {
      let product = 0;
      for (let p = j; p < rows; p++) product += v[i * stride + p] * v[own + p];
      t[i * panelWidth + j] = product;
    }
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let q = i; q < j; q++) sum += t[i * panelWidth + q] * t[q * panelWidth + j];
      t[i * panelWidth + j] = -tau * sum;
    }
    t[j * panelWidth + j] = tau;
    for (let i = 0; i < rows; i++) r[i * panelWidth + j] = -v[own + i];
  }
}

/** x_l = sum over q <= l of t_ql x_q, in place; x_l is `count` values from l `next` + `at` on. */
function timesTriangle(x: Values, at: number, next: number, count: number, t: Values): void {
  for (let l = panelWidth - 1; l >= 0; l--)
    for (let i = at; i < at + count; i++) {
      let sum = 0;
      for (let q = 0; q <= l; q++) sum += t[q * panelWidth + l] * x[q * next + i];
      x[l * next + i] = sum;
    }
}

/** y[at..] -= x f for `count` values of four x, `next` from one to the next. */
function subtract(
  y: Values,
  at: number,
  x: Values,
  from: number,
  ...[next, count, f0, f1, f2, f3]: [next: number, count: number, f0: number, f1: number, f2: number, f3: number]
): void {
  const [b, c, d] = [from + next, from + 2 * next, from + 3 * next];
  for (let i = 0; i < count; i++) y[at + i] -= x[from + i] * f0 + x[b + i] * f1 + (x[c + i] * f2 + x[d + i] * f3);
}

function left(
  a: Values,
  v: Values,
  t: Values,
  w: Values,
  ...[stride, rows, columns, from, to]: [stride: number, rows: number, columns: number, from: number, to: number]
): void {
  for (let j = from * columnGroup; j < Math.min(to * columnGroup, columns); j++) {
    // A group has as many rows of `w` as a panel columns.
    const at = Math.floor(j / columnGroup) * panelWidth * columnGroup + (j % columnGroup);
    const own = j * stride;
    for (let l = 0; l < panelWidth; l += 2) {
      const [first, second] = [l * stride, (l + 1) * stride];
      let [product, next] = [0, 0];
      for (let i = 0; i < rows; i++) {
        product += v[first + i] * a[own + i];
        next += v[second + i] * a[own + i];
      }
      w[at + l * columnGroup] = product;
      w[at + (l + 1) * columnGroup] = next;
    }
    timesTriangle(w, at, columnGroup, 1, t);
    const factor = (l: number): number => w[at + l * columnGroup];
    for (let l = 0; l < panelWidth; l += 4)
      subtract(a, own, v, l * stride, stride, rows, factor(l), factor(l + 1), factor(l + 2), factor(l + 3));
  }
}

function right(
  a: Values,
  v: Values,
  r: Values,
  t: Values,
  x: Values,
  ...[stride, rows, columns, from, to]: [stride: number, rows: number, columns: number, from: number, to: number]
): void {
  const group = rowGroupBytes / a.BYTES_PER_ELEMENT;
  for (let g = from; g < to; g++) {
    const begin = g * group;
    const count = Math.min(group, rows - begin);
    for (let l = 0; l < panelWidth; l++) {
      const at = l * stride + begin;
      x.fill(0, at, at + count);
      const factor = (j: number): number => r[j * panelWidth + l];
      for (let j = 0; j < columns; j += 4)
        subtract(x, at, a, j * stride + begin, stride, count, factor(j), factor(j + 1), factor(j + 2), factor(j + 3));
    }
    timesTriangle(x, begin, stride, count, t);
    for (let j = 0; j < columns; j++) {
      const factor = (l: number): number => v[l * stride + j];
      for (let l = 0; l < panelWidth; l += 4) {
        const at = l * stride + begin;
        subtract(a, j * stride + begin, x, at, stride, count, factor(l), factor(l + 1), factor(l + 2), factor(l + 3));
      }
    }
  }
}

/** Leaves of row r of a band, columns c.., the first only. */
function chaseRow(band: Values, v: Values, r: number, c: number): void {
  const corner = r + c * bandStride;
  for (let q = 0; q < panelWidth; q++) v[q] = band[corner + q * bandStride];
  const [beta, tau] = reflector(v, 0, panelWidth);
  for (let i = r + 1; i < c + panelWidth; i++) {
    const at = i + c * bandStride;
    let product = 0;
    for (let q = 0; q < panelWidth; q++) product += band[at + q * bandStride] * v[q];
    for (let q = 0; q < panelWidth; q++) band[at + q * bandStride] -= tau * product * v[q];
  }
  band[corner] = beta;
  for (let q = 1; q < panelWidth; q++) band[corner + q * bandStride] = 0;
}

/** Leaves of column c, rows c.., the first only. */
function chaseColumn(band: Values, v: Values, c: number): void {
  const corner = c + c * bandStride;
  v.set(band.subarray(corner, corner + panelWidth));
  const [beta, tau] = reflector(v, 0, panelWidth);
  for (let q = 1; q < 2 * panelWidth; q++) reflect(band, corner + q * bandStride, v, 0, panelWidth, tau);
  band.fill(0, corner, corner + panelWidth);
  band[corner] = beta;
}

function chase(band: Values, v: Values, columns: number, from: number, to: number): void {
  for (let k = from; k < to; k++)
    for (let c = k + 1, r = k; c < columns; r = c, c += panelWidth) {
      chaseRow(band, v, r, c);
      chaseColumn(band, v, c);
    }
}

export const plainBand: BandKernels = {
  ...{ bandPanel: panel, bandLeft: left, bandRight: right, bandChase: chase },
  ...{ bandPanel32: panel, bandLeft32: left, bandRight32: right, bandChase32: chase },
};
