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

/** The operator under circular padding, stride 1, on an image of (high, wide) places: (out * places) x (in * places). */
export function operator(
  { rows, columns, kernel = [1, 1], groups = 1 }: LayerShape,
  weights: Float32Array | Float64Array,
  [high, wide]: readonly [number, number],
) {
  const [kh, kw] = kernel;
  const perGroup = columns / (kh * kw);
  const pixels = high * wide;
  const width = perGroup * groups * pixels;
  const matrix = new Float64Array(rows * pixels * width);
  for (let o = 0; o < rows; o++)
    for (let i = 0; i < perGroup; i++)
      for (let y = 0; y < kh; y++)
        for (let x = 0; x < kw; x++) {
          const weight = weights[o * columns + (i * kh + y) * kw + x];
          const channel = Math.floor(o / (rows / groups)) * perGroup + i;
          for (let p = 0; p < pixels; p++) {
            const sourceY = (Math.floor(p / wide) + y - Math.floor((kh - 1) / 2) + high) % high;
            const sourceX = ((p % wide) + x - Math.floor((kw - 1) / 2) + wide) % wide;
            matrix[(o * pixels + p) * width + channel * pixels + sourceY * wide + sourceX] += weight;
          }
        }
  return { matrix, height: rows * pixels, width };
}
