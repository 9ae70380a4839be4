/** Float64 matrices of the Hessian product: layers as matrices, and convolutions as such between rearrangements. */
import { outputSize, patchTable } from '../core/convolution';
import type { ConvLayer, PictureSize } from '../core/network';
import type { DenseLayer } from './gradients';

/** (rows, columns), row-major. */
export interface Matrix {
  rows: number;
  columns: number;
  values: Float64Array;
}

export const zeros = (rows: number, columns: number): Matrix => ({
  rows,
  columns,
  values: new Float64Array(rows * columns),
});

/** out += a bᵀ, or a b when `b` is (a.columns, out.columns). */
export function addProduct(out: Matrix, a: Matrix, b: Matrix, transposed: boolean): void {
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < out.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++)
        sum += a.values[i * a.columns + k] * b.values[transposed ? j * b.columns + k : k * b.columns + j];
      out.values[i * out.columns + j] += sum;
    }
}

/** out += aᵀ b: summed over examples. */
export function addOuter(out: Matrix, a: Matrix, b: Matrix): void {
  for (let e = 0; e < a.rows; e++)
    for (let i = 0; i < a.columns; i++) {
      const factor = a.values[e * a.columns + i];
      if (factor === 0) continue;
      for (let j = 0; j < b.columns; j++) out.values[i * out.columns + j] += factor * b.values[e * b.columns + j];
    }
}

/** Values of each example at other places. */
export interface Rearrangement {
  /** For each value after it, which value of the example it is; -1 for 0. */
  table: Int32Array;
  /** Of one example, after it. */
  rows: number;
  columns: number;
}

export function rearranged({ values }: Matrix, { table, rows, columns }: Rearrangement, examples: number): Matrix {
  const result = zeros(examples * rows, columns);
  const each = values.length / examples;
  for (let e = 0; e < examples; e++)
    for (let i = 0; i < table.length; i++)
      if (table[i] >= 0) result.values[e * table.length + i] = values[e * each + table[i]];
  return result;
}

/** out += the gradient by what was rearranged. */
export function addBack(out: Matrix, slope: Matrix, { table }: Rearrangement, examples: number): void {
  const each = out.values.length / examples;
  for (let e = 0; e < examples; e++)
    for (let i = 0; i < table.length; i++)
      if (table[i] >= 0) out.values[e * each + table[i]] += slope.values[e * table.length + i];
}

/** A convolution is a linear layer between two of these: it looks at patches, and gives channel after channel. */
export function rearrangements(layer: ConvLayer, picture: PictureSize): [before: Rearrangement, after: Rearrangement] {
  const [, height, width] = outputSize(layer, picture);
  const places = height * width;
  const apart = Int32Array.from(
    { length: places * layer.out },
    (_, i) => (i % places) * layer.out + Math.floor(i / places),
  );
  return [
    { table: patchTable(layer, picture), rows: places, columns: layer.in * layer.kernel[0] * layer.kernel[1] },
    { table: apart, rows: 1, columns: places * layer.out },
  ];
}

/** Weights as rows x columns of the whole layer: those of groups in blocks along the diagonal, 0 elsewhere. */
export function asMatrix({
  rows,
  columns,
  weights,
  groups = 1,
}: Omit<DenseLayer, 'weights' | 'bias'> & { weights: Float32Array | Float64Array }): Matrix {
  const whole = zeros(rows, columns * groups);
  for (let r = 0; r < rows; r++)
    whole.values.set(weights.subarray(r * columns, (r + 1) * columns), blockStart(r, { rows, columns, groups }));
  return whole;
}

/** Where the row's own block begins in the matrix of the whole layer. */
const blockStart = (
  row: number,
  { rows, columns, groups }: { rows: number; columns: number; groups: number },
): number => (row * groups + Math.floor((row * groups) / rows)) * columns;

/** The blocks of `asMatrix` again, rows x columns. */
export function fromMatrix({ values }: Matrix, { rows, columns, groups = 1 }: DenseLayer): Float64Array {
  const blocks = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const first = blockStart(r, { rows, columns, groups });
    blocks.set(values.subarray(first, first + columns), r * columns);
  }
  return blocks;
}
