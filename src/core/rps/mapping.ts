/**
 * Where each virtual weight lies, h(q), and with which sign, g(q): pure functions of the mapping, computed for any
 * range of a layer, so that nothing the size of the weights is ever kept. One hash serves the whole model, which is
 * what makes a fold injective at compression 1 (rps.md 2.4): public codes that seed each module by itself lose that.
 */
import { hash, keyOf } from './hash';
import { pieceOf } from './pieces';
import type { Sharing } from './sharing';

/** Weights of a layer, from index `from` on, that lie side by side in the memory. */
export interface Slice {
  /** Index within the layer. */
  from: number;
  length: number;
  location: number;
}

/** Of 31 bits, which processors divide fast. */
const modulo = (word: number, bound: number): number => (word >>> 1) % bound;

/** The key by which a layer's weights are placed, and the number of its first weight under that key. */
function counterOf({ spec, scope, layers }: Sharing, layer: number): { key: number; first: number } {
  const key = keyOf(spec.seed, 'locations');
  const { offset } = layers[layer];
  return scope === 'global' ? { key, first: offset } : { key: hash(key, offset), first: 0 };
}

/**
 * h(q) of the weights `from` to `to` (exclusive) of a layer, into out[0 .. to - from).
 *
 * - `fold`: weight q lies in partition p = floor(q / m), which is rotated as a whole: h(q) = (hash(p) + q) mod m.
 * - `random`: hash(q) mod m. `hashednet`: a hash of layer, row and column, as Chen et al. 2015.
 * - `roast`: tiles of rows x columns of the matrix, `robe`: chunks of a row; each wherever the hash says, never past
 *   the end.
 */
export function locationsOf(sharing: Sharing, layer: number, from: number, to: number, out: Int32Array): void {
  switch (sharing.spec.kind) {
    case 'fold':
      for (const slice of slicesOf(sharing, layer, from, to))
        for (let k = 0; k < slice.length; k++) out[slice.from - from + k] = slice.location + k;
      return;
    case 'random': {
      const { key, first } = counterOf(sharing, layer);
      const { start, length } = sharing.parts[layer];
      for (let i = from; i < to; i++) out[i - from] = start + modulo(hash(key, first + i), length);
      return;
    }
    case 'hashednet':
      eachRow(sharing, layer, from, to, (key, _, column, end, at) => {
        const { start, length } = sharing.parts[layer];
        for (let c = column; c < end; c++) out[at + c - column] = start + modulo(hash(key, c), length);
      });
      return;
    case 'roast':
    case 'robe':
      placePieces(sharing, layer, from, to, out);
  }
}

/** `visit` gets the key of a row of pieces, the row, the columns [from, end) of it and where they are in the range. */
function eachRow(
  sharing: Sharing,
  layer: number,
  from: number,
  to: number,
  visit: (key: number, row: number, from: number, end: number, at: number) => void,
): void {
  const { offset, columns } = sharing.layers[layer];
  const height = pieceOf(sharing.spec, sharing.layers[layer])?.[0] ?? 1;
  const key = hash(keyOf(sharing.spec.seed, 'locations'), offset);
  for (let i = from; i < to;) {
    const row = Math.floor(i / columns);
    const column = i - row * columns;
    const end = Math.min(columns, column + to - i);
    visit(hash(key, Math.floor(row / height)), row, column, end, i - from);
    i += end - column;
  }
}

function placePieces(sharing: Sharing, layer: number, from: number, to: number, out: Int32Array): void {
  const { start, length } = sharing.parts[layer];
  const [height, width] = pieceOf(sharing.spec, sharing.layers[layer])!;
  const size = height * width;
  const aligned = sharing.spec.kind === 'roast' && sharing.spec.aligned === true;
  const places = aligned ? Math.floor(length / size) : length - size + 1;
  const unit = aligned ? size : 1;
  eachRow(sharing, layer, from, to, (key, row, column, end, at) => {
    const within = start + (row % height) * width;
    for (let c = column; c < end;) {
      const piece = Math.floor(c / width);
      const first = within + unit * modulo(hash(key, piece), places) - piece * width;
      const stop = Math.min(end, (piece + 1) * width);
      for (; c < stop; c++) out[at + c - column] = first + c;
    }
  });
}

/**
 * Of a `fold`: the weights `from` to `to` of a layer, all without them, as stretches of the memory, in the order of the
 * weights: each ends where a partition, the memory, or the range does.
 */
export function slicesOf(sharing: Sharing, layer: number, from = 0, to = sharing.layers[layer].weights): Slice[] {
  const { key, first } = counterOf(sharing, layer);
  const { start, length: size } = sharing.parts[layer];
  const slices: Slice[] = [];
  for (let i = from; i < to;) {
    const partition = Math.floor((first + i) / size);
    const place = first + i - partition * size;
    const location = (modulo(hash(key, partition), size) + place) % size;
    const length = Math.min(to - i, size - place, size - location);
    slices.push({ from: i, length, location: start + location });
    i += length;
  }
  return slices;
}

/** Of the hashes that signs are bits of. */
export const signKeyOf = ({ spec }: Sharing): number => keyOf(spec.seed, 'signs');

/** g(q), 1 or -1, of the weights `from` to `to` (exclusive) of a layer: bit (q mod 32) of the hash of floor(q / 32). */
export function signsOf(sharing: Sharing, layer: number, from: number, to: number, out: Int8Array): void {
  const key = signKeyOf(sharing);
  const { offset } = sharing.layers[layer];
  for (let q = offset + from; q < offset + to;) {
    const word = hash(key, q >>> 5);
    const stop = Math.min(offset + to, q - (q & 31) + 32);
    for (; q < stop; q++) out[q - offset - from] = 1 - 2 * ((word >>> (q & 31)) & 1);
  }
}

/** Weights whose places are computed at a time: their buffers stay in the cache. */
export const blockSize = 4096;

/** Ranges of a layer of at most `blockSize` weights. */
export function* blocksOf(sharing: Sharing, layer: number): Generator<[from: number, to: number]> {
  const { weights } = sharing.layers[layer];
  for (let from = 0; from < weights; from += blockSize) yield [from, Math.min(weights, from + blockSize)];
}
