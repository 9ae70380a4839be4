/** A sequence as a table: what each rotation turned, and how dense it left the matrix. */
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { degrees } from '../../format';
import { numeric, text, type Table } from '../../parts/table';
import { tableWords } from './words';

/** `density` and `expected` after 0, 1, ... rotations; without `expected` the rotations were found for a given matrix. */
export function rotationTable(
  name: string,
  { first, second, angle, lastUndone }: RotationSequence,
  density: ArrayLike<number>,
  expected: ArrayLike<number> | undefined,
): Table {
  const total = first.length;
  return {
    ...tableWords.about(name),
    columns: [
      numeric(tableWords.rotation),
      numeric(tableWords.first),
      numeric(tableWords.second),
      numeric(tableWords.angle),
      numeric(expected ? tableWords.density : tableWords.supports),
      ...(expected ? [numeric(tableWords.expected)] : []),
      text(tableWords.note),
    ],
    length: total,
    rows: (start, end) =>
      Array.from({ length: end - start }, (_, i) => {
        const t = start + i;
        const undone = lastUndone && t === total - 1 ? tableWords.undone : '';
        const turned = Number(degrees(angle[t]).slice(0, -1));
        const after = [density[t + 1], ...(expected ? [expected[t + 1]] : [])];
        return [t + 1, first[t], second[t], turned, ...after, undone];
      }),
  };
}
