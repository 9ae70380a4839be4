import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../../src/engine/schedule';

const step = { name: 'step', at: [0.5, 0.75], factor: 0.1 } as const;

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
});
