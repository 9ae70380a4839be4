/** Where a convolution looks: the geometry that the executors, the checks and the references share. */
import type { ConvLayer, PictureSize } from './network';

/** Places of padding before and after the picture along a side, for a kernel of that length. */
export function paddingOf({ padding }: Pick<ConvLayer, 'padding'>, length: number): { before: number; after: number } {
  if (padding === 'none') return { before: 0, after: 0 };
  // An even kernel has no middle: its centre tap is the one before (eoi.md 1.3).
  const before = Math.floor((length - 1) / 2);
  return { before, after: length - 1 - before };
}

/** Channels, height and width of what comes out; sides below 1 where the kernel is larger than what it may look at. */
export function outputSize(
  layer: Pick<ConvLayer, 'out' | 'kernel' | 'stride' | 'padding'>,
  [, height, width]: PictureSize,
): PictureSize {
  const side = (size: number, length: number): number => {
    const { before, after } = paddingOf(layer, length);
    return Math.floor((size + before + after - length) / layer.stride) + 1;
  };
  return [layer.out, side(height, layer.kernel[0]), side(width, layer.kernel[1])];
}

type Looking = Pick<ConvLayer, 'kernel' | 'stride' | 'padding'>;

/**
 * For each place of the output and each tap of the kernel, which place of the input picture it looks at: (places, kh *
 * kw) indices, -1 in zero padding.
 */
export function tapTable(layer: Looking, [channels, height, width]: PictureSize): Int32Array {
  const [kh, kw] = layer.kernel;
  const [, rows, columns] = outputSize({ ...layer, out: channels }, [channels, height, width]);
  const [top, left] = [paddingOf(layer, kh).before, paddingOf(layer, kw).before];
  const table = new Int32Array(rows * columns * kh * kw);
  let at = 0;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      for (let y = 0; y < kh; y++)
        for (let x = 0; x < kw; x++) {
          const row = placeAt(r * layer.stride + y - top, height, layer);
          const column = placeAt(c * layer.stride + x - left, width, layer);
          table[at++] = row < 0 || column < 0 ? -1 : row * width + column;
        }
  return table;
}

/** A place along a side, around the edge with circular padding; -1 beyond it otherwise. */
function placeAt(at: number, size: number, { padding }: Pick<ConvLayer, 'padding'>): number {
  if (padding === 'circular') return ((at % size) + size) % size;
  return at < size ? Math.max(-1, at) : -1;
}
