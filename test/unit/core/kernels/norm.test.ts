/** What norms sum over many values keeps the digits that the values have. */
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/rng';
import { everyKernels, into } from '../../kernels';

const count = 40_003;
const rng = Rng.fromSeed(3);
const normal = (mean = 0): Float32Array => Float32Array.from({ length: count }, () => mean + rng.normal());
const sum = (values: ArrayLike<number>, term: (value: number, i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += term(values[i], i);
  return total;
};

/** Half a unit of the last place of 1: how far apart a value and its float32 are at most. */
const rounding = 2 ** -24;

/** What a rounding of each comes to in their sum. */
const gathered = rounding * Math.sqrt(count);

describe.each(everyKernels())('norms of long rows by the %s kernels', (_, kernels) => {
  const { float32 } = into(kernels.room);

  it.each([0, 20])('tell mean and variance of a batch about %f', (about) => {
    const values = normal(about);
    const [x, one, y, mean, variance] = [values, [1], values, [0], [0]].map(float32);
    kernels.batchNorm(x, one, one, y, mean, variance, count, 0, 1);
    const exact = sum(values, (value) => value) / count;
    const spread = sum(values, (value) => (value - exact) ** 2) / count;
    // Of the mean, and of a tenth of the deviation.
    expect(Math.abs(mean[0] - exact)).toBeLessThan(rounding * (Math.abs(exact) + 0.1));
    expect(Math.abs(variance[0] / spread - 1)).toBeLessThan(2 * rounding);
    const off = Math.max(
      ...values.map((value, i) => Math.abs(y[i] - (1 + (value - exact) / Math.sqrt(spread + 1e-5)))),
    );
    // The largest of the normed values is between 4 and 8.
    expect(off).toBeLessThan(4 * rounding + rounding);
  });

  it('tell gradients that cancel', () => {
    const [values, gradients] = [normal(2), normal()];
    const [x, dy, dx, one] = [values, gradients, gradients, [1]].map(float32);
    const [mean, byScale, byShift] = [[2], [0], [0]].map(float32);
    const scaled = sum(gradients, (gradient, i) => (gradient * (values[i] - 2)) / Math.sqrt(1 + 1e-5));
    const shifted = sum(gradients, (gradient) => gradient);
    kernels.batchNormBack(x, one, mean, one, dy, dx, byScale, byShift, count, 0, 1);
    expect(Math.abs(byScale[0] - scaled)).toBeLessThan(rounding * Math.abs(scaled) + gathered);
    expect(Math.abs(byShift[0] - shifted)).toBeLessThan(rounding * Math.abs(shifted) + gathered);
    const [means, inverses] = [float32(new Float32Array(count).fill(2)), float32(new Float32Array(count).fill(1))];
    kernels.layerNormScaleBack(x, means, inverses, dy, byScale, byShift, count, 0, 1);
    const unscaled = sum(gradients, (gradient, i) => gradient * (values[i] - 2));
    expect(Math.abs(byScale[0] - unscaled)).toBeLessThan(rounding * Math.abs(unscaled) + gathered);
    expect(Math.abs(byShift[0] - shifted)).toBeLessThan(rounding * Math.abs(shifted) + gathered);
  });

  it('norm wide tokens', () => {
    const values = normal(20);
    const ones = new Float32Array(count).fill(1);
    const [x, scale, y, mean, inverse] = [values, ones, values, [0], [0]].map(float32);
    kernels.layerNorm(x, scale, scale, y, mean, inverse, count, 1, 0, 1);
    const exact = sum(values, (value) => value) / count;
    const own = 1 / Math.sqrt(sum(values, (value) => (value - exact) ** 2) / count + 1e-5);
    expect(Math.abs(mean[0] / exact - 1)).toBeLessThan(rounding);
    expect(Math.abs(inverse[0] / own - 1)).toBeLessThan(rounding);
    expect(Math.max(...values.map((value, i) => Math.abs(y[i] - (1 + (value - exact) * own))))).toBeLessThan(
      5 * rounding,
    );
  });
});
