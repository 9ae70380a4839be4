import type { DenseKernels } from '../dense';

export const plainDense: DenseKernels = {
  correlateDense(taps, values, bias, x, y, count, first, ...range) {
    const [batch, height, segments, run, rowStep, segmentStep, from, to] = range;
    for (let o = from, into = from * height * segments * run; o < to; o++)
      for (let row = 0; row < height; row++)
        for (let s = 0; s < segments; s++, into += run) {
          const at = row * rowStep + s * segmentStep;
          y.fill(bias?.[o] ?? 0, into, into + run);
          for (let k = 0; k < count; k++) {
            const weight = values[(o - first) * count + k];
            const shift = at + taps[k] * batch;
            for (let b = 0; b < run; b++) y[into + b] += weight * x[shift + b];
          }
        }
  },
  correlateDenseWeights(taps, dValues, x, dy, count, first, ...range) {
    const [batch, height, segments, run, rowStep, segmentStep, from, to] = range;
    for (let o = from; o < to; o++)
      for (let k = 0; k < count; k++) {
        let sum = 0;
        for (let row = 0, dyAt = o * height * segments * run; row < height; row++)
          for (let s = 0; s < segments; s++, dyAt += run) {
            const at = row * rowStep + s * segmentStep + taps[k] * batch;
            for (let b = 0; b < run; b++) sum += dy[dyAt + b] * x[at + b];
          }
        dValues[(o - first) * count + k] = sum;
      }
  },
};
