import { describe, expect, test } from 'vitest';
import { bytes, cellText, count, degrees, duration, figure, many, shapeText } from '../../../webview/format';

describe('numbers for people', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [0.0412345, '0.0412'],
    [-0.0412345, '-0.0412'],
    [1, '1.00'],
    [0.99951, '1.00'],
    [12.345, '12.3'],
    [99.96, '100'],
    [999.4, '999'],
    [999.6, '1,000'],
    [1234.5, '1,235'],
    [999_400, '999,400'],
    [999_999, '1.00e6'],
    [1_234_567, '1.23e6'],
    [0.001, '0.00100'],
    [0.00099949, '9.99e-4'],
    [3.1e-7, '3.10e-7'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '-∞'],
  ])('%d is shown as %s', (value, shown) => {
    expect(figure(value)).toBe(shown);
  });

  test('whole numbers in tables keep all digits, others three', () => {
    expect([78_400, 5.25, 'fc1', -3].map(cellText)).toEqual(['78,400', '5.25', 'fc1', '-3']);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [313_600, '314 kB'],
    [999_600, '1.00 MB'],
    [4.2e9, '4.20 GB'],
  ])('%d bytes are %s', (size, shown) => {
    expect(bytes(size)).toBe(shown);
  });

  test('angles are degrees of one turn', () => {
    expect([0, Math.PI, 3 * Math.PI, -Math.PI / 2, 3.7245].map(degrees)).toEqual([
      '0.0°',
      '180.0°',
      '180.0°',
      '270.0°',
      '213.4°',
    ]);
  });

  test('time, shapes and plurals', () => {
    expect([4_400, 125_000, 4_320_000].map(duration)).toEqual(['4 s', '2 min 5 s', '1 h 12 min']);
    expect([[], [10], [100, 784]].map(shapeText)).toEqual(['scalar', '10', '100 × 784']);
    expect([0, 1, 1500].map((value) => many(value, 'tensor'))).toEqual(['0 tensors', '1 tensor', '1,500 tensors']);
    expect(count(12_345)).toBe('12,345');
  });
});
