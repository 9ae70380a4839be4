/**
 * Randomized parameter sharing: the n virtual weights of some layers are recovered from a memory of m < n numbers, W =
 * R psi with one non-zero g_i lambda_i in each row of R. Desai, Shrivastava, "In defense of parameter sharing for
 * model-compression" (2024), section 3; Desai et al., "ROAST: Efficient parameter sharing" (2022).
 */
import * as errors from './errors';
import type { SharingScope } from './names';
import { mostChunk, mostTileSide, pieceOf } from './pieces';
import type { MappingSpec } from './pieces';

/** A layer whose weights are shared; a weight that is used twice is one layer. */
export interface SharedLayer {
  name: string;
  /** Matrix view of the weight, row-major: outputs, and inputs of one output with the places of a kernel. */
  rows: number;
  columns: number;
  /** (kh, kw) of a convolution, and its groups. */
  kernel?: readonly [number, number];
  groups?: number;
  /** The table of an embedding, which is never masked. */
  embedding?: true;
  /** Number of its first virtual weight: the weights of all shared layers before it in the network's order. */
  offset: number;
  /** rows * columns. */
  weights: number;
  /** sigma: standard deviation of its initialisation. */
  deviation: number;
}

/** The part of the memory that a layer may use. */
export interface MemoryPart {
  start: number;
  length: number;
}

export interface Sharing {
  layers: SharedLayer[];
  /** Per layer; with `global` scope all the same. */
  parts: MemoryPart[];
  /** Virtual weights. */
  n: number;
  /** Locations of the memory. */
  m: number;
  compression: number;
  spec: MappingSpec;
  scope: SharingScope;
}

/** Offsets and locations are 32-bit. */
const mostWeights = 2 ** 31 - 1;

/**
 * Whether float32, which weights and memories are, has all its digits there; the squares of such deviations are no
 * trouble to a float64.
 */
export const isDeviation = (value: number): boolean => value >= 2 ** -126 && value < 2 ** 128;

export type LayerToShare = Omit<SharedLayer, 'offset' | 'weights'>;

/**
 * Layers in the network's order; tied layers are given once. The memory has floor(n / compression) locations; with
 * `local` scope each layer its own max(1, floor(n_l / compression)). Throws `rps.*`, with the number that would work.
 */
export function sharingOf(
  layers: readonly LayerToShare[],
  request: { compression: number; spec: MappingSpec; scope: SharingScope },
): Sharing {
  const { compression, spec, scope } = request;
  if (layers.length === 0) throw errors.nothingShared();
  if (!(compression >= 1 && compression < Infinity)) throw errors.compressionTooLow(compression);
  checkSpec(spec);
  const counted = countLayers(layers);
  const n = counted.reduce((sum, layer) => sum + layer.weights, 0);
  if (n > mostWeights) throw errors.tooManyWeights(n, mostWeights);
  // A hair, so that what is a whole number in decimals is one here.
  const share = (weights: number): number => Math.floor((weights / compression) * (1 + 1e-12));
  const parts: MemoryPart[] = [];
  let m = scope === 'global' ? share(n) : 0;
  for (const layer of counted) {
    const length = scope === 'global' ? m : Math.max(1, share(layer.weights));
    parts.push({ start: scope === 'global' ? 0 : m, length });
    if (scope === 'local') m += length;
  }
  const sharing = { layers: counted, parts, n, m, compression, spec, scope };
  // Where a piece needs more than one location, less is possible.
  checkPieces(sharing);
  if (compression > n) throw errors.compressionTooHigh(compression, n);
  return sharing;
}

function countLayers(layers: readonly LayerToShare[]): SharedLayer[] {
  const names = new Set<string>();
  let offset = 0;
  return layers.map((layer) => {
    const { name, rows, columns, kernel, groups, embedding, deviation } = layer;
    if (names.has(name)) throw errors.duplicateLayer(name);
    names.add(name);
    if (!isCount(rows) || !isCount(columns)) throw errors.badLayer(name, rows, columns);
    if (!isDeviation(deviation)) throw errors.badDeviation(name, deviation);
    const weights = rows * columns;
    const counted = {
      ...{ name, rows, columns, offset, weights, deviation },
      ...(kernel && { kernel }),
      ...(groups !== undefined && { groups }),
      ...(embedding && { embedding }),
    };
    offset += weights;
    return counted;
  });
}

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

function checkSpec({ seed, tile, chunk }: MappingSpec): void {
  if (!Number.isSafeInteger(seed) || seed < 0) throw errors.badSeed(seed);
  if (tile && !tile.every((side) => isCount(side) && side <= mostTileSide)) throw errors.badTile(tile, mostTileSide);
  if (chunk !== undefined && !(isCount(chunk) && chunk <= mostChunk)) throw errors.badChunk(chunk, mostChunk);
}

/** Throws `rps.tile-too-large`, `rps.chunk-too-large` where a piece is larger than the memory it lies in. */
function checkPieces({ layers, parts, spec, n, scope }: Sharing): void {
  const sizes = layers.map((layer) => {
    const piece = pieceOf(spec, layer);
    return piece ? piece[0] * piece[1] : 1;
  });
  const tight = sizes.findIndex((size, l) => size > Math.max(1, parts[l].length));
  if (tight === -1) return;
  const most = Math.min(...sizes.map((size, l) => (scope === 'global' ? n : layers[l].weights) / size));
  throw errors.pieceTooLarge({
    piece: spec.kind === 'roast' ? 'tile' : 'chunk',
    name: layers[tight].name,
    size: sizes[tight],
    length: parts[tight].length,
    most,
  });
}
