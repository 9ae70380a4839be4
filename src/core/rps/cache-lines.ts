/** How many cache lines a step fetches for weights that are used together. */
import { locationsOf } from './mapping';
import { defaultTile, pieceOf } from './pieces';
import type { SharedLayer, Sharing } from './sharing';

const lineBits = 4;
/** Numbers of a cache line: 64 bytes of float32. */
export const lineSize = 2 ** lineBits;

export interface CacheLines {
  /** Lines that a piece touches, on average over whole pieces. */
  perPiece: number;
  /** The same by the formula. */
  expected: number;
  /** Weights of a piece, on average. */
  pieceSize: number;
}

/** Pieces of a layer that are looked at: enough for a mean. */
const mostPieces = 128;

/** The whole pieces of a layer; where the mapping knows none, as many weights side by side as the default tile has. */
function gridOf(sharing: Sharing, layer: SharedLayer): { height: number; width: number; across: number; down: number } {
  const { rows, columns, weights } = layer;
  const piece = pieceOf(sharing.spec, layer);
  if (!piece) {
    const width = Math.min(defaultTile[0] * defaultTile[1], weights);
    return { height: 1, width, across: Math.floor(weights / width), down: 1 };
  }
  const [height, width] = piece;
  return { height, width, across: Math.floor(columns / width), down: Math.floor(rows / height) };
}

/**
 * Of Z weights in lines of B: 1 + (Z - 1) / B where the piece may begin anywhere, Z / B where both it and its size are
 * whole lines, and L (1 - (1 - 1/L)^Z) of L lines where each weight is placed by itself (rps.md 2.4; the last is
 * derived here); never more than the memory has.
 */
function expectedLines({ spec, parts }: Sharing, layer: number, size: number): number {
  const lines = Math.ceil(parts[layer].length / lineSize);
  if (spec.kind === 'random' || spec.kind === 'hashednet') return lines * (1 - (1 - 1 / lines) ** size);
  const whole = spec.kind === 'roast' && spec.aligned === true && size % lineSize === 0;
  return Math.min(lines, whole ? size / lineSize : 1 + (size - 1) / lineSize);
}

export function cacheLinesOf(sharing: Sharing): CacheLines {
  let [pieces, lines, weights, expected] = [0, 0, 0, 0];
  // The last piece that touched each line, counted from 1.
  const touched = new Uint32Array(Math.ceil(sharing.m / lineSize));
  sharing.layers.forEach((layer, l) => {
    const { height, width, across, down } = gridOf(sharing, layer);
    const places = new Int32Array(width);
    const stride = Math.ceil((across * down) / mostPieces);
    for (let piece = 0; piece < across * down; piece += stride) {
      const row = Math.floor(piece / across) * height;
      const column = (piece % across) * width;
      pieces++;
      for (let r = row; r < row + height; r++) {
        const from = r * layer.columns + column;
        locationsOf(sharing, l, from, from + width, places);
        for (let k = 0; k < width; k++) {
          const line = places[k] >>> lineBits;
          if (touched[line] === pieces) continue;
          touched[line] = pieces;
          lines++;
        }
      }
      weights += height * width;
      expected += expectedLines(sharing, l, height * width);
    }
  });
  return { perPiece: lines / pieces, expected: expected / pieces, pieceSize: weights / pieces };
}
