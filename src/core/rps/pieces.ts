/** How weights are placed, and the pieces of a layer that lie side by side: the tiles of ROAST, the chunks of ROBE. */
import type { MappingName } from './names';

export interface MappingSpec {
  kind: MappingName;
  /** One for the whole model, a whole number from 0 on: layers differ by their offsets. */
  seed: number;
  /** Of `roast`, [rows, columns]; clipped to the layer. */
  tile?: readonly [number, number];
  /** Of `roast`: tiles begin at multiples of their size. What is left at the end of the memory is then not used. */
  aligned?: boolean;
  /** Of `robe`: neighbours in a row that lie side by side; clipped to the row. */
  chunk?: number;
}

/** Defaults of the public codes (rps.md 1.3), of the config too. */
export const defaultTile: readonly [number, number] = [32, 32];
export const defaultChunk = 32;

/** Sides of a tile and length of a chunk that a config or a file may ask for. */
export const mostTileSide = 65_536;
export const mostChunk = 2 ** 28;

/**
 * [rows, columns] of a piece, clipped to the layer; nothing where each weight is placed by itself, or the memory is one
 * fold.
 */
export function pieceOf(
  { kind, tile = defaultTile, chunk = defaultChunk }: MappingSpec,
  { rows, columns }: { rows: number; columns: number },
): [number, number] | undefined {
  if (kind === 'roast') return [Math.min(tile[0], rows), Math.min(tile[1], columns)];
  return kind === 'robe' ? [1, Math.min(chunk, columns)] : undefined;
}
