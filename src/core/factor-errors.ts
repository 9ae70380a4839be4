/** The sentences about matrices that cannot be factored into rotations. */
import { SparseError } from './errors';

export const notFinite = (row: number, column: number, value: number): SparseError =>
  new SparseError(
    'factor.not-finite',
    `The matrix holds ${value} at row ${row}, column ${column}; only a matrix of finite numbers is a product of rotations.`,
  );

export const notOrthogonal = (rows: number, columns: number, error: number, allowed: number): SparseError =>
  new SparseError(
    'factor.not-orthogonal',
    `The ${rows} x ${columns} matrix is not orthogonal: the products of its ${rows <= columns ? 'rows' : 'columns'} are off those ` +
      `of orthonormal vectors by ${error.toPrecision(2)}, and at most ${allowed} is a rounding error. ` +
      'Only orthogonal matrices are products of rotations.',
    { error, allowed },
  );
