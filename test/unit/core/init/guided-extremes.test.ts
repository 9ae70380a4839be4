import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayDouble } from '../../../../src/core/givens';
import { randomMask } from '../../../../src/core/init/base';
import { guidedOrthogonal } from '../../../../src/core/init/guided';
import type { Guided } from '../../../../src/core/init/guided';
import { maximumMatching } from '../../../../src/core/matching';
import { Mask } from '../../../../src/core/mask';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;
const guide = (pattern: Mask, evaluations = 20_000): Guided =>
  guidedOrthogonal({ pattern, angles: 'uniform', rng: Rng.fromSeed(1), seed: 1, evaluations });

/** `full`, but for one row or column. */
function without(rows: number, columns: number, empty: { row?: number; column?: number }): Mask {
  const mask = Mask.empty(rows, columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) if (r !== empty.row && c !== empty.column) mask.set(r, c);
  return mask;
}

function permutation(rows: number, columns: number, seed: number): Mask {
  const places = Uint32Array.from({ length: Math.max(rows, columns) }, (_, k) => k);
  Rng.fromSeed(seed).shuffle(places);
  const mask = Mask.empty(rows, columns);
  for (let k = 0; k < Math.min(rows, columns); k++) {
    if (rows <= columns) mask.set(k, places[k]);
    else mask.set(places[k], k);
  }
  return mask;
}

describe('a pattern at the edge of what there is', () => {
  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [1, 70],
    [70, 1],
    [2, 2],
    [33, 33],
    [20, 45],
    [45, 20],
  ])('all of %i x %i is met exactly', (rows, columns) => {
    const { iou, density, orthogonalityError: error, unmatched } = guide(Mask.full(rows, columns));
    expect([iou, density, unmatched]).toEqual([1, 1, 0]);
    expect(error).toBeLessThan(1e-6);
  });

  it('a permutation needs no rotation, whatever its shape', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(99),
        (rows, columns, seed) => {
          const pattern = permutation(rows, columns, seed);
          const { mask, sequence, weights, evaluations } = guide(pattern);
          expect(mask.equals(pattern)).toBe(true);
          expect(sequence.first.length).toBe(0);
          expect(evaluations).toBe(0);
          expect(weights).toEqual(Float32Array.from(pattern.toBytes()));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('one weight of a vector stays where it is wanted', () => {
    for (const [rows, columns] of [
      [1, 50],
      [50, 1],
    ])
      for (const at of [0, 31, 32, 49]) {
        const pattern = Mask.empty(rows, columns);
        pattern.set(rows === 1 ? 0 : at, rows === 1 ? at : 0);
        const { mask, weights } = guide(pattern);
        expect(mask.equals(pattern)).toBe(true);
        expect(weights[at]).toBe(1);
      }
  });

  it('an empty row of the shorter side begins outside, and the rest is still met as well as can be', () => {
    for (const [rows, columns, empty] of [
      [9, 14, { row: 3 }],
      [14, 9, { column: 8 }],
      [8, 8, { row: 0 }],
    ] as const) {
      const made = guide(without(rows, columns, empty));
      expect(made.unmatched).toBe(1);
      expect(orthogonalityError(replayDouble(made.sequence), rows, columns)).toBeLessThan(1e-13);
      // An orthogonal matrix cannot have an empty row: there is one more non-zero at least.
      expect(made.iou).toBeLessThan(1);
      expect(made.iou).toBeGreaterThan(0.7);
    }
  });

  it('an empty row of the longer side costs nothing', () => {
    for (const [rows, columns, empty] of [
      [9, 14, { column: 3 }],
      [14, 9, { row: 0 }],
    ] as const) {
      const pattern = without(rows, columns, empty);
      const made = guide(pattern);
      expect(made.unmatched).toBe(0);
      expect(made.mask.equals(pattern)).toBe(true);
    }
  });

  it('is orthogonal where the pattern has no full rank: all weights in a few rows', () => {
    const input = fc.record({
      rows: fc.integer({ min: 1, max: 16 }),
      columns: fc.integer({ min: 1, max: 16 }),
      used: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(input, ({ rows, columns, used, seed }) => {
        const entries = Math.min(rows, columns);
        const room = Math.min(used, rows) * columns;
        fc.pre(room >= entries);
        // The first rows only, as many weights as there are entries or more.
        const drawn = randomMask(Math.min(used, rows), columns, Math.max(entries, room >> 1), Rng.fromSeed(seed));
        const pattern = Mask.empty(rows, columns);
        pattern.words.set(drawn.words);
        const made = guide(pattern, 2_000);
        expect(made.unmatched).toBe(entries - maximumMatching(pattern).size);
        expect(orthogonalityError(replayDouble(made.sequence), rows, columns)).toBeLessThan(1e-13);
        expect(made.mask.count()).toBeLessThanOrEqual(pattern.count() + made.unmatched);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('refuses an empty pattern, and a number of pairs that is none', () => {
    for (const [rows, columns] of [
      [1, 1],
      [1, 9],
      [9, 1],
      [4, 4],
    ])
      expect(() => guide(Mask.empty(rows, columns))).toThrow(code('eoi.pattern-too-sparse'));
    for (const evaluations of [NaN, Infinity, -1, 1.5])
      expect(() => guide(Mask.full(3, 3), evaluations)).toThrow(code('eoi.bad-evaluations'));
    expect(guide(Mask.full(3, 3), 0).sequence.first.length).toBe(0);
  });
});
