import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay, replayDouble, replayWithMask } from '../../../../src/core/givens';
import { randomMask } from '../../../../src/core/init/base';
import { exactOrthogonal } from '../../../../src/core/init/eoi';
import { guidedOrthogonal } from '../../../../src/core/init/guided';
import type { Guided, GuidedRequest } from '../../../../src/core/init/guided';
import { intersectionOverUnion, Mask } from '../../../../src/core/mask';
import { bandPattern, blockPattern, degreePattern, nmPattern } from '../../../../src/core/patterns';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';

const guide = (pattern: Mask, p: Partial<GuidedRequest> = {}): Guided =>
  guidedOrthogonal({ pattern, angles: 'uniform', rng: Rng.fromSeed(1), seed: 1, ...p });

const drawn = (rows: number, columns: number, density: number, seed: number) =>
  exactOrthogonal({ rows, columns, density, angles: 'uniform', rng: Rng.fromSeed(seed), seed });

/** How near EOI of the pattern's density comes to it by chance, the best of ten. */
function byChance(pattern: Mask): number {
  const masks = Array.from(
    { length: 10 },
    (_, k) => drawn(pattern.rows, pattern.columns, pattern.density, 100 + k).mask,
  );
  return Math.max(...masks.map((mask) => intersectionOverUnion(mask, pattern)));
}

const shuffled = (mask: Mask, rng: Rng): Mask => {
  const [rowAt, columnAt] = [mask.rows, mask.columns].map((length) => Uint32Array.from({ length }, (_, k) => k));
  rng.shuffle(rowAt);
  rng.shuffle(columnAt);
  const result = Mask.empty(mask.rows, mask.columns);
  rowAt.forEach((from, r) => columnAt.forEach((to, c) => mask.get(from, to) && result.set(r, c)));
  return result;
};

describe('guidedOrthogonal', () => {
  it.each<[string, Mask]>([
    ['blocks', blockPattern(64, 64, [8, 8])],
    ['blocks of a wide matrix', blockPattern(20, 50, [4, 10])],
    ['blocks of a tall matrix', blockPattern(50, 20, [10, 4])],
    ['blocks, the last cut', blockPattern(40, 40, [7, 7])],
    ['scattered blocks', shuffled(blockPattern(60, 60, [6, 6]), Rng.fromSeed(2))],
    ['2 of 4', nmPattern(64, 64, [2, 4])],
    ['1 of 4, wide', nmPattern(32, 64, [1, 4])],
    ['2 of 4, tall', nmPattern(64, 32, [2, 4])],
    ['3 of 4', nmPattern(64, 64, [3, 4])],
    ['the identity', bandPattern(30, 30, 1)],
    ['all', Mask.full(17, 23)],
    ['degrees of 4', degreePattern(new Array<number>(16).fill(4), new Array<number>(16).fill(4))],
  ])('is exact where a product is: %s', (_, pattern) => {
    const { iou, mask, orthogonalityError: error, unmatched } = guide(pattern);
    expect(mask.equals(pattern)).toBe(true);
    expect(iou).toBe(1);
    expect(unmatched).toBe(0);
    expect(error).toBeLessThan(1e-6);
  });

  it('spreads the values over the places found: none is lost to rounding, few are small', () => {
    for (const pattern of [nmPattern(32, 512, [2, 4]), blockPattern(32, 400, [32, 400]), nmPattern(512, 32, [1, 2])]) {
      const { weights, mask } = guide(pattern);
      const typical = Math.sqrt(Math.min(pattern.rows, pattern.columns) / mask.count());
      const magnitudes = weights.filter((value) => value !== 0).map(Math.abs);
      expect(magnitudes.length).toBe(mask.count());
      expect(magnitudes.filter((value) => value > 0.01 * typical).length).toBeGreaterThan(0.97 * mask.count());
    }
  });

  it('needs about log2 rotations an axis for blocks, twice that to mix them, and none for the identity', () => {
    expect(guide(blockPattern(64, 64, [16, 16])).sequence.first.length).toBeLessThan(64 * (4 + 4));
    expect(guide(bandPattern(30, 30, 1)).sequence.first.length).toBe(0);
  });

  it('finds products of few random rotations again, scattered or not', () => {
    for (let seed = 0; seed < 20; seed++)
      for (const [rows, columns] of [
        [64, 64],
        [40, 64],
        [64, 40],
      ]) {
        const { mask } = replayWithMask(drawn(rows, columns, 0.9, seed).sequence, 16);
        expect(guide(mask).iou).toBe(1);
        expect(guide(shuffled(mask, Rng.fromSeed(seed))).iou).toBe(1);
      }
  });

  it.each<[string, Mask, number, number]>([
    ['a band of 5', bandPattern(64, 64, 5), 0.75, 4],
    ['a band of 17', bandPattern(64, 64, 17), 0.75, 4],
    ['a band of a wide matrix', bandPattern(32, 64, 9), 0.7, 4],
    ['2 of 4 at random', nmPattern(64, 64, [2, 4], Rng.fromSeed(1)), 0.5, 1.35],
    ['1 of 8 at random', nmPattern(64, 64, [1, 8], Rng.fromSeed(1)), 0.33, 3],
    ['random places', randomMask(64, 64, 410, Rng.fromSeed(1)), 0.35, 4],
    ['the mask of EOI', drawn(64, 64, 0.1, 5).mask, 0.75, 4],
  ])('comes far nearer than chance: %s', (_, pattern, least, times) => {
    const { iou, mask } = guide(pattern);
    expect(iou).toBeGreaterThan(least);
    expect(iou).toBeGreaterThan(times * byChance(pattern));
    expect(mask.count()).toBeLessThanOrEqual(pattern.count());
  });

  it('is orthogonal and says what it is, whatever the pattern', () => {
    const input = fc.record({
      rows: fc.integer({ min: 1, max: 20 }),
      columns: fc.integer({ min: 1, max: 20 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(input, ({ rows, columns, share, seed }) => {
        const least = Math.min(rows, columns);
        const count = Math.round(least + share * (rows * columns - least));
        const pattern = randomMask(rows, columns, count, Rng.fromSeed(seed));
        const made = guide(pattern, { evaluations: 20_000 });
        expect(orthogonalityError(replayDouble(made.sequence), rows, columns)).toBeLessThan(1e-13);
        expect(made.orthogonalityError).toBe(orthogonalityError(made.weights, rows, columns));
        expect(made.orthogonalityError).toBeLessThan(1e-6);
        expect(replay(made.sequence)).toEqual(made.weights);
        expect(made.iou).toBe(intersectionOverUnion(made.mask, pattern));
        expect(made.density).toBe(made.mask.density);
        expect(made.mask.count()).toBeLessThanOrEqual(count + made.unmatched);
        const begun = replayWithMask(made.sequence, 0).mask;
        expect(begun.toBytes().filter((kept, i) => kept && !pattern.toBytes()[i]).length).toBe(made.unmatched);
      }),
      { seed: 6, numRuns: 150 },
    );
  });

  it('depends on generator and pattern only', () => {
    const pattern = bandPattern(24, 30, 7);
    expect(guide(pattern)).toEqual(guide(pattern));
    expect(guide(pattern, { rng: Rng.fromSeed(2) }).weights).not.toEqual(guide(pattern).weights);
    // Angles come after the search: other angles, same axes.
    const fixed = guide(pattern, { angles: { fixed: 45 } });
    expect(fixed.mask.equals(guide(pattern).mask)).toBe(true);
    expect(fixed.orthogonalityError).toBeLessThan(1e-6);
  });

  it('keeps to its budget and gives the best that it found within', () => {
    const pattern = bandPattern(64, 64, 9);
    let last = 0;
    for (const evaluations of [0, 300, 3000, 30_000]) {
      const made = guide(pattern, { evaluations });
      // What one rotation takes more: the pairs of two axes.
      expect(made.evaluations).toBeLessThanOrEqual(evaluations + 2 * 63);
      expect(made.iou).toBeGreaterThanOrEqual(last);
      last = made.iou;
    }
    expect(last).toBeGreaterThan(0.75);
  });

  it('says how many entries the pattern gives no place of their own', () => {
    const pattern = blockPattern(12, 12, [4, 3]);
    const { unmatched, orthogonalityError: error, iou } = guide(pattern);
    expect(unmatched).toBe(3);
    expect(error).toBeLessThan(1e-6);
    expect(iou).toBeGreaterThan(0.3);
  });

  it('refuses a pattern below one weight a row, and angles that do nothing', () => {
    const thin = Mask.empty(4, 6);
    for (const column of [0, 1, 2]) thin.set(column, column);
    expect(() => guide(thin)).toThrow(
      expect.objectContaining({ code: 'eoi.pattern-too-sparse', details: { least: 4 } }),
    );
    thin.set(3, 3);
    expect(guide(thin).iou).toBe(1);
    expect(() => guide(thin, { angles: { list: [45, 180] } })).toThrow(
      expect.objectContaining({ code: 'eoi.degenerate-angle' }),
    );
  });
});
