import { describe, expect, it } from 'vitest';
import { figureText } from '../../../src/core/figure';
import { spread } from '../../../src/core/stats';

describe('figureText', () => {
  it.each([
    [0, 3, '0'],
    [0.1, 3, '0.1'],
    [0.09994, 3, '0.0999'],
    [1234.5, 3, '1230'],
    [0.001, 3, '0.001'],
    [0.00099999, 3, '0.001'],
    [0.00009809, 3, '9.81e-5'],
    [-0.0005, 4, '-5e-4'],
    [8.498e-18, 3, '8.5e-18'],
    [99_949, 3, '99900'],
    [99_950, 3, '1e+5'],
    [-3.5678e16, 3, '-3.57e+16'],
    [NaN, 3, 'NaN'],
    [Infinity, 3, 'Infinity'],
  ])('%d in %d digits is %s', (value, digits, text) => expect(figureText(value, digits)).toBe(text));
});

describe('the spread of a figure', () => {
  it('is 0 where values differ by rounding alone, and is not where they differ', () => {
    const [same, next] = [0.1 + 0.2, 0.3];
    expect(same).not.toBe(next);
    expect(spread([same, next, next])!.deviation).toBe(0);
    expect(spread([1, 1 + 1e-10])!.deviation).toBeGreaterThan(0);
    expect(spread([-1, 1])!.deviation).toBeCloseTo(Math.SQRT2, 12);
    expect(spread([0, 0])!.deviation).toBe(0);
  });
});
