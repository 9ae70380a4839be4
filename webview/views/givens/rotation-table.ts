/** A sequence as a table: what each rotation turned, and how dense it left the matrix. */
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { degrees } from '../../format';
import { numeric, text, type Table } from '../../parts/table';
import { tableWords } from './words';

/** After 0, 1, ... rotations. */
interface Densities {
  density: ArrayLike<number>;
  /** Where the rotations were random. */
  expected: ArrayLike<number> | undefined;
  /** For a given matrix: what is dense are the supports. */
  found: boolean;
}

export function rotationTable(
  name: string,
  { first, second, angle, lastUndone }: RotationSequence,
  { density, expected, found }: Densities,
): Table {
  const total = first.length;
  return {
    ...tableWords.about(name),
    columns: [
      numeric(tableWords.rotation),
      numeric(tableWords.first),
      numeric(tableWords.second),
      numeric(tableWords.angle),
      numeric(found ? tableWords.supports : tableWords.density),
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
