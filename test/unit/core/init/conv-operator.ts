/** Convolutions as dense matrices, by their definition. */
import type { LayerShape } from '../../../../src/core/density/layer-shape';

/** The shape of a convolution as PyTorch stores it: (out, in / groups, kh, kw). */
export const conv = (
  out: number,
  inputs: number,
  kernel: readonly [number, number] = [3, 3],
  groups = 1,
): LayerShape => ({
  name: 'conv1',
  rows: out,
  columns: (inputs / groups) * kernel[0] * kernel[1],
  kernel,
  groups,
});

/**
 * The operator under circular padding on an image of (high, wide) places: (out * places that are left) x (in * places). `stride`:
 * places from one output to the next.
 */
export function operator(
  { rows, columns, kernel = [1, 1], groups = 1 }: LayerShape,
  weights: Float32Array | Float64Array,
  [high, wide]: readonly [number, number],
  stride = 1,
) {
  const [kh, kw] = kernel;
  const perGroup = columns / (kh * kw);
  const pixels = high * wide;
  const [rowsOut, columnsOut] = [Math.ceil(high / stride), Math.ceil(wide / stride)];
  const places = rowsOut * columnsOut;
  const width = perGroup * groups * pixels;
  const matrix = new Float64Array(rows * places * width);
  for (let o = 0; o < rows; o++)
    for (let i = 0; i < perGroup; i++)
      for (let y = 0; y < kh; y++)
        for (let x = 0; x < kw; x++) {
          const weight = weights[o * columns + (i * kh + y) * kw + x];
          const channel = Math.floor(o / (rows / groups)) * perGroup + i;
          for (let p = 0; p < places; p++) {
            const sourceY = (stride * Math.floor(p / columnsOut) + y - Math.floor((kh - 1) / 2) + high) % high;
            const sourceX = (stride * (p % columnsOut) + x - Math.floor((kw - 1) / 2) + wide) % wide;
            matrix[(o * places + p) * width + channel * pixels + sourceY * wide + sourceX] += weight;
          }
        }
  return { matrix, height: rows * places, width };
}
