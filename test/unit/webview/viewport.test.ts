import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementAt, fit, pan, reveal, visible, zoom } from '../../../webview/drawing/viewport';

const room = { width: 900, height: 560 };
const sides = fc.record({ rows: fc.integer({ min: 1, max: 9000 }), columns: fc.integer({ min: 1, max: 9000 }) });

describe('fitting a matrix', () => {
  test('a square one has square cells of whole pixels, centred', () => {
    expect(fit({ rows: 100, columns: 100 }, room)).toEqual({ scaleX: 5, scaleY: 5, left: 200, top: 30 });
  });

  test('a wide one is stretched to about half of the room, on the axis that is thin', () => {
    const { scaleX, scaleY } = fit({ rows: 100, columns: 784 }, room);
    expect([scaleX, scaleY]).toEqual([1, 3]);
  });

  test('every matrix is seen whole, and no cell is blown up', () => {
    fc.assert(
      fc.property(sides, (matrix) => {
        const view = fit(matrix, room);
        expect(view.left).toBeGreaterThanOrEqual(-1e-9);
        expect(view.top).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.max(view.scaleX, view.scaleY)).toBeLessThanOrEqual(32);
        expect(visible(view, matrix, room)).toEqual({
          rowStart: 0,
          rowEnd: matrix.rows,
          columnStart: 0,
          columnEnd: matrix.columns,
        });
      }),
    );
  });
});

describe('zooming and moving', () => {
  test('the element under the pointer stays under it', () => {
    const matrix = { rows: 1000, columns: 1000 };
    const at = { x: 500, y: 300 };
    const before = fit(matrix, room);
    const under = elementAt(before, at.x, at.y, matrix)!;
    const after = zoom(before, 8, at, matrix, room);
    expect(after.scaleX).toBeCloseTo(8 * before.scaleX, 9);
    const now = elementAt(after, at.x, at.y, matrix)!;
    expect(Math.abs(now.row - under.row)).toBeLessThanOrEqual(1);
    expect(Math.abs(now.column - under.column)).toBeLessThanOrEqual(1);
  });

  test('zooming out ends at the fitted view, zooming in at 64 pixels an element', () => {
    const matrix = { rows: 300, columns: 500 };
    const whole = fit(matrix, room);
    expect(zoom(zoom(whole, 4, { x: 0, y: 0 }, matrix, room), 1e-6, { x: 10, y: 10 }, matrix, room)).toEqual(whole);
    expect(zoom(whole, 1e6, { x: 0, y: 0 }, matrix, room).scaleX).toBe(64);
  });

  test('no gap opens at an edge, however far it is moved', () => {
    fc.assert(
      fc.property(
        sides,
        fc.integer({ min: -9000, max: 9000 }),
        fc.integer({ min: -9000, max: 9000 }),
        (matrix, dx, dy) => {
          const near = zoom(fit(matrix, room), 6, { x: 100, y: 100 }, matrix, room);
          const view = pan(near, dx, dy, matrix, room);
          const width = matrix.columns * view.scaleX;
          if (width > room.width) {
            expect(view.left).toBeLessThanOrEqual(1e-9);
            expect(view.left + width).toBeGreaterThanOrEqual(room.width - 1e-6);
          } else expect(view.left).toBeCloseTo((room.width - width) / 2, 6);
        },
      ),
    );
  });

  test('an element that is revealed lies wholly in the room', () => {
    const matrix = { rows: 2000, columns: 2000 };
    const near = zoom(fit(matrix, room), 40, { x: 0, y: 0 }, matrix, room);
    fc.assert(
      fc.property(fc.nat(1999), fc.nat(1999), (row, column) => {
        const view = reveal(near, { row, column }, matrix, room);
        const x = view.left + column * view.scaleX;
        const y = view.top + row * view.scaleY;
        expect(x).toBeGreaterThanOrEqual(-1e-6);
        expect(y).toBeGreaterThanOrEqual(-1e-6);
        expect(x + view.scaleX).toBeLessThanOrEqual(room.width + 1e-6);
        expect(y + view.scaleY).toBeLessThanOrEqual(room.height + 1e-6);
      }),
    );
  });

  test('a point outside the matrix is no element', () => {
    const matrix = { rows: 100, columns: 100 };
    const view = fit(matrix, room);
    expect(elementAt(view, 199, 40, matrix)).toBeUndefined();
    expect(elementAt(view, 200, 30, matrix)).toEqual({ row: 0, column: 0 });
    expect(elementAt(view, 699.9, 529.9, matrix)).toEqual({ row: 99, column: 99 });
    expect(elementAt(view, 700, 40, matrix)).toBeUndefined();
  });
});
