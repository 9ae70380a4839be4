import { mergeSupports, rotateAxes, wordLayout } from '../../axes';
import type { RotationKernels } from '../rotations';

function rotateBlock(
  values: Float32Array | Float64Array,
  supports: Uint32Array,
  first: Uint32Array,
  second: Uint32Array,
  cos: Float64Array,
  sin: Float64Array,
  steps: number,
): void {
  const layout = wordLayout(supports.length);
  for (let t = 0; t < steps; t++) rotateAxes(values, supports, layout, first[t], second[t], cos[t], sin[t]);
}

export const plainRotations: RotationKernels = {
  rotateBlock,
  rotateBlock64: rotateBlock,
  mergePairs(supports, words, first, second, from, to, wanted, counts) {
    let t = from;
    while (t < to && counts[1] < wanted) {
      counts[0] = counts[1];
      counts[1] += mergeSupports(supports, words, first[t], second[t]);
      t++;
    }
    return t - from;
  },
};
