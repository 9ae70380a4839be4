import { mergeSupports, rotateAxes, wordLayout } from '../../axes';
import { Rng } from '../../rng';
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
