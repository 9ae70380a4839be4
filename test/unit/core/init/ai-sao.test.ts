import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approximateIsometryInParts,
  approximateIsometryLayerInParts,
  structuralRank,
  unrepairableOf,
} from '../../../../src/core/init/ai';
import { maskedOrthogonal, randomMask } from '../../../../src/core/init/base';
import { deltaOrthogonalInParts } from '../../../../src/core/init/delta-orthogonal';
import { partLayer } from '../../../../src/core/init/fan';
import { nearestDegree, possibleDegrees, sparseOrthogonalInParts } from '../../../../src/core/init/sao';
import { singularValues } from '../../../../src/core/linalg/svd';
import { Mask } from '../../../../src/core/mask';
import { maximumMatching } from '../../../../src/core/matching';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';
import { conv } from './conv-operator';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;

const gaussian = (size: number, rng: Rng): Float32Array => new Float32Array(size).map(() => 0.3 * rng.normal());

const masked = (rows: number, columns: number, density: number, seed: number) =>
  maskedOrthogonal({ rows, columns, count: Math.round(density * rows * columns), rng: Rng.fromSeed(seed) });

describe('structural rank', () => {
  it('is what the values allow at best: that of random values at the kept places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), fc.nat(), (rows, columns, seed) => {
        const rng = Rng.fromSeed(seed);
        const mask = randomMask(rows, columns, Math.floor(0.15 * rows * columns), rng.split('mask'));
        const values = Float64Array.from(mask.toBytes(), (bit) => bit * (1 + rng.uniform()));
        const spectrum = singularValues(values, rows, columns);
        const { rank, unrepairable } = structuralRank(mask);
        expect(spectrum.filter((value) => value > 1e-9).length).toBe(rank);
        expect(unrepairable).toBe(Math.min(rows, columns) - rank);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});

describe('approximate isometry', () => {
  it('repairs every singular value but those that the mask makes zero', () => {
    const rng = Rng.fromSeed(7);
    // Three rows that share one column, and one without a weight: three dead directions, whatever the other rows are.
    const bytes = randomMask(60, 60, 1_000, rng.split('mask')).toBytes();
    bytes.fill(0, 0, 240);
    for (const row of [0, 1, 2]) bytes[60 * row + 5] = 1;
    const mask = Mask.fromBytes(bytes, 60, 60);
    const start = gaussian(3600, rng.split('weights'));
    const { weights, losses, residual } = finish(
      approximateIsometryInParts({ weights: start, mask, gain: 1, iterations: 10_000, learningRate: 0.01 }),
    );
    const { unrepairable } = structuralRank(mask);
    expect(unrepairable).toBe(3);
    const spectrum = singularValues(weights, 60, 60);
    expect(spectrum.filter((value) => value < 1e-3).length).toBe(unrepairable);
    expect(residual).toBeLessThan(0.5 * losses[0]);
    // Each dead direction leaves 1 on the diagonal of the error.
    expect(residual).toBeGreaterThanOrEqual(Math.sqrt(unrepairable) - 1e-9);
    mask.toBytes().forEach((bit, i) => {
      if (bit === 0) expect(weights[i]).toBe(0);
    });
  });

  it('repairs no more than the matching allows, from weights of any kind, and at times less', () => {
    let [unrepairables, stuck] = [0, 0];
    for (const [rows, columns, density] of [
      [40, 40, 0.05],
      [40, 40, 0.1],
      [40, 40, 0.2],
      [30, 60, 0.04],
      [60, 30, 0.04],
    ])
      for (const seed of [1, 2]) {
        const begin = masked(rows, columns, density, seed);
        const { unrepairable } = structuralRank(begin.mask);
        const zeros = (weights: Float32Array) => singularValues(weights, rows, columns).filter((v) => v < 1e-6).length;
        expect(zeros(begin.weights)).toBe(unrepairable);
        const { weights, residual } = finish(
          approximateIsometryInParts({ ...begin, gain: 1, iterations: 2000, learningRate: 0.1 }),
        );
        const left = zeros(weights);
        expect(left).toBeGreaterThanOrEqual(unrepairable);
        expect(residual).toBeGreaterThanOrEqual(Math.sqrt(left) - 1e-6);
        unrepairables += unrepairable;
        // Descent may come to rest where singular values that a permutation on the mask has at 1 are 0.
        stuck += left - unrepairable;
      }
    expect(unrepairables).toBeGreaterThan(20);
    expect(stuck).toBeGreaterThan(0);
  });

  it('of any mask, from where its matching stands out, leaves exactly the unrepairable at 0', () => {
    let some = 0;
    const side = fc.integer({ min: 1, max: 14 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        fc.nat(1e6),
        (rows, columns, share, seed) => {
          const rng = Rng.fromSeed(seed);
          const mask = randomMask(rows, columns, Math.ceil(share * rows * columns), rng.split('mask'));
          const start = Float32Array.from(mask.toBytes(), (bit) => bit * 0.02 * rng.normal());
          maximumMatching(mask).columnOfRow.forEach((column, row) => {
            if (column >= 0) start[row * columns + column] = 0.7 + 0.6 * rng.uniform();
          });
          const { unrepairable } = structuralRank(mask);
          const { weights } = finish(
            approximateIsometryInParts({ weights: start, mask, gain: 1, iterations: 400, learningRate: 0.01 }),
          );
          const spectrum = singularValues(weights, rows, columns);
          expect(spectrum.filter((value) => value < 1e-6).length).toBe(unrepairable);
          expect(spectrum.filter((value) => value < 0.5).length).toBe(unrepairable);
          some += Number(unrepairable > 0);
        },
      ),
      { seed: 66, numRuns: 60 },
    );
    expect(some).toBeGreaterThan(15);
  });

  it('has the matching as a point of rest, which leaves exactly the unrepairable at 0', () => {
    for (const seed of [1, 2, 3]) {
      const { mask } = masked(40, 50, 0.03, seed);
      const { unrepairable } = structuralRank(mask);
      const weights = new Float32Array(40 * 50);
      maximumMatching(mask).columnOfRow.forEach((column, row) => {
        if (column >= 0) weights[row * 50 + column] = 1.5;
      });
      const found = finish(approximateIsometryInParts({ weights, mask, gain: 1.5, iterations: 50, learningRate: 0.1 }));
      expect(found.weights).toEqual(weights);
      expect(found.residual).toBeCloseTo(1.5 ** 2 * Math.sqrt(unrepairable), 10);
      expect(unrepairable).toBeGreaterThan(0);
    }
  });

  it.each([
    [9, 20],
    [20, 9],
  ])('goes down the gradient of the norm, %i x %i', (rows, columns) => {
    const rng = Rng.fromSeed(3);
    const mask = randomMask(rows, columns, 70, rng.split('mask'));
    const start = gaussian(rows * columns, rng.split('weights'));
    const norm = (weights: Float32Array): number =>
      finish(approximateIsometryInParts({ weights, mask, gain: 1.3, iterations: 1, learningRate: 1 })).losses[0];
    const rate = 1e-3;
    const step = finish(
      approximateIsometryInParts({ weights: start, mask, gain: 1.3, iterations: 1, learningRate: rate }),
    );
    mask.toBytes().forEach((bit, i) => {
      if (bit === 0) return;
      const moved = (by: number): Float32Array => start.map((value, j) => (j === i ? value + by : value));
      const slope = (norm(moved(1e-3)) - norm(moved(-1e-3))) / 2e-3;
      expect((start[i] - step.weights[i]) / rate).toBeCloseTo(slope, 2);
    });
  });

  it('ends where there is nothing to do, and refuses what it cannot begin with', () => {
    const weights = Float32Array.of(1, 0, 0, 1);
    const request = { weights, mask: Mask.full(2, 2), gain: 1, iterations: 3, learningRate: 0.1 };
    expect(finish(approximateIsometryInParts(request)).weights).toEqual(weights);
    expect(() => finish(approximateIsometryInParts({ ...request, gain: 0 }))).toThrow(code('init.bad-gain'));
    expect(() => finish(approximateIsometryInParts({ ...request, mask: Mask.full(3, 2) }))).toThrow(
      code('init.mask-mismatch'),
    );
    for (const iterations of [0, 1.5, 1e9, NaN])
      expect(() => finish(approximateIsometryInParts({ ...request, iterations }))).toThrow(code('init.bad-iterations'));
    for (const learningRate of [0, -1, NaN, Infinity])
      expect(() => finish(approximateIsometryInParts({ ...request, learningRate }))).toThrow(
        code('init.bad-learning-rate'),
      );
    const wild = { ...request, weights: Float32Array.of(1e20, 0, 0, 1e20), learningRate: 1e30, iterations: 40 };
    expect(() => finish(approximateIsometryInParts(wild))).toThrow(code('init.not-finite'));
  });
});

describe('approximate isometry of groups', () => {
  it('leaves a depthwise kernel that is an isometry as it is', () => {
    const shape = conv(32, 32, [3, 3], 32);
    const weights = finish(deltaOrthogonalInParts({ shape, gain: 1, rng: Rng.fromSeed(3) }));
    const mask = Mask.full(32, 9);
    const request = { shape, weights, mask, gain: 1, iterations: 20, learningRate: 0.1 };
    const found = finish(approximateIsometryLayerInParts(request));
    expect(found.weights).toEqual(weights);
    expect(found.residual).toBe(0);
    expect(unrepairableOf(shape, mask)).toBe(0);
    // Taken as one matrix, 32 rows of 9 columns, the same kernel would be far from one, and shrunk.
    const flat = finish(approximateIsometryInParts(request));
    expect(Math.hypot(...flat.weights)).toBeLessThan(0.9 * Math.hypot(...weights));
  });

  it('is that of each group by itself, of stacked matrices too', () => {
    for (const shape of [conv(12, 8, [3, 2], 2), { name: 'qkv', rows: 24, columns: 8, stack: 3 }]) {
      const { rows, columns } = shape;
      const { groups, outputs } = partLayer(shape);
      const rng = Rng.fromSeed(11);
      const mask = randomMask(rows, columns, Math.round(0.25 * rows * columns), rng.split('mask'));
      const weights = gaussian(rows * columns, rng.split('weights'));
      const settings = { gain: 1.2, iterations: 40, learningRate: 0.05 };
      const whole = finish(approximateIsometryLayerInParts({ shape, weights, mask, ...settings }));
      let [initialSquares, squares, unrepairable] = [0, 0, 0];
      for (let g = 0; g < groups; g++) {
        const [from, to] = [g * outputs * columns, (g + 1) * outputs * columns];
        const own = Mask.fromBytes(mask.toBytes().slice(from, to), outputs, columns);
        const part = { weights: weights.slice(from, to), mask: own };
        const found = finish(approximateIsometryInParts({ ...part, ...settings }));
        expect(whole.weights.slice(from, to)).toEqual(found.weights);
        initialSquares += found.losses[0] ** 2;
        squares += found.residual ** 2;
        unrepairable += structuralRank(own).unrepairable;
      }
      expect(whole.residual).toBeCloseTo(Math.sqrt(squares), 12);
      expect(whole.initialResidual).toBeCloseTo(Math.sqrt(initialSquares), 12);
      expect(whole.residual).toBeLessThan(whole.initialResidual);
      // Steps as long as the weights themselves lead away from it.
      const diverged = finish(approximateIsometryLayerInParts({ shape, weights, mask, ...settings, learningRate: 5 }));
      expect(diverged.initialResidual).toBe(whole.initialResidual);
      expect(diverged.residual).toBeGreaterThan(diverged.initialResidual);
      expect(unrepairableOf(shape, mask)).toBe(unrepairable);
      expect(() => unrepairableOf(shape, Mask.full(3, 3))).toThrow(code('init.mask-mismatch'));
    }
  });
});

describe('sparse orthogonal of a degree', () => {
  it.each([
    [128, 128, 16],
    [100, 784, 196],
    [784, 100, 392],
    [1, 30, 30],
    [30, 1, 30],
    [12, 18, 6],
  ])('%i x %i, degree %i', (rows, columns, degree) => {
    const request = { rows, columns, degree, gain: 1, rng: Rng.fromSeed(2) };
    const { weights, mask } = finish(sparseOrthogonalInParts(request));
    expect(orthogonalityError(weights, rows, columns)).toBeLessThan(1e-6);
    expect(mask.count()).toBe(Math.min(rows, columns) * degree);
    expect(mask.toBytes().every((bit, i) => bit === 1 || weights[i] === 0)).toBe(true);
    const twice = finish(sparseOrthogonalInParts({ ...request, gain: 2, rng: Rng.fromSeed(2) })).weights;
    expect(twice).toEqual(weights.map((value) => Math.fround(2 * value)));
  });

  it('takes any degree that divides, and names those that do for any other', () => {
    const side = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 24 }));
    const degrees = fc.oneof(fc.integer({ min: -2, max: 30 }), fc.constantFrom(NaN, Infinity, -Infinity, 1.5));
    fc.assert(
      fc.property(side, side, degrees, fc.nat(1e6), (rows, columns, degree, seed) => {
        const make = (of: number) =>
          finish(sparseOrthogonalInParts({ rows, columns, degree: of, gain: 1, rng: Rng.fromSeed(seed) }));
        const check = (of: number): void => {
          const { weights, mask } = make(of);
          expect(mask.count()).toBe(Math.min(rows, columns) * of);
          expect(orthogonalityError(weights, rows, columns)).toBeLessThan(1e-6);
        };
        if (possibleDegrees(rows, columns).includes(degree)) check(degree);
        else
          try {
            make(degree);
            expect.unreachable();
          } catch (error) {
            expect(error).toMatchObject({ code: 'init.degree-does-not-divide' });
            const { message, details } = error as { message: string; details: { nearest: number[] } };
            expect(details.nearest.length).toBeGreaterThan(0);
            expect(message).toContain(`Use ${details.nearest.join(' or ')}.`);
            details.nearest.forEach(check);
          }
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it('refuses a degree that does not divide, with those that do, and never searches', () => {
    expect(() =>
      finish(sparseOrthogonalInParts({ rows: 100, columns: 100, degree: 7, gain: 1, rng: Rng.fromSeed(1) })),
    ).toThrow(
      expect.objectContaining({
        code: 'init.degree-does-not-divide',
        message: expect.stringMatching(/5 or 10/) as string,
      }),
    );
    expect(possibleDegrees(100, 784)).toEqual([196, 392, 784]);
    expect([nearestDegree(128, 128, 0.1), nearestDegree(128, 128, 1), nearestDegree(100, 784, 0.01)]).toEqual([
      16, 128, 196,
    ]);
  });
});
