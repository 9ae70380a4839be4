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

  it('takes the places that are preferred first, all alike, and others only when none of those is left', () => {
    const preferred = Mask.fromBytes(Uint8Array.from([1, 1, 1, 1, 0, 0, 0, 0, 0]), 3, 3);
    const hits = new Float64Array(9);
    const rounds = 6000;
    for (let seed = 0; seed < rounds; seed++) {
      const mask = Mask.empty(3, 3);
      mask.set(0, 0);
      mask.set(2, 2);
      unmaskAtRandom(mask, 2, Rng.fromSeed(seed), preferred);
      mask.toBytes().forEach((bit, i) => (hits[i] += bit));
    }
    // 2 of 3 places: standard deviation sqrt(6000 * 2 / 9) = 36.6.
    for (const place of [1, 2, 3]) expect(Math.abs(hits[place] - (rounds * 2) / 3)).toBeLessThan(4.5 * 36.6);
    expect([...hits.slice(4, 8)]).toEqual([0, 0, 0, 0]);

    const others = new Float64Array(9);
    for (let seed = 0; seed < rounds; seed++) {
      const mask = Mask.empty(3, 3);
      unmaskAtRandom(mask, 6, Rng.fromSeed(seed), preferred);
      mask.toBytes().forEach((bit, i) => (others[i] += bit));
    }
    expect([...others.slice(0, 4)]).toEqual([rounds, rounds, rounds, rounds]);
    // 2 of 5 places: standard deviation sqrt(6000 * 6 / 25) = 37.9.
    for (const hit of others.slice(4)) expect(Math.abs(hit - (rounds * 2) / 5)).toBeLessThan(4.5 * 37.9);
    expect(() => {
      unmaskAtRandom(Mask.empty(2, 3), 1, Rng.fromSeed(1), preferred);
    }).toThrow(expect.objectContaining({ code: 'mask.size-mismatch' }));
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
