import { mergeSupports, rotateAxes, setMaskRows } from '../../axes';
import { Mask } from '../../mask';
import { Rng } from '../../rng';
import type { RotationKernels } from '../rotations';

function rotateBlock(
  values: Float32Array | Float64Array,
  axisStride: number,
  entryStride: number,
  supports: Uint32Array,
  ...[first, second, cos, sin, steps]: [Uint32Array, Uint32Array, Float64Array, Float64Array, number]
): void {
  const layout = { words: 1, axisStride, entryStride };
  for (let t = 0; t < steps; t++) rotateAxes(values, supports, layout, first[t], second[t], cos[t], sin[t]);
}

export const plainRotations: RotationKernels = {
  rotateBlock,
  rotateBlock64: rotateBlock,
  clear(array) {
    array.fill(0);
  },
  transposeBits(supports, words, bits) {
    bits.fill(0);
    setMaskRows(new Mask(32, 32 * words, bits), 0, supports);
  },
  drawPairs(state, supports, axes, words, first, second, ...[from, to, wanted, counts]) {
    // What is split off it is not drawn, so its key does not matter.
    const rng = Rng.restore({ key: [0, 0, 0, 0], state: [...state], spare: null });
    let t = from;
    while (t < to && counts[1] < wanted) {
      const one = rng.below(axes);
      const skipping = rng.below(axes - 1);
      const other = skipping < one ? skipping : skipping + 1;
      first[t] = Math.min(one, other);
      second[t] = Math.max(one, other);
      counts[0] = counts[1];
      counts[1] += mergeSupports(supports, words, first[t], second[t]);
      t++;
    }
    state.set(rng.state.state);
    return t - from;
  },
};
