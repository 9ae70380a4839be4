/** What the places of the weights allow, whatever their values: the largest matching of rows with columns. */
import type { Mask } from './mask';

export interface Matching {
  /** Pairs: the largest rank a matrix that is zero outside the mask can have. */
  size: number;
  /** The column each row is paired with, -1 for none. */
  columnOfRow: Int32Array<ArrayBuffer>;
}

/** The columns each row keeps, one row after the other. */
interface Adjacency {
  start: Uint32Array;
  columns: Uint32Array;
}

/**
 * A largest set of kept places with no two in one row or column, by shortest augmenting paths, O(kept * sqrt(rows)):
 * Hopcroft, Karp, "An n^(5/2) algorithm for maximum matchings in bipartite graphs" (SIAM J. Comput. 1973).
 */
export function maximumMatching(mask: Mask): Matching {
  const graph = adjacency(mask);
  const columnOfRow = new Int32Array(mask.rows).fill(-1);
  const rowOfColumn = new Int32Array(mask.columns).fill(-1);
  const level = new Int32Array(mask.rows);
  const next = new Uint32Array(mask.rows);
  let size = 0;
  // Each phase lengthens the shortest path, so there are at most 2 sqrt(rows) of them that find one.
  while (findLevels(graph, columnOfRow, rowOfColumn, level)) {
    next.set(graph.start.subarray(0, mask.rows));
    for (let row = 0; row < mask.rows; row++)
      if (columnOfRow[row] < 0 && augment(row, graph, { columnOfRow, rowOfColumn, level, next })) size++;
  }
  return { size, columnOfRow };
}

function adjacency(mask: Mask): Adjacency {
  const start = new Uint32Array(mask.rows + 1);
  const columns = new Uint32Array(mask.count());
  let at = 0;
  for (let r = 0; r < mask.rows; r++) {
    for (let c = 0; c < mask.columns; c++) if (mask.get(r, c)) columns[at++] = c;
    start[r + 1] = at;
  }
  return { start, columns };
}

/** Steps of alternating paths from the free rows to each row, -1 where none leads; false when no path ends free. */
function findLevels(
  { start, columns }: Adjacency,
  columnOfRow: Int32Array,
  rowOfColumn: Int32Array,
  level: Int32Array,
): boolean {
  const queue: number[] = [];
  for (let r = 0; r < level.length; r++) {
    level[r] = columnOfRow[r] < 0 ? 0 : -1;
    if (level[r] === 0) queue.push(r);
  }
  let last = Infinity;
  for (const row of queue) {
    if (level[row] >= last) break;
    for (let e = start[row]; e < start[row + 1]; e++) {
      const other = rowOfColumn[columns[e]];
      if (other < 0) last = level[row];
      else if (level[other] < 0) {
        level[other] = level[row] + 1;
        queue.push(other);
      }
    }
  }
  return last < Infinity;
}

interface Search {
  columnOfRow: Int32Array;
  rowOfColumn: Int32Array;
  level: Int32Array;
  /** Per row, the first of its places not yet tried in this phase. */
  next: Uint32Array;
}

/** Depth first along the levels, without recursion: paths may be as long as the matrix. */
function augment(from: number, { start, columns }: Adjacency, search: Search): boolean {
  const { columnOfRow, rowOfColumn, level, next } = search;
  const path = [from];
  while (path.length > 0) {
    const row = path[path.length - 1];
    if (next[row] === start[row + 1]) {
      // A dead end for the rest of the phase.
      level[row] = -1;
      path.pop();
      if (path.length > 0) next[path[path.length - 1]]++;
      continue;
    }
    const other = rowOfColumn[columns[next[row]]];
    if (other < 0) {
      for (const onPath of path) {
        columnOfRow[onPath] = columns[next[onPath]];
        rowOfColumn[columnOfRow[onPath]] = onPath;
        next[onPath]++;
        level[onPath] = -1;
      }
      return true;
    }
    if (level[other] === level[row] + 1) path.push(other);
    else next[row]++;
  }
  return false;
}
