/**
 * Which axes to rotate so that the supports come near a wanted pattern: a greedy search that looks at what it
 * forecloses.
 */
import { firstSupports } from '../axes';
import { popcount } from '../mask';
import type { Mask } from '../mask';
import type { Parts } from '../parts';

/** How a search weighs what a rotation adds; which one serves best depends on the pattern. */
export interface Weighing {
  /** What an unwanted non-zero costs, in wanted ones. */
  unwanted: number;
  /** What a place that two supports can no longer reach together costs, in added non-zeros. */
  foreclosed: number;
}

export interface SearchRequest {
  /** entries x axes. */
  wanted: Mask;
  axisOfEntry: Uint32Array;
  weighing: Weighing;
  /** A factor above 0 on all that an axis takes part in: chance makes another search of the same weighing. */
  favour: Float64Array;
  /** Pairs of axes that may still be looked at; counted down, below 0 by those of one rotation at most. */
  budget: { evaluations: number };
}

export interface Found {
  /** Pairs of axes, the lower one first, in the order in which they are rotated. */
  first: number[];
  second: number[];
  /** Non-zeros that are wanted, and all of them. */
  inside: number;
  nonZeros: number;
}

/**
 * From one entry at each starting axis, rotates again and again the pair of axes that adds most wanted non-zeros for
 * all that it adds, and keeps the state of the highest intersection over union. Never more non-zeros than are wanted
 * (or than there are entries).
 *
 * Supports only grow, so what counts besides is what stays possible: an axis can be rotated into another without harm
 * only while all it holds is wanted there. The set of those axes, its reach, is the intersection of what its entries
 * want; rotating two axes leaves both with the intersection of their reaches. Pairs of like reach go first: this finds
 * products of rotations again where plain greed does not. Ends when nothing more is gained, or with the budget.
 */
export function* searchInParts(p: SearchRequest): Parts<Found> {
  const state = new SearchState(p);
  const [first, second]: number[][] = [[], []];
  let found = { rotations: 0, inside: state.inside, nonZeros: state.nonZeros };
  const wanted = p.wanted.count();
  const overlap = (inside: number, nonZeros: number): number => inside / (wanted + nonZeros - inside);
  yield* state.compareAll();
  for (let pair = state.best(); pair; pair = state.best()) {
    state.rotate(pair.i, pair.j);
    first.push(Math.min(pair.i, pair.j));
    second.push(Math.max(pair.i, pair.j));
    if (overlap(state.inside, state.nonZeros) > overlap(found.inside, found.nonZeros))
      found = { rotations: first.length, inside: state.inside, nonZeros: state.nonZeros };
    yield;
  }
  const { rotations, inside, nonZeros } = found;
  return { first: first.slice(0, rotations), second: second.slice(0, rotations), inside, nonZeros };
}

/** Far too little to outweigh any difference in worth but rounding. */
const tieBreak = 2 ** -30;

class SearchState {
  inside = 0;
  nonZeros: number;
  private readonly axes: number;
  /** Words of a support, and of a reach. */
  private readonly words: number;
  private readonly reachWords: number;
  private readonly most: number;
  private readonly wantedByAxis: Uint32Array;
  private readonly supports: Uint32Array;
  private readonly reach: Uint32Array;
  /** Whether the axis holds no entry yet: it has no reach to lose, and takes none away. */
  private readonly empty: Uint8Array;
  private readonly pairs: Pairs;
  /** What each of the pairs is worth; at most that, once the number of non-zeros has risen. */
  private readonly worth: Float64Array;
  /** Per axis, its pair of the highest worth (-1 for none), and that worth. */
  private readonly bestPair: Int32Array;
  private readonly bestWorth: Float64Array;

  constructor(private readonly p: SearchRequest) {
    const { wanted, axisOfEntry } = p;
    this.axes = wanted.columns;
    this.words = Math.ceil(wanted.rows / 32);
    this.reachWords = wanted.wordsPerRow;
    this.nonZeros = wanted.rows;
    this.most = Math.max(wanted.count(), wanted.rows);
    this.wantedByAxis = new Uint32Array(this.axes * this.words);
    for (let k = 0; k < wanted.rows; k++)
      for (let a = 0; a < this.axes; a++)
        if (wanted.get(k, a)) this.wantedByAxis[a * this.words + (k >>> 5)] |= 1 << (k & 31);
    this.supports = firstSupports({ axes: this.axes, length: wanted.rows, words: this.words }, { start: axisOfEntry });
    this.reach = new Uint32Array(this.axes * this.reachWords).fill(0xffffffff);
    this.empty = new Uint8Array(this.axes).fill(1);
    axisOfEntry.forEach((axis, k) => {
      this.empty[axis] = 0;
      if (wanted.get(k, axis)) this.inside++;
      const entry = wanted.words.subarray(k * this.reachWords, (k + 1) * this.reachWords);
      this.reach.set(entry, axis * this.reachWords);
    });
    this.pairs = pairsOf(this.wantedByAxis, this.words);
    this.worth = new Float64Array(this.pairs.other.length);
    this.bestPair = new Int32Array(this.axes).fill(-1);
    this.bestWorth = new Float64Array(this.axes);
  }

  /** Finds what every pair is worth. */
  *compareAll(): Parts<void> {
    const { start, other } = this.pairs;
    for (let a = 0; a < this.axes; a++) {
      // Pairs that the budget does not allow to look at stay worth nothing.
      for (let p = start[a]; p < start[a + 1] && this.p.budget.evaluations > 0; p++)
        if (other[p] > a) this.setWorth(p, this.worthOf(a, other[p]));
      yield;
    }
    for (let a = 0; a < this.axes; a++) this.chooseBest(a);
  }

  /**
   * The pair of the highest worth, the first of equals; none when nothing is gained any more or the budget is spent.
   */
  best(): { i: number; j: number } | undefined {
    for (;;) {
      let i = 0;
      for (let a = 1; a < this.axes; a++) if (this.bestWorth[a] > this.bestWorth[i]) i = a;
      if (this.bestWorth[i] <= 0 || this.p.budget.evaluations <= 0) return undefined;
      const j = this.pairs.other[this.bestPair[i]];
      if (this.worthOf(i, j) > 0) return { i, j };
      // There is no more room for what it adds: the number of non-zeros has risen since it was last looked at.
      this.setWorth(this.bestPair[i], 0);
      this.chooseBest(i);
      this.chooseBest(j);
    }
  }

  rotate(i: number, j: number): void {
    const { words, reachWords, supports, reach, wantedByAxis } = this;
    for (let w = 0, a = i * words, b = j * words; w < words; w++, a++, b++) {
      const union = supports[a] | supports[b];
      const [newAtI, newAtJ] = [union & ~supports[a], union & ~supports[b]];
      this.nonZeros += popcount(newAtI) + popcount(newAtJ);
      this.inside += popcount(newAtI & wantedByAxis[a]) + popcount(newAtJ & wantedByAxis[b]);
      supports[a] = union;
      supports[b] = union;
    }
    for (let w = 0, a = i * reachWords, b = j * reachWords; w < reachWords; w++, a++, b++)
      reach[a] = reach[b] = reach[a] & reach[b];
    this.empty[i] = this.empty[j] = 0;
    const { start, other, twin } = this.pairs;
    for (const axis of [i, j])
      for (let p = start[axis]; p < start[axis + 1]; p++) {
        const [neighbour, pair] = [other[p], twin[p]];
        const worth = this.worthOf(axis, neighbour);
        this.setWorth(p, worth);
        if (neighbour === i || neighbour === j) continue;
        if (worth > this.bestWorth[neighbour]) {
          this.bestPair[neighbour] = pair;
          this.bestWorth[neighbour] = worth;
        } else if (this.bestPair[neighbour] === pair && worth < this.bestWorth[neighbour]) this.chooseBest(neighbour);
      }
    this.chooseBest(i);
    this.chooseBest(j);
  }

  /** Both ways of naming a pair are worth the same. */
  private setWorth(pair: number, worth: number): void {
    this.worth[pair] = worth;
    this.worth[this.pairs.twin[pair]] = worth;
  }

  private chooseBest(axis: number): void {
    let best = -1;
    let most = 0;
    for (let p = this.pairs.start[axis]; p < this.pairs.start[axis + 1]; p++)
      if (this.worth[p] > most) {
        best = p;
        most = this.worth[p];
      }
    this.bestPair[axis] = best;
    this.bestWorth[axis] = most;
  }

  /** What rotating axes i and j adds that is wanted, by all that it costs; 0 where it is not to be done. */
  private worthOf(i: number, j: number): number {
    const { words, reachWords, supports, reach, wantedByAxis } = this;
    this.p.budget.evaluations--;
    let added = 0;
    let inside = 0;
    for (let w = 0, a = i * words, b = j * words; w < words; w++, a++, b++) {
      const differing = supports[a] ^ supports[b];
      if (differing === 0) continue;
      added += popcount(differing);
      // What i lacks of j's is wanted at i, or the other way round.
      inside += popcount(differing & ((supports[b] & wantedByAxis[a]) | (supports[a] & wantedByAxis[b])));
    }
    if (inside === 0 || this.nonZeros + added > this.most) return 0;
    const { unwanted, foreclosed } = this.p.weighing;
    const gained = inside - unwanted * (added - inside);
    if (gained <= 0) return 0;
    let lost = 0;
    if (foreclosed > 0 && this.empty[i] === 0 && this.empty[j] === 0)
      for (let w = 0, a = i * reachWords, b = j * reachWords; w < reachWords; w++, a++, b++)
        lost += popcount(reach[a] ^ reach[b]);
    // Of rotations worth the same, the one that adds more: fewer are needed.
    const worth = (gained / (added + foreclosed * lost)) * (1 + tieBreak * added);
    return this.p.favour[i] * this.p.favour[j] * worth;
  }
}

/** Pairs of axes that want an entry in common, each named from both sides. */
interface Pairs {
  /** Those of axis a: start[a] to start[a + 1]. */
  start: Uint32Array;
  /** The other axis of the pair, ascending. */
  other: Uint32Array;
  /** The same pair, named from the other axis. */
  twin: Uint32Array;
}

function pairsOf(wantedByAxis: Uint32Array, words: number): Pairs {
  const axes = wantedByAxis.length / words;
  const start = new Uint32Array(axes + 1);
  const share = (a: number, b: number): boolean => {
    for (let w = 0; w < words; w++) if ((wantedByAxis[a * words + w] & wantedByAxis[b * words + w]) !== 0) return true;
    return false;
  };
  for (let a = 0; a < axes; a++)
    for (let b = 0; b < a; b++)
      if (share(a, b)) {
        start[a + 1]++;
        start[b + 1]++;
      }
  for (let a = 0; a < axes; a++) start[a + 1] += start[a];
  const [other, twin] = [new Uint32Array(start[axes]), new Uint32Array(start[axes])];
  const next = start.slice();
  for (let a = 0; a < axes; a++)
    for (let b = 0; b < a; b++)
      if (share(a, b)) {
        const [fromA, fromB] = [next[a]++, next[b]++];
        [other[fromA], other[fromB]] = [b, a];
        [twin[fromA], twin[fromB]] = [fromB, fromA];
      }
  return { start, other, twin };
}
