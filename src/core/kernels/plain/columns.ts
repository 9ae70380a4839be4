import type { ColumnKernels } from '../columns';

const epsilon = 1e-5;

/** What `term` gives, summed up over the rows of each column. */
function sumsOf(rows: number, columns: number, term: (at: number, column: number) => number): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) sums[column] += term(at, column);
  return sums;
}

/** Of each column 1 / sqrt(variance + epsilon). */
const inverses = (moments: Float32Array, columns: number): Float64Array =>
  Float64Array.from(moments.subarray(columns, 2 * columns), (variance) => 1 / Math.sqrt(variance + epsilon));

export const plainColumns: ColumnKernels = {
  columnMoments(x, moments, rows, columns) {
    const means = sumsOf(rows, columns, (at) => x[at]).map((sum) => sum / rows);
    moments.set(means);
    moments.set(
      sumsOf(rows, columns, (at, column) => (x[at] - means[column]) ** 2).map((sum) => sum / rows),
      columns,
    );
  },
  columnNorm(x, moments, scale, shift, y, rows, columns) {
    const factors = inverses(moments, columns).map((inverse, column) => inverse * scale[column]);
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++)
        y[at] = (x[at] - moments[column]) * factors[column] + shift[column];
  },
  columnNormSums(x, moments, dy, sums, rows, columns) {
    const along = sumsOf(rows, columns, (at, column) => dy[at] * (x[at] - moments[column]));
    sums.set(inverses(moments, columns).map((inverse, column) => along[column] * inverse));
    sums.set(
      sumsOf(rows, columns, (at) => dy[at]),
      columns,
    );
  },
  columnNormBack(x, moments, scale, sums, dy, dx, rows, columns) {
    const inverse = inverses(moments, columns);
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++) {
        const unit = (x[at] - moments[column]) * inverse[column];
        const rest = dy[at] - (sums[columns + column] + unit * sums[column]) / rows;
        dx[at] = scale[column] * inverse[column] * rest;
      }
  },
};
