/** A wanted pattern taken apart into pieces that no useful rotation connects. */
import { Mask } from '../mask';
import { maximumMatching } from '../matching';
import type { Rng } from '../rng';

/**
 * Entries (of the shorter dimension) and axes (of the longer) of one piece, ascending, by their number in the matrix.
 */
export interface Piece {
  entries: Uint32Array;
  axes: Uint32Array;
  /** entries x axes of the piece: what is wanted. */
  wanted: Mask;
}

/** The wanted pattern with entries as rows and axes as columns, whichever way the matrix lies. */
export function entriesByAxes(pattern: Mask): Mask {
  if (pattern.rows <= pattern.columns) return pattern;
  const transposed = Mask.empty(pattern.columns, pattern.rows);
  for (let r = 0; r < pattern.rows; r++)
    for (let c = 0; c < pattern.columns; c++) if (pattern.get(r, c)) transposed.set(c, r);
  return transposed;
}

/**
 * An axis for each entry, all different: by a largest matching within `wanted`, then any free axis, lowest first, for
 * the entries that cannot begin at a wanted place. With `rng` one of the largest matchings by chance.
 */
export function beginnings(wanted: Mask, rng?: Rng): { axisOfEntry: Uint32Array; unmatched: number } {
  const { rows: entries, columns: axes } = wanted;
  const [entryAt, axisAt] = [inOrder(entries), inOrder(axes)];
  let shuffled = wanted;
  if (rng) {
    rng.shuffle(entryAt);
    rng.shuffle(axisAt);
    shuffled = submask(wanted, entryAt, axisAt);
  }
  const { columnOfRow, size } = maximumMatching(shuffled);
  const axisOfEntry = new Uint32Array(entries);
  const taken = new Uint8Array(axes);
  columnOfRow.forEach((column, row) => {
    if (column < 0) return;
    axisOfEntry[entryAt[row]] = axisAt[column];
    taken[axisAt[column]] = 1;
  });
  let free = 0;
  columnOfRow.forEach((column, row) => {
    if (column >= 0) return;
    while (taken[free] === 1) free++;
    axisOfEntry[entryAt[row]] = free;
    taken[free] = 1;
  });
  return { axisOfEntry, unmatched: entries - size };
}

/**
 * Connected pieces of the wanted places: an entry never has to reach an axis of another piece. Entries that begin
 * outside what is wanted connect theirs with the piece of the axis where they begin. Pieces without an entry are left
 * out.
 */
export function piecesOf(wanted: Mask, axisOfEntry: Uint32Array): Piece[] {
  const { rows: entries, columns: axes } = wanted;
  // Union-find over entries, then axes.
  const parent = inOrder(entries + axes);
  const find = (node: number): number => {
    let root = node;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  };
  for (let k = 0; k < entries; k++) {
    parent[find(k)] = find(entries + axisOfEntry[k]);
    for (let a = 0; a < axes; a++) if (wanted.get(k, a)) parent[find(k)] = find(entries + a);
  }
  const members = new Map<number, { entries: number[]; axes: number[] }>();
  for (let k = 0; k < entries; k++) {
    const root = find(k);
    const piece = members.get(root) ?? { entries: [], axes: [] };
    piece.entries.push(k);
    members.set(root, piece);
  }
  for (let a = 0; a < axes; a++) members.get(find(entries + a))?.axes.push(a);
  return [...members.values()].map((piece) => {
    const [ofEntries, ofAxes] = [Uint32Array.from(piece.entries), Uint32Array.from(piece.axes)];
    return { entries: ofEntries, axes: ofAxes, wanted: submask(wanted, ofEntries, ofAxes) };
  });
}

const inOrder = (length: number): Uint32Array => Uint32Array.from({ length }, (_, k) => k);

function submask(mask: Mask, rows: Uint32Array, columns: Uint32Array): Mask {
  const part = Mask.empty(rows.length, columns.length);
  for (let r = 0; r < rows.length; r++)
    for (let c = 0; c < columns.length; c++) if (mask.get(rows[r], columns[c])) part.set(r, c);
  return part;
}
