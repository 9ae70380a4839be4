/** The axes as they were before the last rotations, so that these are taken back at once and to the same bits. */
import type { AxisLayout } from './axes';

const budget = 16 * 2 ** 20;
/** More are faster replayed from a keyframe. */
const most = 256;

interface Pair {
  i: number;
  j: number;
  values: Float32Array;
  supports: Uint32Array;
}

export class RotationUndo {
  /** Rotations that are kept. */
  readonly capacity: number;
  private readonly pairs: Pair[] = [];

  constructor(
    private readonly layout: AxisLayout,
    private readonly weights: Float32Array,
    private readonly supports: Uint32Array,
  ) {
    this.capacity = Math.min(most, Math.floor(budget / (8 * (layout.length + layout.words))));
  }

  /** Rotations that can be taken back now. */
  get length(): number {
    return this.pairs.length;
  }

  /** To be called before axes i and j are rotated. */
  keep(i: number, j: number): void {
    const { length, words } = this.layout;
    const reused = this.pairs.length === this.capacity ? this.pairs.shift() : undefined;
    const { values, supports } = reused ?? {
      values: new Float32Array(2 * length),
      supports: new Uint32Array(2 * words),
    };
    for (const [at, axis] of [i, j].entries()) {
      this.eachEntry(axis, (place, k) => (values[at * length + k] = this.weights[place]));
      supports.set(this.supports.subarray(axis * words, (axis + 1) * words), at * words);
    }
    this.pairs.push({ i, j, values, supports });
  }

  /** Takes the last `count` rotations back; there must be so many. */
  takeBack(count: number): void {
    const { length, words } = this.layout;
    for (const { i, j, values, supports } of this.pairs.splice(this.pairs.length - count).reverse())
      for (const [at, axis] of [i, j].entries()) {
        this.eachEntry(axis, (place, k) => (this.weights[place] = values[at * length + k]));
        this.supports.set(supports.subarray(at * words, (at + 1) * words), axis * words);
      }
  }

  /** What follows is no longer the state that was kept for. */
  clear(): void {
    this.pairs.length = 0;
  }

  private eachEntry(axis: number, visit: (place: number, k: number) => void): void {
    const { length, axisStride, entryStride } = this.layout;
    for (let k = 0, place = axis * axisStride; k < length; k++, place += entryStride) visit(place, k);
  }
}
