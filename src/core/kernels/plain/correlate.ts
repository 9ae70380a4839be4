import type { CorrelateKernels } from '../correlate';

export const plainCorrelate: CorrelateKernels = {
  correlate(starts, taps, values, bias, x, y, ...range) {
    const [batch, height, segments, run, rowStep, segmentStep, from, to] = range;
    for (let o = from, into = from * height * segments * run; o < to; o++)
      for (let row = 0; row < height; row++)
        for (let s = 0; s < segments; s++, into += run) {
          const at = row * rowStep + s * segmentStep;
          y.fill(bias?.[o] ?? 0, into, into + run);
          for (let k = starts[o]; k < starts[o + 1]; k++) {
            const weight = values[k];
            const shift = at + taps[k] * batch;
            for (let b = 0; b < run; b++) y[into + b] += weight * x[shift + b];
          }
        }
  },
  correlateWeights(starts, taps, dValues, x, dy, ...range) {
    const [batch, height, segments, run, rowStep, segmentStep, from, to] = range;
    for (let o = from; o < to; o++)
      for (let k = starts[o]; k < starts[o + 1]; k++) {
        let sum = 0;
        for (let row = 0, dyAt = o * height * segments * run; row < height; row++)
          for (let s = 0; s < segments; s++, dyAt += run) {
            const at = row * rowStep + s * segmentStep + taps[k] * batch;
            for (let b = 0; b < run; b++) sum += dy[dyAt + b] * x[at + b];
          }
        dValues[k] = sum;
      }
  },
};
