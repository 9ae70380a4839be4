/** What share of a memory a mapping is expected to leave without a weight; derived here. */
import { pieceOf } from './pieces';
import type { MemoryPart, SharedLayer, Sharing } from './sharing';

/** Locations that are looked at where all are much alike. */
const mostLooked = 4096;
/** Multiples of it, less their whole parts, lie evenly between 0 and 1, in step with no size of a piece. */
const golden = (Math.sqrt(5) - 1) / 2;

/** Pieces of a layer that are clipped alike: so many, of which these rows and columns are there. */
interface Pieces {
  count: number;
  /** Columns of the whole piece: its rows lie so far apart. */
  width: number;
  /** Of the whole piece. */
  size: number;
  rows: number;
  columns: number;
}

/** Where each weight is placed by itself, a piece is one weight. */
function piecesOf({ spec }: Sharing, layer: SharedLayer): Pieces[] {
  const [height, width] = pieceOf(spec, layer) ?? [1, 1];
  const cut = (length: number, piece: number): { count: number; extent: number }[] => [
    { count: Math.floor(length / piece), extent: piece },
    { count: 1, extent: length % piece },
  ];
  return cut(layer.rows, height).flatMap((down) =>
    cut(layer.columns, width).flatMap((across) => {
      const [rows, columns] = [down.extent, across.extent];
      if (rows === 0 || columns === 0) return [];
      return [{ count: down.count * across.count, width, size: height * width, rows, columns }];
    }),
  );
}

/** Weights of a piece at its first `length` places. */
function weightsAt({ rows, columns, width }: Pieces, length: number): number {
  if (length <= 0) return 0;
  const row = Math.floor(length / width);
  return row >= rows ? rows * columns : row * columns + Math.min(columns, length - row * width);
}

/** Logarithm of the probability that none of these pieces has a weight at location `j` of `length`. */
function logMissed(pieces: Pieces, j: number, length: number, aligned: boolean): number {
  const { count, size } = pieces;
  const places = aligned ? Math.floor(length / size) : length - size + 1;
  // At the ends of the memory fewer of the places where a piece may begin cover the location.
  const covering = aligned
    ? j < places * size
      ? weightsAt(pieces, (j % size) + 1) - weightsAt(pieces, j % size)
      : 0
    : weightsAt(pieces, j + 1) - weightsAt(pieces, j + 1 - places);
  return count * Math.log1p(-covering / places);
}

/** Locations of a part that are expected to have no weight of these layers. */
function missedOf(sharing: Sharing, { length }: MemoryPart, layers: readonly SharedLayer[]): number {
  const aligned = sharing.spec.kind === 'roast' && sharing.spec.aligned === true;
  const pieces = layers.flatMap((layer) => piecesOf(sharing, layer));
  const missed = (j: number): number =>
    Math.exp(pieces.reduce((sum, piece) => sum + logMissed(piece, j, length, aligned), 0));
  // Between the ends the same holds of each location, but for the places of clipped pieces that begin at multiples of
  // their size.
  const end = Math.min(Math.ceil(length / 2), Math.max(...pieces.map(({ size }) => size)));
  let sum = 0;
  for (let j = 0; j < end; j++) sum += missed(j);
  for (let j = Math.max(end, length - end); j < length; j++) sum += missed(j);
  const between = Math.max(0, length - 2 * end);
  if (between === 0) return sum;
  const looked = Math.min(between, aligned ? mostLooked : 1);
  const at = (k: number): number => (looked === between ? k : Math.floor(((k * golden) % 1) * between));
  let middle = 0;
  for (let k = 0; k < looked; k++) middle += missed(end + at(k));
  return sum + (middle * between) / looked;
}

/**
 * Share of the memory without a weight: of location j the product over the layers of (1 - q)^pieces, q the share of the
 * places of a piece at which it covers j; (1 - 1/m)^n where each weight is placed by itself, 1 past the last place of
 * aligned tiles, 0 of a fold.
 */
export function expectedUnused(sharing: Sharing): number {
  const { layers, parts, m, scope, spec } = sharing;
  if (spec.kind === 'fold') return 0;
  if (scope === 'global') return missedOf(sharing, parts[0], layers) / m;
  return layers.reduce((sum, layer, l) => sum + missedOf(sharing, parts[l], [layer]), 0) / m;
}
