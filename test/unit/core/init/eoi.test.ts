import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Angles } from '../../../../src/core/angles';
import { replay, replayDouble, replayWithMask } from '../../../../src/core/givens';
import { exactOrthogonal, minimumDensity } from '../../../../src/core/init/eoi';
import { singularValues } from '../../../../src/core/linalg/svd';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';

const make = (
  rows: number,
  columns: number,
  density: number,
  { seed = 1, angles = 'uniform' }: { seed?: number; angles?: Angles } = {},
): ReturnType<typeof exactOrthogonal> =>
  exactOrthogonal({ rows, columns, density, angles, rng: Rng.fromSeed(seed), seed });

describe('exactOrthogonal', () => {
  it('is orthogonal, masked and near the density for all shapes and densities', () => {
    const input = fc.record({
      rows: fc.integer({ min: 1, max: 45 }),
      columns: fc.integer({ min: 1, max: 45 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(input, ({ rows, columns, share, seed }) => {
        const least = minimumDensity(rows, columns);
        const density = Math.min(1, least + share * (1 - least));
        const made = make(rows, columns, density, { seed });
        expect(orthogonalityError(made.weights, rows, columns)).toBeLessThan(1e-6);
        made.mask.toBytes().forEach((kept, i) => {
          if (!kept) expect(made.weights[i]).toBe(0);
        });
        expect(made.density).toBe(made.mask.density);
        expect(replay(made.sequence)).toEqual(made.weights);
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  it('stops at the first state that reaches the density and keeps the nearer of the last two', () => {
    let undone = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { sequence, density } = make(24, 40, 0.3, { seed });
      const total = sequence.first.length;
      const last = replayWithMask(sequence, total).mask.density;
      const before = replayWithMask(sequence, total - 1).mask.density;
      expect(last).toBeGreaterThanOrEqual(0.3);
      expect(before).toBeLessThan(0.3);
      expect(Math.abs(density - 0.3)).toBe(Math.min(Math.abs(last - 0.3), Math.abs(before - 0.3)));
      if (sequence.lastUndone) undone++;
    }
    // Both ends of the choice do occur.
    expect(undone).toBeGreaterThan(5);
    expect(undone).toBeLessThan(55);
  });

  it('misses the density by no more than published (n = 128, eoi.md 1.2)', () => {
    for (const [density, worst] of [
      [0.05, 1.1e-3],
      [0.125, 1.7e-3],
      [0.3, 2.1e-3],
    ] as const) {
      const misses = Array.from({ length: 20 }, (_, seed) =>
        Math.abs(make(128, 128, density, { seed }).density - density),
      );
      expect(Math.max(...misses)).toBeLessThan(1.5 * worst);
    }
  });

  it('needs as many rotations as published at n = 128, density 0.125: 191.4 +- 6.4', () => {
    const counts = Array.from({ length: 100 }, (_, seed) => make(128, 128, 0.125, { seed }).sequence.first.length);
    const mean = counts.reduce((a, b) => a + b) / counts.length;
    expect(Math.abs(mean - 191.4)).toBeLessThan((4 * 6.4) / Math.sqrt(100));
  });

  it('is exactly as dense as a count that it can meet', () => {
    // The identity has 1/30 of its entries: no rotation is needed, however 1/30 is rounded.
    expect(make(30, 30, minimumDensity(30, 30)).sequence.first).toHaveLength(0);
    expect(make(7, 49, 7 / (7 * 49)).sequence.first).toHaveLength(0);
    // A density that is a count of non-zeros stops on that count when it comes by it.
    const { sequence, mask } = make(40, 40, 0.2);
    const again = make(40, 40, mask.count() / 1600);
    expect(again.mask.count()).toBe(mask.count());
    expect(again.sequence.lastUndone).toBe(false);
    expect(again.sequence.first.length).toBeLessThanOrEqual(sequence.first.length);
  });

  it.each([
    [1, 1],
    [1, 17],
    [17, 1],
    [2, 2],
    [100, 10],
    [64, 96],
  ])('reaches density 1 and ends, %i x %i', (rows, columns) => {
    const { density, weights } = make(rows, columns, 1);
    expect(density).toBe(1);
    expect(orthogonalityError(weights, rows, columns)).toBeLessThan(1e-6);
  });

  it.each([
    [{ fixed: 45 }],
    [{ fixed: 80 }],
    [{ fixed: 1 }],
    [{ range: [0, 90] }],
    [{ list: [30, 60, 120.5] }],
  ] as Angles[][])('is orthogonal for angles %j, with the same support', (angles) => {
    const { weights, mask, sequence } = make(50, 100, 0.2, { angles });
    expect(orthogonalityError(weights, 50, 100)).toBeLessThan(1e-6);
    expect(mask.equals(make(50, 100, 0.2).mask)).toBe(true);
    if (typeof angles !== 'string' && 'list' in angles)
      sequence.angle.forEach((angle, t) =>
        expect((angle * 180) / Math.PI).toBeCloseTo(angles.list[t % angles.list.length], 10),
      );
  });

  it('has all singular values 1 at the sizes of MLP-7', () => {
    for (const [rows, columns, density] of [
      [100, 784, 0.0732],
      [100, 100, 0.1298],
      [10, 100, 0.7138],
    ]) {
      const values = singularValues(make(rows, columns, density).weights, rows, columns);
      expect(Math.max(...values.map((value) => Math.abs(value - 1)))).toBeLessThan(1e-6);
    }
  });

  it('is orthogonal to 1e-13 in double precision, and times the gain', () => {
    for (const [rows, columns] of [
      [40, 70],
      [70, 40],
      [64, 64],
      [1, 30],
      [30, 1],
    ]) {
      const request = { rows, columns, density: 0.3, angles: 'uniform' as const, seed: 1 };
      const { sequence, weights } = exactOrthogonal({ ...request, rng: Rng.fromSeed(1) });
      expect(orthogonalityError(replayDouble(sequence), rows, columns)).toBeLessThan(1e-13);
      const scaled = exactOrthogonal({ ...request, rng: Rng.fromSeed(1), gain: 1.0247 });
      expect(scaled.weights).toEqual(weights.map((value) => value * 1.0247));
    }
    for (const gain of [0, -1, NaN, Infinity])
      expect(() =>
        exactOrthogonal({ rows: 3, columns: 3, density: 1, angles: 'uniform', rng: Rng.fromSeed(1), seed: 1, gain }),
      ).toThrow(expect.objectContaining({ code: 'init.bad-gain' }));
  });

  it('depends on the generator only', () => {
    expect(make(20, 30, 0.3).weights).toEqual(make(20, 30, 0.3).weights);
    expect(make(20, 30, 0.3, { seed: 2 }).weights).not.toEqual(make(20, 30, 0.3).weights);
  });

  it('refuses a density below 1/max and names the nearest possible one, which works', () => {
    const attempt = (): unknown => make(100, 784, 0.001);
    expect(attempt).toThrow(expect.objectContaining({ code: 'eoi.density-too-low', details: { nearest: 0.001276 } }));
    expect(attempt).toThrow(/1\/784.*0\.001276/);
    for (let axes = 2; axes < 400; axes++)
      try {
        make(1, axes, 1e-9);
      } catch (error) {
        const { nearest } = (error as { details: { nearest: number } }).details;
        expect(make(1, axes, nearest).mask.count()).toBe(1);
      }
  });

  it('refuses impossible requests', () => {
    for (const density of [0, -0.1, 1.1, NaN, Infinity])
      expect(() => make(3, 4, density)).toThrow(expect.objectContaining({ code: 'density.out-of-range' }));
    for (const [rows, columns] of [
      [0, 3],
      [3, -1],
      [2.5, 3],
      [NaN, 3],
    ])
      expect(() => make(rows, columns, 0.5)).toThrow(expect.objectContaining({ code: 'shape.invalid' }));
    expect(() => make(3, 4, 0.5, { angles: { fixed: 90 } })).toThrow(
      expect.objectContaining({ code: 'eoi.degenerate-angle' }),
    );
    expect(() => make(3, 4, 0.5, { angles: { list: [] } })).toThrow(
      expect.objectContaining({ code: 'eoi.bad-angles' }),
    );
  });
});
