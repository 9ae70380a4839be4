/** Pieces of a layer that lie side by side in the memory: the tiles of ROAST, the chunks of ROBE. */
import { pieceTooLarge } from './errors';
import type { MappingSpec, SharedLayer, Sharing } from './sharing';

/** Defaults of the public codes (rps.md 1.3), of the config too. */
export const defaultTile: readonly [number, number] = [32, 32];
export const defaultChunk = 32;

/** [rows, columns] of a piece, clipped to the layer; nothing where each weight is placed by itself, or the memory is one fold. */
export function pieceOf(
  { kind, tile = defaultTile, chunk = defaultChunk }: MappingSpec,
  { rows, columns }: Pick<SharedLayer, 'rows' | 'columns'>,
): [number, number] | undefined {
  if (kind === 'roast') return [Math.min(tile[0], rows), Math.min(tile[1], columns)];
  return kind === 'robe' ? [1, Math.min(chunk, columns)] : undefined;
}

/** Throws `rps.tile-too-large`, `rps.chunk-too-large` where a piece is larger than the memory it lies in. */
export function checkPieces({ layers, parts, spec, n, scope }: Sharing): void {
  const sizes = layers.map((layer) => {
    const piece = pieceOf(spec, layer);
    return piece ? piece[0] * piece[1] : 1;
  });
  const tight = sizes.findIndex((size, l) => size > Math.max(1, parts[l].length));
  if (tight === -1) return;
  const most = Math.min(...sizes.map((size, l) => (scope === 'global' ? n : layers[l].weights) / size));
  throw pieceTooLarge({
    piece: spec.kind === 'roast' ? 'tile' : 'chunk',
    name: layers[tight].name,
    size: sizes[tight],
    length: parts[tight].length,
    most,
  });
}
