import { badShape, tooLarge } from './errors';

/** 4 GiB of float32: beyond it no typed array of this program is asked for. */
const maxElements = 2 ** 30;

/**
 * Throws `shape.invalid` or `shape.too-large` unless rows and columns are positive whole numbers of a matrix that fits.
 */
export function checkShape(rows: number, columns: number): void {
  if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(columns) || rows < 1 || columns < 1)
    throw badShape(rows, columns);
  if (rows * columns > maxElements) throw tooLarge(rows, columns, maxElements);
}
