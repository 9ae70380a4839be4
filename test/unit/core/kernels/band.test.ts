import { describe, expect, it } from 'vitest';
import { bandSize, bandStride, panelWidth, rowGroupBytes, triangleSize } from '../../../../src/core/kernels/band';
import { columnsIn, kernelsOf } from '../../../../src/core/linalg/bidiagonal';
import type { Values } from '../../../../src/core/linalg/bidiagonal';
import { Rng } from '../../../../src/core/rng';
import { everyKernels, into } from '../../kernels';

const cases = everyKernels().flatMap(([name, kernels]) =>
  (['float64', 'float32'] as const).map((precision) => ({ name, kernels, precision })),
);

describe.each(cases)('a reduction to a band by $name kernels in $precision', ({ kernels, precision }) => {
  const double = precision === 'float64';
  const [panel, left, right, chase] = kernelsOf(kernels, precision, [
    'bandPanel',
    'bandLeft',
    'bandRight',
    'bandChase',
  ]);
  const rounding = double ? 1e-14 : 1e-5;
  const [rows, columns] = [96, 80];
  const rng = Rng.fromSeed(3);

  /** A matrix with entry (i, j) at i + j stride, room for the reflections of a panel, and what they leave of it. */
  const drawn = () => {
    const { values: a, stride } = columnsIn(kernels.room, precision, rows, columns);
    for (let j = 0; j < columns; j++) for (let i = 0; i < rows; i++) a[i + j * stride] = rng.normal();
    const make = (length: number): Values => into(kernels.room)[precision](new Float64Array(length).fill(NaN));
    const [v, x, w] = [stride, stride, 96].map((length) => make(panelWidth * length));
    return { a, stride, v, x, w, r: make(panelWidth * rows), t: make(triangleSize), to: make(panelWidth * panelWidth) };
  };
  const length = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

  it('leaves of columns what it says, and of others as much as there was', () => {
    const { a, stride, v, w, r, t, to } = drawn();
    panel(a, 1, stride, v, r, t, to, 1, panelWidth, stride, rows);
    const before = Array.from({ length: columns }, (_, j) => length(a.subarray(j * stride, j * stride + rows)));
    left(a, v, t, w, stride, rows, columns, 0, 3);
    for (let j = 0; j < columns; j++) {
      expect(length(a.subarray(j * stride, j * stride + rows)) / before[j]).toBeCloseTo(1, double ? 12 : 4);
      for (let i = 0; j < panelWidth && i < rows; i++)
        expect(Math.abs(a[i + j * stride] - (i <= j ? to[i + j * panelWidth] : 0))).toBeLessThan(40 * rounding);
    }
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < panelWidth; j++) expect(r[i * panelWidth + j]).toBe(-v[i + j * stride]);
  });

  it('leaves of rows what it says, and of others as much as there was', () => {
    const { a, stride, v, x, r, t, to } = drawn();
    panel(a, stride, 1, v, r, t, to, panelWidth, 1, stride, columns);
    const row = (i: number): number[] => Array.from({ length: columns }, (_, j) => a[i + j * stride]);
    const before = Array.from({ length: rows }, (_, i) => length(row(i)));
    right(a, v, r, t, x, stride, rows, columns, 0, Math.ceil((rows * a.BYTES_PER_ELEMENT) / rowGroupBytes));
    for (let i = 0; i < rows; i++) {
      expect(length(row(i)) / before[i]).toBeCloseTo(1, double ? 12 : 4);
      for (let j = 0; i < panelWidth && j < columns; j++)
        expect(Math.abs(a[i + j * stride] - (j <= i ? to[i + j * panelWidth] : 0))).toBeLessThan(40 * rounding);
    }
  });

  it('chases out of a band all but two diagonals, and keeps the length', () => {
    const band = into(kernels.room)[precision](new Float64Array(bandSize(columns)));
    for (let j = 0; j < columns; j++)
      for (let i = Math.max(0, j - panelWidth); i <= j; i++) band[i + j * bandStride] = rng.normal();
    const before = length(band);
    const v = into(kernels.room)[precision](new Float64Array(2 * panelWidth));
    chase(band, v, columns, 0, 50);
    chase(band, v, columns, 50, columns);
    expect(length(band) / before).toBeCloseTo(1, double ? 12 : 4);
    const two = Array.from({ length: columns }, (_, j) => [
      ...(j > 0 ? [band[j - 1 + j * bandStride]] : []),
      band[j + j * bandStride],
    ]);
    for (const at of two.keys()) band.fill(0, Math.max(0, at - 1) + at * bandStride, at + at * bandStride + 1);
    expect(length(band)).toBe(0);
    expect(length(two.flat()) / before).toBeCloseTo(1, double ? 12 : 4);
  });
});
