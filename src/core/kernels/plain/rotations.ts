import { mergeSupports, rotateAxes, setFirst, setFirstSupports, setMaskRows } from '../../axes';
import { Mask } from '../../mask';
import { Rng } from '../../rng';
import { blockEntries } from '../rotations';
import type { RotateBlocks, RotationKernels } from '../rotations';

function rotateBlocks(
  ...[first, second, cos, sin, steps, start, signs, ...rest]: Parameters<RotateBlocks<Float32Array | Float64Array>>
): void {
  const [axes, length, tall, scratch, pitch, supports, values, firstBlock, stride, words, from, to] = rest;
  const [axisStride, entryStride] = tall ? [pitch, 1] : [1, pitch];
  const mask = tall ? new Mask(axes, length, words) : new Mask(words.length / Math.ceil(axes / 32), axes, words);
  for (let b = from; b < to; b++) {
    const entry = b * blockEntries;
    const height = Math.min(blockEntries, length - entry);
    const layout = { axes, length: height, words: 2, axisStride, entryStride };
    const begins = new Uint32Array(height);
    for (let k = 0; k < height; k++) begins[k] = start?.[entry + k] ?? entry + k;
    const beginning = {
      start: begins,
      ...(signs && { signs: new Int8Array(signs.subarray(entry, entry + height)) }),
    };
    setFirstSupports(supports.fill(0), layout, beginning);
    scratch.fill(0);
    setFirst(scratch, layout, beginning);
    for (let t = 0; t < steps; t++) rotateAxes(scratch, supports, layout, first[t], second[t], cos[t], sin[t]);
    const [runs, run] = tall ? [axes, height] : [height, axes];
    const at = (entry - firstBlock * blockEntries) * (tall ? 1 : stride);
    for (let r = 0; r < runs; r++) values.set(scratch.subarray(r * pitch, r * pitch + run), at + r * stride);
    for (let half = 0; half < 2; half++)
      if (!tall) setMaskRows(mask, entry + 32 * half, supports, 2, half);
      else if (height > 32 * half)
        for (let a = 0; a < axes; a++) words[a * mask.wordsPerRow + 2 * b + half] = supports[2 * a + half];
  }
}

export const plainRotations: RotationKernels = {
  rotateBlocks,
  rotateBlocks64: rotateBlocks,
  clear(array) {
    array.fill(0);
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
