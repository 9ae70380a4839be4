/** The comparator of exact orthogonal initialisation: a dense orthogonal matrix with weights cut away at random. */
import { maskCount } from '../errors';
import { haarOrthogonal } from '../linalg/haar';
import { Mask } from '../mask';
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

/**
 * A Haar orthogonal rows x columns (out x in) matrix times a random mask with exactly `count` kept; row-major float32.
 * Cutting destroys the orthogonality: that is what this initialisation is there to show. Weights and mask come from
 * separate splits of `rng`. Throws `mask.count-out-of-range`, `shape.*`.
 */
export function maskedOrthogonal(p: { rows: number; columns: number; count: number; rng: Rng }): {
  weights: Float32Array<ArrayBuffer>;
  mask: Mask;
} {
  const { rows, columns, count, rng } = p;
  const mask = randomMask(rows, columns, count, rng.split('mask'));
  const weights = Float32Array.from(haarOrthogonal(rows, columns, rng.split('weights')));
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) if (!mask.get(r, c)) weights[r * columns + c] = 0;
  return { weights, mask };
}
