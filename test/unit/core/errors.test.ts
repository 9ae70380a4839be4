import { describe, expect, it } from 'vitest';
import * as errors from '../../../src/core/errors';

describe('errors', () => {
  it('are recognised, and carry code, sentence and facts', () => {
    const error = errors.densityTooLow(100, 784, 0.001);
    expect(errors.isSparseError(error)).toBe(true);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'SparseError', code: 'eoi.density-too-low', details: { nearest: 0.001276 } });
    for (const other of [new Error('x'), undefined, null, { code: 'a.b', message: 'c' }])
      expect(errors.isSparseError(other)).toBe(false);
  });

  it('print a lower bound rounded up, so that typing it back is accepted', () => {
    for (let n = 1; n < 5000; n++) {
      const printed = Number(errors.atLeast(1 / n));
      expect(printed).toBeGreaterThanOrEqual(1 / n - 1e-12 / n);
      expect(printed).toBeLessThan(1.0011 / n);
      expect(errors.atLeast(1 / n).replace(/^0\.0*/, '').length).toBeLessThanOrEqual(4);
    }
    expect(errors.atLeast(0.5)).toBe('0.5');
    expect(errors.atLeast(1 / 784)).toBe('0.001276');
  });
});
