import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorOrthogonal } from '../../../src/core/factor';
import { replay, replayDouble, replayWithMask } from '../../../src/core/givens';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { haarOrthogonal } from '../../../src/core/linalg/haar';
import { Rng } from '../../../src/core/rng';
import { RotationPlayer } from '../../../src/core/rotation-player';

function farthest(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}

const sparse = (rows: number, columns: number, density: number, seed = 1) =>
  exactOrthogonal({ rows, columns, density, angles: 'uniform', rng: Rng.fromSeed(seed), seed });

describe('factorOrthogonal', () => {
  it('replays any orthogonal matrix to 1e-12: wide, tall, square, single vectors', () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 24 }),
      columns: fc.integer({ min: 1, max: 24 }),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(sizes, ({ rows, columns, seed }) => {
        const weights = haarOrthogonal(rows, columns, Rng.fromSeed(seed));
        const { sequence, orthogonalityError } = factorOrthogonal({ weights, rows, columns });
        expect(orthogonalityError).toBeLessThan(1e-13);
        expect(farthest(replayDouble(sequence), weights)).toBeLessThan(1e-12);
        const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
        expect(sequence.first.length).toBeLessThanOrEqual(short * long - (short * (short + 1)) / 2);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it.each([
    [256, 256],
    [200, 300],
    [300, 200],
  ])('stays at 1e-12 for a dense %i x %i matrix', (rows, columns) => {
    const weights = haarOrthogonal(rows, columns, Rng.fromSeed(2));
    expect(farthest(replayDouble(factorOrthogonal({ weights, rows, columns }).sequence), weights)).toBeLessThan(1e-12);
  });

  it('takes stored float32 weights, and the player plays what it found', () => {
    for (const [rows, columns] of [
      [60, 90],
      [90, 60],
    ]) {
      const { weights } = sparse(rows, columns, 0.2);
      const { sequence } = factorOrthogonal({ weights, rows, columns });
      expect(farthest(replay(sequence), weights)).toBeLessThan(2e-6);
      const player = new RotationPlayer(sequence);
      player.step = player.total;
      expect(player.weights).toEqual(replay(sequence));
      expect(player.nonZeros).toBe(replayWithMask(sequence).mask.count());
    }
  });

  it('covers the non-zeros of the matrix, and needs far fewer rotations where it is sparse', () => {
    const made = sparse(80, 80, 0.05);
    const weights = replayDouble(made.sequence);
    const { sequence } = factorOrthogonal({ weights, rows: 80, columns: 80 });
    const { mask } = replayWithMask(sequence);
    made.mask.toBytes().forEach((kept, i) => {
      if (kept && Math.abs(weights[i]) > 1e-12) expect(mask.get(Math.floor(i / 80), i % 80)).toBe(true);
    });
    expect(sequence.first.length).toBeLessThan((80 * 79) / 2 / 3);
  });

  it('tells how much is done: more after each part, all after the last', () => {
    for (const [rows, columns] of [
      [7, 30],
      [30, 7],
      [12, 12],
    ]) {
      const shares: number[] = [];
      const weights = haarOrthogonal(rows, columns, Rng.fromSeed(1));
      factorOrthogonal({ weights, rows, columns, progress: (share) => shares.push(share) });
      expect(shares.length).toBeGreaterThan(Math.min(rows, columns));
      expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
      expect(shares[0]).toBeGreaterThan(0);
      expect(shares.at(-1)).toBe(1);
    }
  });

  it('needs no rotation for a permutation with signs', () => {
    const places = Uint32Array.from({ length: 30 }, (_, k) => k);
    Rng.fromSeed(3).shuffle(places);
    const weights = new Float64Array(20 * 30);
    for (let r = 0; r < 20; r++) weights[r * 30 + places[r]] = r % 3 === 0 ? -1 : 1;
    const { sequence } = factorOrthogonal({ weights, rows: 20, columns: 30 });
    expect(sequence.first.length).toBe(0);
    expect(replayDouble(sequence)).toEqual(weights);
  });

  it('keeps the determinant: a reflection needs a sign, a rotation an even number of them', () => {
    const determinantOf = (weights: Float64Array): number => {
      const { sequence } = factorOrthogonal({ weights, rows: 2, columns: 2 });
      const crossed = sequence.start![0] === 1 ? -1 : 1;
      return crossed * sequence.signs!.reduce((a, b) => a * b, 1);
    };
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    expect(determinantOf(Float64Array.of(c, s, -s, c))).toBe(1);
    expect(determinantOf(Float64Array.of(c, s, s, -c))).toBe(-1);
  });

  it('refuses what is not orthogonal, says how far it is off, and takes it with that tolerance', () => {
    const weights = haarOrthogonal(6, 9, Rng.fromSeed(1));
    weights[4] += 1e-3;
    let error = 0;
    try {
      factorOrthogonal({ weights, rows: 6, columns: 9 });
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'factor.not-orthogonal' });
      error = (thrown as { details: { error: number } }).details.error;
    }
    expect(error).toBeGreaterThan(1e-4);
    expect(() => factorOrthogonal({ weights, rows: 6, columns: 9, tolerance: error })).not.toThrow();
    expect(() => factorOrthogonal({ weights: weights.fill(0), rows: 6, columns: 9 })).toThrow(
      /orthogonal matrices are products of rotations\.$/,
    );
  });

  it('refuses numbers that are not finite and lengths that do not fit', () => {
    const weights = Float64Array.of(1, 0, 0, NaN);
    const attempt = (): unknown => factorOrthogonal({ weights, rows: 2, columns: 2 });
    expect(attempt).toThrow(expect.objectContaining({ code: 'factor.not-finite' }));
    expect(attempt).toThrow(/row 1, column 1/);
    expect(() => factorOrthogonal({ weights: new Float64Array(3), rows: 2, columns: 2 })).toThrow(
      expect.objectContaining({ code: 'linalg.size-mismatch' }),
    );
  });
});
