import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../../src/engine/schedule';

const step = { name: 'step', at: [0.5, 0.75], factor: 0.1, warmup: 0.1, warmupSteps: 0 } as const;

describe('learning rate', () => {
  it('is constant', () => {
    expect(learningRateAt({ ...step, name: 'constant' }, 0.3, 99, 100)).toBe(0.3);
  });

  it('falls by the factor at each share of all steps, not before', () => {
    const rates = [0, 49, 50, 74, 75, 99].map((done) => learningRateAt(step, 1, done, 100));
    rates.forEach((rate, i) => expect(rate).toBeCloseTo([1, 1, 0.1, 0.1, 0.01, 0.01][i], 12));
  });

  it('falls along half a cosine wave', () => {
    const cosine = { ...step, name: 'cosine' } as const;
    expect(learningRateAt(cosine, 2, 0, 100)).toBe(2);
    expect(learningRateAt(cosine, 2, 50, 100)).toBeCloseTo(1, 12);
    expect(learningRateAt(cosine, 2, 25, 100)).toBeCloseTo(1 + Math.SQRT1_2, 12);
    expect(learningRateAt(cosine, 2, 99, 100)).toBeGreaterThan(0);
  });

  it('rises in a line, then falls along half a cosine wave', () => {
    const warm = { ...step, name: 'warmup-cosine' } as const;
    const rates = Array.from({ length: 100 }, (_, done) => learningRateAt(warm, 2, done, 100));
    expect(rates.slice(0, 10)).toEqual(
      [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2].map((r) => expect.closeTo(r, 12) as number),
    );
    expect(rates[10]).toBe(2);
    expect(rates[55]).toBeCloseTo(1, 12);
    expect(rates[99]).toBeLessThan(0.01);
    expect(learningRateAt(warm, 2, 0, 1)).toBe(2);
  });

  it('rises in a line over the steps of a warm-up before any schedule', () => {
    const ratesOf = (name: 'constant' | 'step' | 'cosine' | 'warmup-cosine', warmupSteps: number) =>
      Array.from({ length: 100 }, (_, done) => learningRateAt({ ...step, name, warmupSteps }, 2, done, 100));
    const [constant, stepped, cosine] = (['constant', 'step', 'cosine'] as const).map((name) => ratesOf(name, 20));
    for (const rates of [constant, stepped, cosine])
      rates.slice(0, 20).forEach((rate, done) => expect(rate).toBeCloseTo((2 * (done + 1)) / 20, 12));
    expect(constant.slice(20)).toEqual(Array<number>(80).fill(2));
    // The moments are those without a warm-up.
    expect(stepped.slice(20)).toEqual(ratesOf('step', 0).slice(20));
    expect(cosine[20]).toBe(2);
    expect(cosine[60]).toBeCloseTo(1, 12);
    expect(ratesOf('warmup-cosine', 20)).toEqual(cosine);
    expect(ratesOf('cosine', 10)).toEqual(ratesOf('warmup-cosine', 0));
    // A warm-up that does not end is followed by nothing.
    expect(ratesOf('cosine', 200).at(-1)).toBeCloseTo(1, 12);
  });
});
