/** Whole numbers near given proportions with which something grows to what is wanted. */

/** By how much something misses what is wanted: its size / wanted - 1. It grows with every width. */
interface Missing {
  off: number;
}

interface Tried<T> {
  widths: readonly number[];
  found: T;
}

type Of<T> = (widths: readonly number[]) => T;

/** As near as it has to be. */
const tolerance = 0.01;

export const within = ({ off }: Missing): boolean => Math.abs(off) <= tolerance;

export const nearer = <T extends Missing>(a: T, b: T): T => (Math.abs(b.off) < Math.abs(a.off) ? b : a);

/** Up to so many times as wide as the network is one of fewer layers. */
export const widest = 2;

/** Where single widths are combined: of so many at most, and so many networks are looked at. */
const [mostStages, mostTried] = [16, 1_500];

/** The value of a growing function nearest to what is wanted, for whole numbers from 1. */
export function nearestUpTo<T extends Missing>(max: number, of: (size: number) => T): T {
  let [low, high] = [1, max];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (of(middle).off <= 0) low = middle;
    else high = middle;
  }
  return nearer(of(low), of(high));
}

/** Golden section: parts of 1 that no two stages share, however many they are. */
const phaseOf = (stage: number): number => ((stage + 0.5) * ((Math.sqrt(5) - 1) / 2)) % 1;

/**
 * The widths times a share, each rounded at a place of its own: as the share grows, one stage after the other grows by
 * 1, not all that are equally wide at once.
 */
const scaled = (widths: readonly number[], share: number): number[] =>
  widths.map((width, s) => Math.max(1, Math.floor(share * width + phaseOf(s))));

/** How far widths are from others in proportion. */
const distance = (widths: readonly number[], from: readonly number[]): number =>
  widths.reduce((sum, width, s) => sum + Math.log(width / from[s]) ** 2, 0);

/** One stage narrower or wider by 1. */
function* stepsFrom(widths: readonly number[]): Generator<number[]> {
  for (const [s, width] of widths.entries()) {
    yield widths.with(s, width + 1);
    if (width > 1) yield widths.with(s, width - 1);
  }
}

/** Bisects a share with which networks grow. */
function bisected<T extends Missing>(at: (share: number) => Tried<T>, most: number): Tried<T> & { share: number } {
  let [low, high] = [0, most];
  for (let halved = 0; halved < 40; halved++) {
    const middle = (low + high) / 2;
    if (at(middle).found.off <= 0) low = middle;
    else high = middle;
  }
  const [below, above] = [at(low), at(high)];
  return { ...(nearer(below.found, above.found) === below.found ? below : above), share: low };
}

/** The first that fits, by distance from the proportions. */
function around<T extends Missing>(first: Tried<T>, proportional: readonly number[], of: Of<T>): T {
  const open = [{ widths: first.widths, far: 0 }];
  const seen = new Set<string>();
  let best = first.found;
  for (let tried = 0; tried < mostTried && open.length > 0 && !within(best); tried++) {
    const next = open.reduce((least, { far }, k) => (far < open[least].far ? k : least), 0);
    const [{ widths }] = open.splice(next, 1);
    best = nearer(best, of(widths));
    for (const other of stepsFrom(widths)) {
      const key = other.join();
      if (seen.has(key)) continue;
      seen.add(key);
      open.push({ widths: other, far: distance(other, proportional) });
    }
  }
  return best;
}

/**
 * As of an MLP whose first layer takes nearly all: no step of it is small enough, and the others are too small to
 * weigh.
 */
function aroundHeaviest<T extends Missing>(full: readonly number[], proportional: readonly number[], of: Of<T>): T {
  const base = proportional.map(Math.round);
  const weights = base.map((width, s) => of(base.with(s, width + 1)).off);
  const heaviest = weights.indexOf(Math.max(...weights));
  const all = [-2, -1, 0, 1, 2].map((off) => {
    const held = Math.max(1, base[heaviest] + off);
    const at = (share: number): Tried<T> => {
      const widths = scaled(full, share).with(heaviest, held);
      return { widths, found: of(widths) };
    };
    return bisected(at, 1);
  });
  const fitting = all.filter(({ found }) => within(found));
  if (fitting.length === 0) return all.map(({ found }) => found).reduce(nearer);
  const far = ({ widths }: Tried<T>): number => distance(widths, proportional);
  return fitting.reduce((a, b) => (far(b) < far(a) ? b : a)).found;
}

/**
 * All in proportion, each rounded for itself, where that fits; else the widths nearest to those proportions that fit;
 * else the one that weighs most near its proportion and the others as wide as that takes. What misses least where
 * nothing fits. `most`: times `full`.
 */
export function inProportion<T extends Missing>(full: readonly number[], of: Of<T>, most: number): T {
  const at = (share: number): Tried<T> => {
    const widths = scaled(full, share);
    return { widths, found: of(widths) };
  };
  const { share, ...first } = bisected(at, most);
  if (within(first.found)) return first.found;
  const proportional = full.map((one) => Math.max(1, share * one));
  const best = full.length <= mostStages ? nearer(first.found, around(first, proportional, of)) : first.found;
  return within(best) ? best : nearer(best, aroundHeaviest(full, proportional, of));
}
