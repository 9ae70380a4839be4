import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Thinned } from '../../../webview/drawing/thinned';

const most = 8;
const thinned = (values: readonly number[]): Thinned<'y'> => {
  const all = new Thinned(['y'] as const, most);
  // In pieces, as a live run brings them.
  for (let i = 0; i < values.length; i += 3) all.push({ y: values.slice(i, i + 3) });
  return all;
};
const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 200 });

describe('thinned columns', () => {
  test('are the columns themselves while there is room', () => {
    const all = thinned([3, 1, 2]);
    expect(all.rows()).toEqual([0, 1, 2]);
    expect(all.column('y')).toEqual([3, 1, 2]);
  });

  test('keep every peak within a bounded number of points', () => {
    fc.assert(
      fc.property(values, (list) => {
        const all = thinned(list);
        const rows = all.rows();
        const drawn = all.column('y') as number[];
        expect(drawn.length).toBe(rows.length);
        expect(rows.length).toBeLessThanOrEqual(2 * most);
        expect([...rows].sort((a, b) => a - b)).toEqual(rows);
        if (list.length === 0) return;
        expect([rows[0], rows.at(-1)]).toEqual([0, list.length - 1]);
        expect(Math.max(...drawn)).toBe(Math.max(...list));
        expect(Math.min(...drawn)).toBe(Math.min(...list));
      }),
    );
  });

  test('draw the two ends of a bucket in the order they came', () => {
    const falling = Array.from({ length: 64 }, (_, i) => -i);
    const drawn = thinned(falling).column('y') as number[];
    expect(drawn).toEqual([...drawn].sort((a, b) => b - a));
    expect(thinned(falling.map((y) => -y)).column('y')).toEqual(drawn.map((y) => -y));
  });

  test('have a point for every row, the nearest of its bucket', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (length) => {
        const all = thinned(Array.from({ length }, (_, i) => i));
        const rows = all.rows();
        for (let row = 0; row < length; row++) {
          const distance = Math.abs(rows[all.pointOf(row)] - row);
          expect(distance).toBe(Math.min(...rows.map((at) => Math.abs(at - row))));
        }
      }),
    );
  });

  test('leave out what is not finite, and begin again when cleared', () => {
    const all = thinned([1, NaN, Infinity, 2]);
    expect(all.column('y')).toEqual([1, null, null, 2]);
    all.clear();
    expect(all.rows()).toEqual([]);
    all.push({ y: [5] });
    expect(all.column('y')).toEqual([5]);
  });
});
