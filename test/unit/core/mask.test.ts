import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask, popcount } from '../../../src/core/mask';

const shape = fc.record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 100 }) });
const masks = shape.chain(({ rows, columns }) =>
  fc.uint8Array({ minLength: rows * columns, maxLength: rows * columns, max: 1 }).map((bytes) => ({
    bytes,
    mask: Mask.fromBytes(bytes, rows, columns),
  })),
);

describe('Mask', () => {
  it('goes to bytes and back, counts and reads single bits', () => {
    fc.assert(
      fc.property(masks, ({ bytes, mask }) => {
        expect(mask.toBytes()).toEqual(bytes);
        expect(mask.count()).toBe(bytes.reduce((a, b) => a + b, 0));
        expect(mask.density).toBe(mask.count() / bytes.length);
        bytes.forEach((byte, i) => expect(mask.get(Math.floor(i / mask.columns), i % mask.columns)).toBe(byte === 1));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('cuts tiles that hold the bits of the rectangle, least significant first', () => {
    fc.assert(
      fc.property(masks, fc.integer(), fc.integer(), fc.integer(), fc.integer(), ({ mask }, a, b, c, d) => {
        const within = (value: number, limit: number): number => Math.abs(value) % (limit + 1);
        const [rowStart, rowEnd] = [within(a, mask.rows), within(b, mask.rows)].sort((x, y) => x - y);
        const [columnStart, columnEnd] = [within(c, mask.columns), within(d, mask.columns)].sort((x, y) => x - y);
        const bits = mask.tile({ rowStart, rowEnd, columnStart, columnEnd });
        const stride = Math.ceil((columnEnd - columnStart) / 8);
        const expected = new Uint8Array((rowEnd - rowStart) * stride);
        for (let r = rowStart; r < rowEnd; r++)
          for (let k = columnStart; k < columnEnd; k++)
            if (mask.get(r, k))
              expected[(r - rowStart) * stride + ((k - columnStart) >> 3)] |= 1 << ((k - columnStart) & 7);
        expect(bits).toEqual(expected);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('is empty, full, set and compared', () => {
    expect(Mask.empty(3, 33).count()).toBe(0);
    expect(Mask.full(3, 33).count()).toBe(99);
    expect(Mask.full(2, 64).density).toBe(1);
    const mask = Mask.empty(3, 33);
    mask.set(2, 32);
    expect(mask.get(2, 32)).toBe(true);
    expect(mask.count()).toBe(1);
    expect(mask.equals(Mask.empty(3, 33))).toBe(false);
    expect(mask.equals(Mask.fromBytes(mask.toBytes(), 3, 33))).toBe(true);
    expect(Mask.empty(1, 2).equals(Mask.empty(2, 1))).toBe(false);
  });

  it('counts the ones of a word', () => {
    for (const word of [0, 1, 0x80000000, 0xffffffff, 0x0f0f0f0f, 0x12345678])
      expect(popcount(word)).toBe(word.toString(2).replaceAll('0', '').length);
  });

  it('refuses wrong sizes and tiles that lie outside', () => {
    expect(() => Mask.fromBytes(new Uint8Array(5), 2, 3)).toThrow(
      expect.objectContaining({ code: 'mask.size-mismatch' }),
    );
    expect(() => new Mask(2, 33, new Uint32Array(3))).toThrow(expect.objectContaining({ code: 'mask.size-mismatch' }));
    expect(() => Mask.empty(0, 3)).toThrow(expect.objectContaining({ code: 'shape.invalid' }));
    const tile = { rowStart: 0, rowEnd: 2, columnStart: 0, columnEnd: 3 };
    const outside = [
      { rowEnd: 3 },
      { columnEnd: 4 },
      { rowStart: -1 },
      { columnStart: 0.5 },
      { rowStart: 2, rowEnd: 1 },
    ];
    for (const change of outside)
      expect(() => Mask.empty(2, 3).tile({ ...tile, ...change })).toThrow(
        expect.objectContaining({ code: 'mask.tile-out-of-range' }),
      );
  });
});
