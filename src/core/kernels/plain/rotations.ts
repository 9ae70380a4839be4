import { mergeSupports, rotateAxes, setFirst, setFirstSupports, setMaskRows } from '../../axes';
import { cosSin } from '../../cos-sin';
import { Mask } from '../../mask';
import { Rng } from '../../rng';
import { blockEntries, supportWords } from '../rotations';
import type { RotateBlocks, RotationKernels } from '../rotations';

function rotateBlocks(
  ...[first, second, cos, sin, begins, start, signs, ...rest]: Parameters<RotateBlocks<Float32Array | Float64Array>>
): void {
  const [axes, length, tall, scratch, pitch, supports, values, firstBlock, stride, words, from, to] = rest;
  const [axisStride, entryStride] = tall ? [pitch, 1] : [1, pitch];
  const blocks = Math.ceil(length / blockEntries);
  const [maskRows, maskColumns] = tall ? [axes, length] : [blocks * blockEntries, axes];
  const maskWords = maskRows * Math.ceil(maskColumns / 32);
  for (let at = from; at < to; at++) {
    const [matrix, b] = [Math.floor(at / blocks), at % blocks];
    const mask = new Mask(maskRows, maskColumns, words.subarray(matrix * maskWords, (matrix + 1) * maskWords));
    const entry = b * blockEntries;
    const height = Math.min(blockEntries, length - entry);
    const layout = { axes, length: height, words: 2, axisStride, entryStride };
    const own = matrix * length + entry;
    const axesOf = new Uint32Array(height);
    for (let k = 0; k < height; k++) axesOf[k] = start?.[own + k] ?? entry + k;
    const beginning = {
      start: axesOf,
      ...(signs && { signs: new Int8Array(signs.subarray(own, own + height)) }),
    };
    setFirstSupports(supports.fill(0), layout, beginning);
    scratch.fill(0);
    setFirst(scratch, layout, beginning);
    for (let t = begins[matrix]; t < begins[matrix + 1]; t++)
      rotateAxes(scratch, supports, layout, first[t], second[t], cos[t], sin[t]);
    const [runs, run] = tall ? [axes, height] : [height, axes];
    const into = matrix * axes * length + (entry - firstBlock * blockEntries) * (tall ? 1 : stride);
    for (let r = 0; r < runs; r++) values.set(scratch.subarray(r * pitch, r * pitch + run), into + r * stride);
    for (let half = 0; half < 2; half++)
      if (!tall) setMaskRows(mask, entry + 32 * half, supports, 2, half);
      else if (height > 32 * half)
        for (let a = 0; a < axes; a++) mask.words[a * mask.wordsPerRow + 2 * b + half] = supports[2 * a + half];
  }
}

export const plainRotations: RotationKernels = {
  rotateBlocks,
  rotateBlocks64: rotateBlocks,
  clear(array) {
    array.fill(0);
  },
  cosSin,
  drawPairs(states, wanted, axes, length, slot, supports, ...[first, second, counts, from, to]) {
    const words = Math.ceil(length / 32);
    const own = supports.subarray(0, supportWords(axes, length));
    for (let matrix = from; matrix < to; matrix++) {
      // What is split off it is not drawn, so its key does not matter.
      const state = [...states.subarray(4 * matrix, 4 * matrix + 4)];
      const rng = Rng.restore({ key: [0, 0, 0, 0], state, spare: null });
      setFirstSupports(own.fill(0), { axes, length, words });
      let [before, now] = [length, length];
      let drawn = 0;
      for (let at = matrix * slot; drawn < slot && now < wanted[matrix]; at++, drawn++) {
        const one = rng.below(axes);
        const skipping = rng.below(axes - 1);
        const other = skipping < one ? skipping : skipping + 1;
        first[at] = Math.min(one, other);
        second[at] = Math.max(one, other);
        before = now;
        now += mergeSupports(own, words, first[at], second[at]);
      }
      counts.set([drawn, before, now], 3 * matrix);
    }
  },
};
