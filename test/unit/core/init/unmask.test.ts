import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomMask } from '../../../../src/core/init/base';
import { unmaskAtRandom } from '../../../../src/core/init/unmask';
import { Mask } from '../../../../src/core/mask';
import { Rng } from '../../../../src/core/rng';

describe('unmaskAtRandom', () => {
  it('keeps exactly so many more, and all that was kept', () => {
    const input = fc.record({
      rows: fc.integer({ min: 1, max: 20 }),
      columns: fc.integer({ min: 1, max: 70 }),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
      more: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(input, ({ rows, columns, kept, more, seed }) => {
        const elements = rows * columns;
        const count = Math.round(kept * elements);
        const added = Math.round(more * (elements - count));
        const draw = (): Mask => {
          const mask = randomMask(rows, columns, count, Rng.fromSeed(seed));
          expect(mask.count()).toBe(count);
          unmaskAtRandom(mask, added, Rng.fromSeed(seed).split('unmask'));
          return mask;
        };
        const mask = draw();
        expect(mask.count()).toBe(count + added);
        const bytes = mask.toBytes();
        expect(bytes.reduce((a, b) => a + b)).toBe(count + added);
        randomMask(rows, columns, count, Rng.fromSeed(seed))
          .toBytes()
          .forEach((bit, i) => expect(bytes[i]).toBeGreaterThanOrEqual(bit));
        expect(draw().equals(mask)).toBe(true);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('chooses every free place equally often', () => {
    const hits = new Float64Array(9);
    const rounds = 6000;
    for (let seed = 0; seed < rounds; seed++) {
      const mask = Mask.empty(3, 3);
      mask.set(1, 1);
      unmaskAtRandom(mask, 3, Rng.fromSeed(seed));
      mask.toBytes().forEach((bit, i) => (hits[i] += bit));
    }
    hits.forEach((count, i) => {
      // 3 of 8 places: standard deviation sqrt(6000 * 15 / 64) = 37.5.
      if (i === 4) expect(count).toBe(rounds);
      else expect(Math.abs(count - (rounds * 3) / 8)).toBeLessThan(4.5 * 37.5);
    });
  });

  it('refuses more than is free, and leaves the mask as it was', () => {
    const mask = randomMask(4, 5, 12, Rng.fromSeed(1));
    const before = mask.words.slice();
    for (const more of [-1, 9, 1.5, NaN, Infinity])
      expect(() => {
        unmaskAtRandom(mask, more, Rng.fromSeed(2));
      }).toThrow(expect.objectContaining({ code: 'mask.count-out-of-range' }));
    expect(mask.words).toEqual(before);
  });
});
