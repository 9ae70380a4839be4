/** Steps through a rotation sequence in both directions, for the Givens view. */
import { firstSupports, maskOfSupports, mergeSupports, rotateAxes, rowMajorLayout, setFirst, wordLayout } from './axes';
import type { AxisLayout } from './axes';
import { cosSin } from './cos-sin';
import { popcount } from './mask';
import type { Mask } from './mask';
import { checkSequence, checkStep } from './rotation-sequence';
import type { RotationSequence } from './rotation-sequence';
import { RotationUndo } from './rotation-undo';

/** Rotation `t` of a sequence: axes i < j, radians. */
export interface Rotation {
  i: number;
  j: number;
  angle: number;
}

/** A state kept to step back to: supports, and the non-zero values in the order of their bits. */
interface Keyframe {
  supports: Uint32Array;
  values: Float32Array;
}

/** Three or four dense states of a 4096 x 4096 matrix, all that is needed of a smaller one. */
const defaultBudget = 256 * 2 ** 20;
const shortestInterval = 16;

/**
 * The matrix of a sequence after `step` rotations. Forward seeks apply rotations one by one; backward seeks take the
 * last ones back, or restart from the nearest keyframe. Keyframes take at most `keyframeBudget` bytes together,
 * whatever the size of the matrix.
 */
export class RotationPlayer {
  readonly rotatedAxesAreColumns: boolean;
  /** Non-zeros after 0, 1, ..., all rotations: the density curve. */
  readonly nonZerosByStep: Uint32Array;
  /** Rows * columns float32, row-major. A live view: read it, or copy it, before the next seek. */
  readonly weights: Float32Array<ArrayBuffer>;
  private readonly layout: AxisLayout;
  private readonly supports: Uint32Array;
  private readonly keyframes = new Map<number, Keyframe>();
  private readonly interval: number;
  private readonly undo: RotationUndo;
  private at = 0;
  private currentMask: Mask | undefined;

  /** Starts at step 0, before the first rotation. Throws `rotations.invalid` or `shape.*`. */
  constructor(
    readonly sequence: RotationSequence,
    keyframeBudget = defaultBudget,
  ) {
    checkSequence(sequence);
    const { rows, columns } = sequence;
    this.rotatedAxesAreColumns = rows <= columns;
    this.layout = rowMajorLayout(rows, columns);
    this.supports = firstSupports(this.layout, sequence);
    this.weights = new Float32Array(rows * columns);
    setFirst(this.weights, this.layout, sequence);
    this.undo = new RotationUndo(this.layout, this.weights, this.supports);
    this.nonZerosByStep = countNonZeros(sequence, this.layout);
    this.interval = this.chooseInterval(keyframeBudget);
  }

  /** Rotations of the sequence, including an undone last one. */
  get total(): number {
    return this.sequence.first.length;
  }

  /** Rotations applied. */
  get step(): number {
    return this.at;
  }

  set step(step: number) {
    this.seek(step);
  }

  /** The rotation that led here; none at step 0. */
  get rotation(): Rotation | undefined {
    if (this.at === 0) return undefined;
    const { first, second, angle } = this.sequence;
    const t = this.at - 1;
    return { i: first[t], j: second[t], angle: angle[t] };
  }

  get nonZeros(): number {
    return this.nonZerosByStep[this.at];
  }

  get density(): number {
    return this.nonZeros / this.weights.length;
  }

  /** Memory that the keyframes take now, bytes. */
  get keyframeBytes(): number {
    let bytes = 0;
    for (const { supports, values } of this.keyframes.values()) bytes += supports.byteLength + values.byteLength;
    return bytes;
  }

  /** The symbolic support, not a comparison with zero. */
  get mask(): Mask {
    this.currentMask ??= maskOfSupports(this.supports, this.layout, this.sequence.rows, this.sequence.columns);
    return this.currentMask;
  }

  /** Goes to the state after `step` rotations. Throws `rotations.step-out-of-range`. */
  seek(step: number): void {
    this.seekPart(step, Infinity);
  }

  /** `seek`, or a part of the way there, of at most `most` rotations; whether it has arrived. Throws the same. */
  seekPart(step: number, most: number): boolean {
    checkStep(this.sequence, step);
    if (step === this.at) return true;
    this.currentMask = undefined;
    const back = this.at - step;
    if (back > 0 && back <= this.undo.length) {
      this.undo.takeBack(back);
      this.at = step;
      return true;
    }
    const keyframe = this.newestKeyframe(step);
    // Going on from here is free; a keyframe is worth it only when it lies between here and there.
    if (step < this.at || keyframe > this.at) this.restore(keyframe);
    // The last rotations before `step` are those that may be taken back.
    const kept = step - this.undo.capacity;
    const end = Math.min(step, this.at + most);
    while (this.at < end) {
      const next = this.at - (this.at % this.interval) + this.interval;
      this.apply(Math.min(end, next, this.at < kept ? kept : Infinity), this.at >= kept);
      if (this.at % this.interval === 0 && !this.keyframes.has(this.at)) this.keyframes.set(this.at, this.capture());
    }
    return this.at === step;
  }

  /** `keep`: so that they can be taken back. */
  private apply(to: number, keep: boolean): void {
    const { first, second, angle } = this.sequence;
    const from = this.at;
    this.at = to;
    const [cos, sin] = [new Float64Array(to - from), new Float64Array(to - from)];
    cosSin(angle.subarray(from, to), cos, sin, 0, to - from);
    const { weights, supports, layout } = this;
    if (!keep) this.undo.clear();
    // Moving the entries costs about as much as two rotations of every axis.
    if (keep || to - from <= layout.axes) {
      for (let t = 0; t < cos.length; t++) {
        if (keep) this.undo.keep(first[from + t], second[from + t]);
        rotateAxes(weights, supports, layout, first[from + t], second[from + t], cos[t], sin[t]);
      }
      return;
    }
    // As in a replay all rotations pass over a block, here 32 entries of every axis, then over the next: they stay in
    // cache.
    const inWord = wordLayout(layout.axes);
    const values = new Float32Array(32 * layout.axes);
    const words = new Uint32Array(layout.axes);
    for (let w = 0; w < layout.words; w++) {
      for (let a = 0; a < layout.axes; a++) words[a] = supports[a * layout.words + w];
      this.eachOfWord(w, (inMatrix, inBlock) => (values[inBlock] = weights[inMatrix]));
      for (let t = 0; t < cos.length; t++)
        rotateAxes(values, words, inWord, first[from + t], second[from + t], cos[t], sin[t]);
      this.eachOfWord(w, (inMatrix, inBlock) => (weights[inMatrix] = values[inBlock]));
      for (let a = 0; a < layout.axes; a++) supports[a * layout.words + w] = words[a];
    }
  }

  /** Places of the entries 32 w to 32 w + 31 of every axis, in the matrix and among 32 of each axis. */
  private eachOfWord(w: number, visit: (inMatrix: number, inBlock: number) => void): void {
    const { axes, length, axisStride, entryStride } = this.layout;
    const here = Math.min(32, length - 32 * w);
    for (let a = 0; a < axes; a++)
      for (let k = 0; k < here; k++) visit(a * axisStride + (32 * w + k) * entryStride, 32 * a + k);
  }

  /** The last step up to `atMost` that can be restored; 0, the beginning, always can. */
  private newestKeyframe(atMost: number): number {
    let step = atMost - (atMost % this.interval);
    while (step > 0 && !this.keyframes.has(step)) step -= this.interval;
    return step;
  }

  private restore(step: number): void {
    const keyframe = this.keyframes.get(step);
    this.undo.clear();
    this.weights.fill(0);
    this.at = step;
    if (keyframe) {
      this.supports.set(keyframe.supports);
      this.forEachNonZero((index, order) => {
        this.weights[index] = keyframe.values[order];
      });
    } else {
      this.supports.set(firstSupports(this.layout, this.sequence));
      setFirst(this.weights, this.layout, this.sequence);
    }
  }

  private capture(): Keyframe {
    const values = new Float32Array(this.nonZeros);
    this.forEachNonZero((index, order) => {
      values[order] = this.weights[index];
    });
    return { supports: this.supports.slice(), values };
  }

  private forEachNonZero(visit: (index: number, order: number) => void): void {
    const { axes, words, axisStride, entryStride } = this.layout;
    let order = 0;
    for (let a = 0; a < axes; a++)
      for (let w = 0; w < words; w++)
        for (let bits = this.supports[a * words + w] | 0; bits !== 0; bits &= bits - 1)
          visit(a * axisStride + (32 * w + 31 - Math.clz32(bits & -bits)) * entryStride, order++);
  }

  /** The shortest power of two at which all keyframes of the sequence fit into the budget. */
  private chooseInterval(budget: number): number {
    let interval = shortestInterval;
    for (; interval <= this.total; interval *= 2) {
      let bytes = 0;
      for (let t = interval; t <= this.total; t += interval)
        bytes += 4 * (this.nonZerosByStep[t] + this.supports.length);
      if (bytes <= budget) break;
    }
    return interval;
  }
}

function countNonZeros(s: RotationSequence, layout: AxisLayout): Uint32Array {
  const supports = firstSupports(layout, s);
  const counts = new Uint32Array(s.first.length + 1);
  for (const word of supports) counts[0] += popcount(word);
  for (let t = 0; t < s.first.length; t++)
    counts[t + 1] = counts[t] + mergeSupports(supports, layout.words, s.first[t], s.second[t]);
  return counts;
}
