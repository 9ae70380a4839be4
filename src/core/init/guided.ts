/** Exact orthogonal initialisation led by a wanted pattern. */
import { checkAngles, drawAngles } from '../angles';
import type { Angles } from '../angles';
import { replayWithMask } from '../givens';
import { intersectionOverUnion } from '../mask';
import type { Mask } from '../mask';
import { finish } from '../parts';
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import type { RotationSequence } from '../rotation-sequence';
import { orthogonalityErrorInParts } from '../spectrum';
import { badEvaluations, patternTooSparse } from './eoi-errors';
import { beginnings, entriesByAxes, piecesOf } from './guided-parts';
import type { Piece } from './guided-parts';
import { mixingPairs } from './guided-mixing';
import { searchInParts } from './guided-search';
import type { Found, Weighing } from './guided-search';

export interface GuidedRequest {
  /** What is wanted, rows x columns (out x in). */
  pattern: Mask;
  angles: Angles;
  rng: Rng;
  /** Only recorded. */
  seed: number;
  /** Pairs of axes to look at, at most (but for those of one rotation a piece); default 2^22 + 32 axes^2. */
  evaluations?: number;
  /** Whether a pattern of fewer weights than there are entries will do: the others begin where nothing is wanted. */
  allowTooSparse?: boolean;
}

export interface Guided {
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
  sequence: RotationSequence;
  /** Intersection over union of mask and pattern: 1 when they are the same. */
  iou: number;
  /** Of the mask. */
  density: number;
  /** max |G - I| of the weights over the smaller Gram matrix. */
  orthogonalityError: number;
  /**
   * Entries of the shorter dimension that no largest matching gives a wanted place: 0 unless no such matrix has full
   * rank.
   */
  unmatched: number;
  /** Pairs of axes that were looked at. */
  evaluations: number;
}

/**
 * One of them leads each search. Without structure the first is best and soonest done, with structure one of the
 * others.
 */
const weighings: readonly Weighing[] = [
  { unwanted: 0.25, foreclosed: 0 },
  { unwanted: 0.25, foreclosed: 0.3 },
  { unwanted: 1, foreclosed: 1 },
  { unwanted: 0.25, foreclosed: 0.1 },
  { unwanted: 1, foreclosed: 3 },
];
const mostRounds = 400;
/** Part of the budget that any search but the first of a piece may use, so that one is not all there is. */
const shareOfBudget = 0.25;
/** Standard deviation of the logarithm of an axis' favour, from the second time on that a weighing leads. */
const chance = 0.15;

/**
 * An exactly orthogonal matrix whose non-zeros come as near as a search finds to a wanted pattern. The method is our
 * own: the paper (Nowak et al., arXiv 2406.01755) draws the axes at random.
 *
 * The pattern's largest matching says where each entry begins, so the beginning lies within the pattern; then
 * `searchInParts` picks the axes, piece by connected piece, several times over with other weights, other matchings and
 * some chance, and the best of each piece is kept. The mask has at most as many non-zeros as the pattern (and one
 * more for each unmatched entry). Blocks and products of few rotations are met exactly; most patterns are those of no
 * product, since axes rotated into each other hold the same entries.
 * `mixingPairs` then spreads the values among the places that were found, without a further one.
 * The search is not told of angles: they are drawn after it. Bounded by `evaluations`, the same for the same generator.
 * Throws `eoi.pattern-too-sparse`, `eoi.bad-evaluations`, `eoi.degenerate-angle`, `eoi.bad-angles`.
 */
export const guidedOrthogonal = (p: GuidedRequest): Guided => finish(guidedOrthogonalInParts(p));

/** `guidedOrthogonal`, the same bit for bit, in parts: one rotation each, at most. Throws the same. */
export function* guidedOrthogonalInParts(p: GuidedRequest): Parts<Guided> {
  const { pattern, angles, rng, seed } = p;
  const { rows, columns } = pattern;
  checkAngles(angles);
  const entries = Math.min(rows, columns);
  const kept = pattern.count();
  if (kept < entries && !p.allowTooSparse) throw patternTooSparse(rows, columns, kept, entries);
  const spendable = p.evaluations ?? 2 ** 22 + 32 * Math.max(rows, columns) ** 2;
  if (!Number.isSafeInteger(spendable) || spendable < 0) throw badEvaluations(spendable);

  const wanted = entriesByAxes(pattern);
  const { axisOfEntry, unmatched } = beginnings(wanted);
  const pieces = piecesOf(wanted, axisOfEntry);
  const budget = { evaluations: spendable };
  const best = yield* searchPieces(pieces, budget, rng.split('search'));

  const start = new Uint32Array(entries);
  const pairs: { first: number[]; second: number[] } = { first: [], second: [] };
  pieces.forEach((piece, number) => {
    const { begin, found } = best[number];
    begin.forEach((axis, k) => (start[piece.entries[k]] = piece.axes[axis]));
    // Axes of a piece ascend: the lower one stays the lower one.
    for (const axis of found.first) pairs.first.push(piece.axes[axis]);
    for (const axis of found.second) pairs.second.push(piece.axes[axis]);
  });
  const mixing = mixingPairs(
    { rows, columns, start, first: Uint32Array.from(pairs.first), second: Uint32Array.from(pairs.second) },
    rng.split('mixing'),
  );
  pairs.first.push(...mixing.first);
  pairs.second.push(...mixing.second);
  const sequence: RotationSequence = {
    rows,
    columns,
    first: Uint32Array.from(pairs.first),
    second: Uint32Array.from(pairs.second),
    angle: drawAngles(angles, rng.split('angles'), pairs.first.length),
    lastUndone: false,
    seed,
    start,
  };
  const { weights, mask } = replayWithMask(sequence);
  return {
    weights,
    mask,
    sequence,
    iou: intersectionOverUnion(mask, pattern),
    density: mask.density,
    orthogonalityError: yield* orthogonalityErrorInParts(weights, rows, columns),
    unmatched,
    evaluations: spendable - budget.evaluations,
  };
}

interface Best {
  /** The axis of each entry, both numbered within the piece. */
  begin: Uint32Array;
  found: Found;
}

/** The best search of each piece. Every piece has its turn before any has a second one. */
function* searchPieces(pieces: readonly Piece[], budget: { evaluations: number }, rng: Rng): Parts<Best[]> {
  const best: Best[] = [];
  const share = Math.ceil(shareOfBudget * budget.evaluations);
  for (let round = 0; round < mostRounds; round++)
    for (const [number, { wanted }] of pieces.entries()) {
      const previous = best[number] as Best | undefined;
      // One axis is never rotated: another search would find the same.
      const done = wanted.columns === 1 || budget.evaluations <= 0;
      if (previous && (done || overlap(previous, wanted) === 1)) continue;
      const draws = rng.split(`${number}/${round}`);
      // The order of the matrix is a good one where the pattern has an order, as a band has.
      const ordered = round < weighings.length || round % 2 === 0;
      const begin = beginnings(wanted, ordered ? undefined : draws.split('beginnings')).axisOfEntry;
      const own = { evaluations: previous ? Math.min(share, budget.evaluations) : budget.evaluations };
      const given = own.evaluations;
      const found = yield* searchInParts({
        wanted,
        axisOfEntry: begin,
        weighing: weighings[round % weighings.length],
        favour: Float64Array.from({ length: wanted.columns }, () =>
          round < weighings.length ? 1 : Math.exp(chance * draws.normal()),
        ),
        budget: own,
      });
      budget.evaluations -= given - own.evaluations;
      if (!previous || overlap({ found }, wanted) > overlap(previous, wanted)) best[number] = { begin, found };
    }
  return best;
}

const overlap = ({ found: { inside, nonZeros } }: Pick<Best, 'found'>, wanted: Mask): number =>
  inside / (wanted.count() + nonZeros - inside);
