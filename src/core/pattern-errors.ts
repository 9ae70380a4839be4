/** The sentences about wanted patterns. */
import { SparseError } from './errors';

export const badPattern = (what: string, expected: string): SparseError =>
  new SparseError('pattern.bad-size', `There is no pattern of ${what}: sizes are whole numbers, and ${expected}.`);

export const badDegrees = (what: 'Row' | 'Column', at: number, degree: number, most: number): SparseError =>
  new SparseError(
    'pattern.bad-degrees',
    `${what} ${at} cannot keep ${degree} weights; a degree is a whole number from 0 to ${most}.`,
  );

export const degreeCount = (what: 'rowDegree' | 'columnDegree', given: number, size: number): SparseError => {
  const lines = what === 'rowDegree' ? 'rows' : 'columns';
  return new SparseError(
    'pattern.degree-count',
    `${what} lists ${given} degrees, and the matrix has ${size} ${lines}. List ${size} of them, or give one number for all.`,
  );
};

export const degreeSums = (rows: number, columns: number): SparseError =>
  new SparseError(
    'pattern.unequal-degrees',
    `The row degrees come to ${rows} weights and the column degrees to ${columns}. Give degrees with the same sum.`,
  );

export const noRealisation = (row: number, degree: number): SparseError =>
  new SparseError(
    'pattern.impossible-degrees',
    `No mask has these degrees: too few columns are left for the ${degree} weights of row ${row}. ` +
      'Spread the column degrees more evenly.',
  );
