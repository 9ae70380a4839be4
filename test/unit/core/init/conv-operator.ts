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

/** The operator under circular padding, stride 1, on a `size` x `size` image: (out * size^2) x (in * size^2). */
export function operator(
  { rows, columns, kernel = [1, 1], groups = 1 }: LayerShape,
  weights: Float32Array | Float64Array,
  size: number,
) {
  const [kh, kw] = kernel;
  const perGroup = columns / (kh * kw);
  const pixels = size * size;
  const width = perGroup * groups * pixels;
  const matrix = new Float64Array(rows * pixels * width);
  for (let o = 0; o < rows; o++)
    for (let i = 0; i < perGroup; i++)
      for (let y = 0; y < kh; y++)
        for (let x = 0; x < kw; x++) {
          const weight = weights[o * columns + (i * kh + y) * kw + x];
          const channel = Math.floor(o / (rows / groups)) * perGroup + i;
          for (let p = 0; p < pixels; p++) {
            const sourceY = (Math.floor(p / size) + y - Math.floor((kh - 1) / 2) + size) % size;
            const sourceX = ((p % size) + x - Math.floor((kw - 1) / 2) + size) % size;
            matrix[(o * pixels + p) * width + channel * pixels + sourceY * size + sourceX] += weight;
          }
        }
  return { matrix, height: rows * pixels, width };
}
