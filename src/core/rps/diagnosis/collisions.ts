/**
 * How many weights share a location with another of their own layer where the hash is ideal (derived here;
 * docs/sharing.md, D2).
 */
import { pieceOf } from '../pieces';
import type { SharedLayer, Sharing } from '../sharing';
import type { MappingSpec } from '../pieces';

/** Weights. */
export interface Chance {
  mean: number;
  deviation: number;
}

type Moments = readonly [mean: number, variance: number];

/**
 * Of a mapping of that kind over all its seeds; layers are independent of each other. The mean is exact, of pieces the
 * deviation is not.
 */
export function collisionsByChance(sharing: Sharing, spec: MappingSpec = sharing.spec): Chance {
  let [sum, variance] = [0, 0];
  sharing.layers.forEach((layer, l) => {
    const { length } = sharing.parts[l];
    const first = sharing.scope === 'global' ? layer.offset : 0;
    const own = spec.kind === 'fold' ? folded(layer.weights, first, length) : placed(layer, spec, length);
    sum += own[0];
    variance += own[1];
  });
  return { mean: sum, deviation: Math.sqrt(variance) };
}

/**
 * Of a fold: a layer has a weights at the end of a partition, k whole ones, and b of the next. Two whole ones leave
 * nobody alone, one leaves only who meets neither end, and of none a and b overlap in ab/m locations on average.
 */
function folded(weights: number, first: number, m: number): Moments {
  const head = Math.min(weights, (m - (first % m)) % m);
  const whole = Math.floor((weights - head) / m);
  const tail = (weights - head) % m;
  if (whole > 1) return [weights, 0];
  const overlap = (head * tail) / m;
  const variance = overlapVariance(head, tail, m);
  return whole === 1 ? [2 * (head + tail) - overlap, variance] : [2 * overlap, 4 * variance];
}

/**
 * Of the overlap of two arcs of a ring, one turned by chance: 1 to the shorter less 1 twice each, else the shorter or
 * nothing.
 */
function overlapVariance(a: number, b: number, m: number): number {
  const short = Math.min(a, b);
  const long = Math.max(a, b);
  // What is outside the longer arc overlaps by as much less.
  if (a + b > m) return overlapVariance(short, m - long, m);
  const squares = ((short - 1) * short * (2 * short - 1)) / 3 + (long - short + 1) * short ** 2;
  return Math.max(0, squares / m - ((a * b) / m) ** 2);
}

/** (1 - share)^times, of shares that are small and times that are many. */
const missed = (share: number, times: number): number =>
  times === 0 ? 1 : Math.exp(times * Math.log1p(-Math.min(1, share)));

interface Pieces {
  rows: number;
  columns: number;
  count: number;
}

/** Whole pieces, and those that the right and the lower edge of a layer clip. */
function piecesOf({ rows, columns }: SharedLayer, height: number, width: number): Pieces[] {
  const [down, across] = [Math.floor(rows / height), Math.floor(columns / width)];
  const [lower, right] = [rows % height, columns % width];
  return [
    { rows: height, columns: width, count: down * across },
    { rows: height, columns: right, count: right && down },
    { rows: lower, columns: width, count: lower && across },
    { rows: lower, columns: right, count: lower && right && 1 },
  ].filter(({ count }) => count > 0);
}

/** Of pieces that begin at one of some places each, single weights among them. */
function placed(layer: SharedLayer, spec: MappingSpec, m: number): Moments {
  const [height, width] = pieceOf(spec, layer) ?? [1, 1];
  const size = height * width;
  const pieces = piecesOf(layer, height, width);
  const aligned = spec.kind === 'roast' && spec.aligned === true;
  const places = aligned ? Math.floor(m / size) : m - size + 1;
  const alone = aligned ? aloneAligned(pieces, places, size, width) : aloneAnywhere(pieces, places, size, width);
  const sizes = pieces.map(({ rows, columns }) => rows * columns);
  // As if all were of one size, with the squares of their own.
  const usual = pieces.reduce((sum, { count }, t) => sum + count * sizes[t] ** 2, 0) / layer.weights;
  const dispersion = aligned
    ? usual * dispersionOfAlone(layer.weights / usual, 1, places)
    : dispersionOfAlone(layer.weights / Math.round(usual), Math.round(usual), places);
  return [layer.weights - alone, alone * dispersion];
}

/** Expected weights at a location that exactly one piece has, of which so many places of each kind would have it. */
function aloneAt(pieces: readonly Pieces[], covering: readonly number[], places: number): number {
  return pieces.reduce((sum, { count }, t) => {
    const others = pieces.reduce(
      (share, other, u) => share * missed(covering[u] / places, other.count - (u === t ? 1 : 0)),
      1,
    );
    return sum + ((count * covering[t]) / places) * others;
  }, 0);
}

const has = ({ rows, columns }: Pieces, offset: number, width: number): number =>
  Math.floor(offset / width) < rows && offset % width < columns ? 1 : 0;

/** Each place has the same offsets, which a clipped piece uses some of. */
function aloneAligned(pieces: readonly Pieces[], places: number, size: number, width: number): number {
  let alone = 0;
  for (let offset = 0; offset < size; offset++)
    alone += aloneAt(
      pieces,
      pieces.map((kind) => has(kind, offset, width)),
      places,
    );
  return places * alone;
}

/** Towards the ends of a memory fewer places reach a location: as many as the offsets that lead to one. */
function aloneAnywhere(pieces: readonly Pieces[], places: number, size: number, width: number): number {
  const before = pieces.map((kind) => {
    const counts = new Uint32Array(size + 1);
    for (let offset = 0; offset < size; offset++) counts[offset + 1] = counts[offset] + has(kind, offset, width);
    return counts;
  });
  let alone = 0;
  for (let at = 0; at < places + size - 1;) {
    // Between the ends all are the same.
    const same = at === size - 1 && places >= size ? places - size + 1 : 1;
    const covering = before.map((counts) => counts[Math.min(at + 1, size)] - counts[Math.max(0, at + 1 - places)]);
    alone += same * aloneAt(pieces, covering, places);
    at += same;
  }
  return alone;
}

/**
 * Variance over mean of the locations that exactly one piece has, on a ring of m where `count` arcs of `size` begin by
 * chance: over pairs of locations d apart, of which an arc has both at size - d places, and one of them only at d each.
 */
function dispersionOfAlone(count: number, size: number, m: number): number {
  const one = ((count * size) / m) * missed(size / m, count - 1);
  // Rare ones come by themselves, a piece at a time at most.
  if (!(one > 1e-12)) return size;
  const excess = (d: number): number => {
    const [both, single] = [(size - d) / m, d / m];
    const byTwo = count > 1 ? count * (count - 1) * single ** 2 * missed(both + 2 * single, Math.max(0, count - 2)) : 0;
    return count * both * missed(both + 2 * single, count - 1) + byTwo - one ** 2;
  };
  let sum = excess(0) + Math.max(0, m - 2 * size + 1) * excess(size);
  for (let d = 1; d < size; d++) sum += 2 * excess(d);
  return Math.max(0, sum / one);
}
