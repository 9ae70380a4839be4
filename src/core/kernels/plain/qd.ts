import { traced, trifle } from '../qd';
import type { QdKernels } from '../qd';

function twice(
  from: Float64Array,
  to: Float64Array,
  trace: Float64Array,
  ...[start, end, less, negligible]: [start: number, end: number, less: number, negligible: number]
): number {
  let first = from[2 * start] - less;
  let q = first + from[2 * start + 1];
  let second = q + trifle;
  let [before, beforeThat, least] = [Infinity, Infinity, Infinity];
  let [off, offBefore] = [Infinity, Infinity];
  let loose = 0;
  for (let k = 2 * start; k < 2 * end; k += 2) {
    if (first < 0) return 0;
    const ratio = from[k + 2] / q;
    const e = from[k + 1] * ratio;
    first = first * ratio - less;
    q = first + from[k + 3];

    if (beforeThat < least) least = beforeThat;
    beforeThat = before;
    before = second;
    if (offBefore < negligible) loose = 1;
    offBefore = off;
    const sum = second + e;
    const nextRatio = q / sum;
    off = e * nextRatio;
    to[k] = sum;
    to[k + 1] = off;
    second = second * nextRatio + trifle;
  }
  trace[traced.first] = first;
  trace[traced.last] = second;
  trace[traced.before] = before;
  trace[traced.beforeThat] = beforeThat;
  trace[traced.least] = least;
  trace[traced.loose] = loose;
  return 1;
}

export const plainQd: QdKernels = { qdTwice: twice };
