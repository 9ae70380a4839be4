import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedDensityCurve, expectedRotations, expintE1scaled } from '../../../src/core/expected-density';
import { Rng } from '../../../src/core/rng';

const densities = [0.02, 0.05, 0.1, 0.125, 0.2, 0.25, 0.5, 0.75, 0.9, 0.99];
/** First t with expected density >= d, for the densities above (eoi.md 1.2). */
const published: [axes: number, rotations: number[]][] = [
  [64, [9, 39, 64, 73, 93, 103, 146, 191, 237, 330]],
  // The reference table says 138 at 0.125; forty-digit arithmetic gives 0.12597 after 137 rotations.
  [100, [36, 84, 123, 137, 168, 185, 252, 323, 394, 542]],
  [128, [62, 124, 174, 192, 232, 253, 339, 430, 522, 711]],
  [256, [213, 337, 439, 474, 554, 597, 769, 953, 1137, 1517]],
  [512, [604, 854, 1057, 1127, 1288, 1373, 1719, 2087, 2456, 3219]],
  [1024, [1564, 2064, 2470, 2611, 2933, 3105, 3797, 4534, 5273, 6799]],
  [2048, [3840, 4840, 5653, 5935, 6580, 6923, 8309, 9782, 11261, 14315]],
];

describe('expectedDensityCurve', () => {
  it.each(published)('reaches the densities when published, %i axes', (axes, rotations) => {
    const curve = expectedDensityCurve(axes, rotations.at(-1)!);
    expect(densities.map((density) => curve.findIndex((value) => value >= density))).toEqual(rotations);
  });

  it('agrees with simulation within four standard errors', () => {
    const [axes, rotations, runs] = [24, 90, 3000];
    const rng = Rng.fromSeed(21);
    const sum = new Float64Array(rotations + 1);
    const squares = new Float64Array(rotations + 1);
    for (let run = 0; run < runs; run++) {
      // One row: which axes are in its support.
      const support = new Array<boolean>(axes).fill(false);
      support[0] = true;
      for (let t = 0; t <= rotations; t++) {
        const density = support.filter(Boolean).length / axes;
        sum[t] += density;
        squares[t] += density ** 2;
        const i = rng.below(axes);
        const j = (i + 1 + rng.below(axes - 1)) % axes;
        support[i] = support[j] = support[i] || support[j];
      }
    }
    expectedDensityCurve(axes, rotations).forEach((expected, t) => {
      const mean = sum[t] / runs;
      const error = Math.sqrt(Math.max(0, squares[t] / runs - mean ** 2) / runs);
      expect(Math.abs(mean - expected), `t = ${t}`).toBeLessThanOrEqual(4 * error + 1e-12);
    });
  });

  it('agrees with simulation for any number of axes, at any rotation', () => {
    const given = fc.record({
      axes: fc.integer({ min: 2, max: 40 }),
      rotations: fc.integer({ min: 1, max: 120 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(given, ({ axes, rotations, seed }) => {
        const runs = 400;
        const rng = Rng.fromSeed(seed);
        const densities = Array.from({ length: runs }, () => {
          const support = new Uint8Array(axes);
          support[0] = 1;
          for (let t = 0; t < rotations; t++) {
            const i = rng.below(axes);
            const j = (i + 1 + rng.below(axes - 1)) % axes;
            support[i] = support[j] = support[i] | support[j];
          }
          return support.reduce((sum, bit) => sum + bit, 0) / axes;
        });
        const mean = densities.reduce((a, b) => a + b, 0) / runs;
        const variance = densities.reduce((sum, density) => sum + (density - mean) ** 2, 0) / runs;
        // Five standard errors, and what a run that nearly never happens may be off by.
        const allowed = 5 * Math.sqrt(variance / runs) + 3 / runs;
        expect(Math.abs(expectedDensityCurve(axes, rotations)[rotations] - mean)).toBeLessThanOrEqual(allowed);
      }),
      { seed: 63, numRuns: 60 },
    );
  });

  it('starts at 1/m, rises, and stays at 1 for one axis', () => {
    const curve = expectedDensityCurve(50, 2000);
    expect(curve).toHaveLength(2001);
    expect(curve[0]).toBe(1 / 50);
    expect(curve[1]).toBeCloseTo((1 + 2 / 50) / 50, 15);
    for (let t = 1; t <= 2000; t++) expect(curve[t]).toBeGreaterThanOrEqual(curve[t - 1] - 1e-13);
    expect(curve[2000]).toBeCloseTo(1, 12);
    expect(Array.from(expectedDensityCurve(1, 2))).toEqual([1, 1, 1]);
    expect(Array.from(expectedDensityCurve(2, 2))).toEqual([0.5, 1, 1]);
  });
});

describe('closed form', () => {
  it('is the scaled exponential integral (Abramowitz and Stegun, tables 5.1 and 5.2)', () => {
    const table: [number, number][] = [
      [0.01, 4.0379295765],
      [0.5, 0.5597735948],
      [1, 0.2193839344],
      [2, 0.0489005107],
    ];
    for (const [y, e1] of table) expect(expintE1scaled(y) / Math.exp(y)).toBeCloseTo(e1, 10);
    expect(10 * expintE1scaled(10)).toBeCloseTo(0.915633339, 8);
    expect(1e6 * expintE1scaled(1e6)).toBeCloseTo(1 - 1e-6, 11);
    // Series and fraction meet at 1.
    expect(expintE1scaled(1 + 1e-12)).toBeCloseTo(expintE1scaled(1), 11);
    expect(expintE1scaled(0)).toBe(Infinity);
    expect(expintE1scaled(-1)).toBeNaN();
  });

  it('inverts to the published rotations within one', () => {
    for (const [axes, rotations] of published)
      rotations.forEach((count, i) => {
        const estimate = expectedRotations(axes, densities[i]);
        expect(Math.abs(estimate - count), `${axes} axes, density ${densities[i]}`).toBeLessThanOrEqual(1);
      });
  });

  it('inverts the chain', () => {
    const curve = expectedDensityCurve(256, 1500);
    for (let t = 100; t <= 900; t += 100) expect(Math.abs(expectedRotations(256, curve[t]) - t)).toBeLessThanOrEqual(1);
  });

  it('answers the ends and refuses what is no density', () => {
    expect(expectedRotations(64, 1 / 64)).toBe(0);
    expect(expectedRotations(64, 1e-9)).toBe(0);
    expect(expectedRotations(64, 1)).toBe(Infinity);
    for (const density of [0, 1.5, NaN])
      expect(() => expectedRotations(64, density)).toThrow(expect.objectContaining({ code: 'density.out-of-range' }));
  });
});
