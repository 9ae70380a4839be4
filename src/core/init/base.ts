/** The comparator of exact orthogonal initialisation: a dense orthogonal matrix with weights cut away at random. */
import { maskCount } from '../errors';
import { haarOrthogonalInParts } from '../linalg/haar';
import { Mask } from '../mask';
import { finish } from '../parts';
import type { Parts } from '../parts';
import type { Rng } from '../rng';

/** Keeps exactly `count` of rows * columns weights, every choice equally likely. Throws `mask.count-out-of-range`. */
export function randomMask(rows: number, columns: number, count: number, rng: Rng): Mask {
  const elements = rows * columns;
  if (!Number.isInteger(count) || count < 0 || count > elements) throw maskCount(count, elements);
  // Draws the rarer kind again where it is already: at most twice as many draws as marks.
  const keeping = count <= elements / 2;
  const mask = keeping ? Mask.empty(rows, columns) : Mask.full(rows, columns);
  for (let left = keeping ? count : elements - count; left > 0;) {
    const drawn = rng.below(elements);
    const row = Math.floor(drawn / columns);
    const column = drawn % columns;
    if (mask.get(row, column) === keeping) continue;
    mask.words[row * mask.wordsPerRow + (column >>> 5)] ^= 1 << (column & 31);
    left--;
  }
  return mask;
}

interface MaskedRequest {
  rows: number;
  columns: number;
  /** Weights kept. */
  count: number;
  rng: Rng;
}

interface Masked {
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
}

/**
 * A Haar orthogonal rows x columns (out x in) matrix times a random mask with exactly `count` kept; row-major float32.
 * Cutting destroys the orthogonality: that is what this initialisation is there to show. Weights and mask come from
 * separate splits of `rng`. Throws `mask.count-out-of-range`, `shape.*`.
 */
export const maskedOrthogonal = (p: MaskedRequest): Masked => finish(maskedOrthogonalInParts(p));

/** `maskedOrthogonal`, the same bit for bit, in parts. Throws the same. */
export function* maskedOrthogonalInParts(p: MaskedRequest): Parts<Masked> {
  const { rows, columns, count, rng } = p;
  const mask = randomMask(rows, columns, count, rng.split('mask'));
  const weights = Float32Array.from(yield* haarOrthogonalInParts(rows, columns, rng.split('weights')));
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) if (!mask.get(r, c)) weights[r * columns + c] = 0;
  return { weights, mask };
}
