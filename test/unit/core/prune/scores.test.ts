import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomMask } from '../../../../src/core/init/base';
import { densityAt, prunesAt } from '../../../../src/core/prune/gradual';
import { graspScores } from '../../../../src/core/prune/grasp';
import { magnitudeScores } from '../../../../src/core/prune/magnitude';
import { randomScores } from '../../../../src/core/prune/random';
import { keepLargest, nextLevel, rewindCounts } from '../../../../src/core/prune/rewind';
import { countOnes, selectPerLayer } from '../../../../src/core/prune/select';
import { snipScores } from '../../../../src/core/prune/snip';
import { Rng } from '../../../../src/core/rng';
import { roundWeights, someLayers } from '../methods/layers';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;
const f32 = (...values: number[]): Float32Array => Float32Array.from(values);

describe('snipScores', () => {
  it('is |w g|, which is the loss gradient with respect to a factor c at 1', () => {
    // L(c) = (c1 w1 x1 + c2 w2 x2 - y)^2, so dL/dc_i = 2 (w.x - y) w_i x_i.
    const [w, x, y] = [[0.5, -2], [3, 0.25], 4];
    const loss = (c: number[]): number => (c[0] * w[0] * x[0] + c[1] * w[1] * x[1] - y) ** 2;
    const residual = w[0] * x[0] + w[1] * x[1] - y;
    const scores = snipScores(f32(...w), f32(...x.map((value) => 2 * residual * value)));
    const step = 1e-5;
    [0, 1].forEach((i) => {
      const at = (by: number): number => loss([0, 1].map((k) => (k === i ? 1 + by : 1)));
      expect(scores[i]).toBeCloseTo(Math.abs((at(step) - at(-step)) / (2 * step)), 5);
    });
  });

  it('does not vanish where a float32 product would', () => {
    expect(snipScores(f32(1e-30), f32(-1e-30))[0]).toBeGreaterThan(0);
  });
});

describe('graspScores', () => {
  it('keeps the weights whose removal costs the gradient flow most', () => {
    // L = 1/2 sum a_i w_i^2: g_i = a_i w_i, (H g)_i = a_i^2 w_i. The flow |g|^2 = sum a_i^2 w_i^2 loses most where |g_i| is
    // largest, so GraSP must keep exactly these; the sign of the public EOI code would keep the others (eoi.md 3.2).
    const [a, w] = [
      [3, 0.1, 2, -0.5],
      [1, 4, -2, 1],
    ];
    const scores = graspScores(f32(...w), f32(...a.map((value, i) => value ** 2 * w[i])));
    expect([...selectPerLayer({ name: 'w', scores }, 2)]).toEqual([1, 0, 1, 0]);
  });

  it('is the first-order change of the flow: removing w changes |g|^2 by -2 w (H g)', () => {
    // A coupled quadratic L = 1/2 w'Aw, with negative products among them.
    const A = [
      [2, -1, 0.5],
      [-1, 1, 0.3],
      [0.5, 0.3, 3],
    ];
    const w = [1, 0.8, -0.4];
    const times = (v: number[]): number[] => A.map((row) => row.reduce((sum, value, j) => sum + value * v[j], 0));
    const flow = (v: number[]): number => times(v).reduce((sum, g) => sum + g * g, 0);
    const scores = graspScores(f32(...w), Float64Array.from(times(times(w))));
    expect(Math.min(...scores)).toBeLessThan(0);
    w.forEach((_, i) => {
      const shrunk = w.map((value, k) => (k === i ? value * (1 - 1e-6) : value));
      expect((flow(w) - flow(shrunk)) / 1e-6).toBeCloseTo(2 * scores[i], 4);
    });
  });
});

describe("of any quadratic loss, L = w'Aw / 2 with a symmetric A", () => {
  const quadratic = fc.integer({ min: 1, max: 8 }).chain((size) => {
    const value = fc.double({ min: -2, max: 2, noNaN: true });
    return fc.record({
      w: fc.array(value, { minLength: size, maxLength: size }),
      a: fc.array(value, { minLength: size * size, maxLength: size * size }),
    });
  });
  const parts = ({ w, a }: { w: number[]; a: number[] }) => {
    const size = w.length;
    const at = (i: number, j: number): number => a[i * size + j] + a[j * size + i];
    const times = (v: number[]): number[] => v.map((_, i) => v.reduce((sum, value, j) => sum + at(i, j) * value, 0));
    const rounded = [...f32(...w)];
    return { size, times, rounded };
  };

  it('GraSP is half of how the flow |g|^2 falls as a weight is shrunk, whatever its sign', () => {
    fc.assert(
      fc.property(quadratic, (given) => {
        const { times, rounded } = parts(given);
        const flow = (v: number[]): number => times(v).reduce((sum, g) => sum + g * g, 0);
        const scores = graspScores(f32(...rounded), Float64Array.from(times(times(rounded))));
        rounded.forEach((_, i) => {
          const shrunk = (by: number): number[] => rounded.map((value, k) => (k === i ? value * (1 - by) : value));
          // Of a quadratic the central difference has no error but rounding.
          expect((flow(shrunk(-0.01)) - flow(shrunk(0.01))) / 0.02).toBeCloseTo(2 * scores[i], 6);
        });
      }),
      { seed: 61, numRuns: 100 },
    );
  });

  it('SNIP is how the loss changes by a factor of a weight, and knows no sign', () => {
    fc.assert(
      fc.property(quadratic, (given) => {
        const { times, rounded } = parts(given);
        const loss = (v: number[]): number => times(v).reduce((sum, g, i) => sum + (g * v[i]) / 2, 0);
        const gradient = f32(...times(rounded));
        const scores = snipScores(f32(...rounded), gradient);
        expect(snipScores(f32(...rounded.map((value) => -value)), gradient)).toEqual(scores);
        rounded.forEach((_, i) => {
          const scaled = (by: number): number[] => rounded.map((value, k) => (k === i ? value * (1 + by) : value));
          expect(scores[i]).toBeCloseTo(Math.abs((loss(scaled(0.01)) - loss(scaled(-0.01))) / 0.02), 4);
        });
      }),
      { seed: 62, numRuns: 100 },
    );
  });
});

it('a score needs as many gradients as weights', () => {
  expect(() => snipScores(f32(1, 2), f32(1), 'fc1')).toThrow(code('prune.size-mismatch'));
  expect(() => graspScores(f32(1, 2), f32(1), 'fc1')).toThrow(/"fc1".*1, 2 expected/);
});

it('magnitudes are absolute values, random scores come from the generator', () => {
  expect([...magnitudeScores(f32(-2, 0, 1))]).toEqual([2, 0, 1]);
  const draw = (name: string) => randomScores(1000, Rng.fromSeed(1).split(name));
  expect(draw('a')).toEqual(draw('a'));
  expect(draw('a')).not.toEqual(draw('b'));
  expect(new Set(draw('a')).size).toBe(1000);
});

describe('densityAt', () => {
  const schedule = { begin: 100, end: 500, every: 100, finalDensity: 0.1 };

  it('falls by the cube, in steps, from begin to end', () => {
    const at = [0, 99, 100, 199, 200, 300, 400, 499, 500, 9999].map((step) => densityAt(step, schedule));
    const cube = (share: number): number => 0.1 + 0.9 * (1 - share) ** 3;
    const wanted = [1, 1, 1, 1, cube(0.25), cube(0.5), cube(0.75), cube(0.75), 0.1, 0.1];
    at.forEach((density, i) => expect(density).toBeCloseTo(wanted[i], 12));
  });

  it('changes only at steps that prune', () => {
    const uneven = { begin: 3, end: 50, every: 7, finalDensity: 0.2, initialDensity: 0.9 };
    for (let step = 1; step < 60; step++)
      if (densityAt(step, uneven) !== densityAt(step - 1, uneven)) expect(prunesAt(step, uneven)).toBe(true);
    expect(prunesAt(50, uneven)).toBe(true);
    expect(prunesAt(51, uneven)).toBe(false);
  });

  it('refuses a schedule that goes nowhere', () => {
    for (const wrong of [
      { end: 100 },
      { begin: -1 },
      { every: 0 },
      { finalDensity: 0 },
      { initialDensity: 0.05 },
      { initialDensity: 2 },
    ])
      expect(() => densityAt(0, { ...schedule, ...wrong })).toThrow(code('prune.bad-schedule'));
    expect(() => densityAt(NaN, schedule)).toThrow(code('prune.bad-schedule'));
  });
});

describe('rewinding', () => {
  it('keeps .8^L of the weights, a whole number each', () => {
    const counts = rewindCounts(1_000_000, 13);
    // eoi.md 3.3: level 10 is .107, 13 is .055.
    expect(counts[10] / 1e6).toBeCloseTo(0.107, 3);
    expect(counts[13] / 1e6).toBeCloseTo(0.055, 3);
    expect(rewindCounts(11, 4)).toEqual([11, 8, 6, 4, 3]);
    expect(rewindCounts(5, 1)).toEqual([5, 4]);
  });

  it('prunes the lowest of what remains and lets nothing come back', () => {
    const layers = [
      { name: 'a', weights: f32(9, 0, -8, 7, 1), mask: Uint8Array.of(0, 1, 1, 1, 1) },
      { name: 'b', weights: f32(3, -2, 0.5, 10, 0), mask: Uint8Array.of(1, 1, 1, 1, 1) },
    ];
    const masks = nextLevel(layers);
    expect(masks[0][0]).toBe(0);
    // ceil(.2 * 9) = 2 go: the two zeros.
    expect(masks.map((mask) => [...mask])).toEqual([
      [0, 0, 1, 1, 1],
      [1, 1, 1, 1, 0],
    ]);
  });

  it('keeps exactly so many, the largest, one in each layer, and lets nothing come back', () => {
    fc.assert(
      fc.property(someLayers, fc.double({ min: 0, max: 1, noNaN: true }), ({ layers, seed }, share) => {
        // Every layer ten times as large as the one before: by magnitude alone the first would be emptied.
        const given = layers.map((shape, l) => ({
          name: shape.name,
          weights: roundWeights(shape, seed).map((value) => value * 10 ** l),
          mask: randomMask(
            shape.rows,
            shape.columns,
            Math.ceil((shape.rows * shape.columns) / 2),
            Rng.fromSeed(seed),
          ).toBytes(),
        }));
        const before = given.reduce((sum, { mask }) => sum + countOnes(mask), 0);
        const count = layers.length + Math.floor(share * (before - layers.length));
        const masks = keepLargest(given, count);
        expect(masks.reduce((sum, mask) => sum + countOnes(mask), 0)).toBe(count);
        masks.forEach((mask, l) => {
          const { weights, mask: earlier } = given[l];
          expect(mask.includes(1)).toBe(true);
          expect(mask.every((kept, i) => kept <= earlier[i])).toBe(true);
          const of = (bit: number) => [...weights.keys()].filter((i) => earlier[i] === 1 && mask[i] === bit);
          const least = Math.min(...of(1).map((i) => Math.abs(weights[i])));
          expect(least).toBeGreaterThanOrEqual(Math.max(0, ...of(0).map((i) => Math.abs(weights[i]))));
        });
        expect(() => keepLargest(given, layers.length - 1)).toThrow(code('prune.count-below-least'));
        expect(() => keepLargest(given, before + 1)).toThrow(code('prune.count-out-of-range'));
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  it('leaves a layer empty that was empty', () => {
    const layers = [
      { name: 'a', weights: f32(9, 8), mask: Uint8Array.of(0, 0) },
      { name: 'b', weights: f32(3, -2, 0), mask: Uint8Array.of(1, 1, 1) },
    ];
    expect(keepLargest(layers, 1).map((mask) => [...mask])).toEqual([
      [0, 0],
      [1, 0, 0],
    ]);
  });

  it('refuses what would prune everything or nothing', () => {
    expect(() => rewindCounts(3, 3)).toThrow(/at most 2 levels/);
    expect(() => rewindCounts(3, 3)).toThrow(code('prune.levels-empty'));
    for (const levels of [-1, 1.5, 1001]) expect(() => rewindCounts(3, levels)).toThrow(code('prune.bad-levels'));
    for (const share of [0, 1, NaN]) expect(() => rewindCounts(9, 1, share)).toThrow(code('prune.bad-share'));
    expect(() => nextLevel([{ name: 'a', weights: f32(1, NaN), mask: Uint8Array.of(1, 1) }])).toThrow(
      code('prune.non-finite'),
    );
  });
});
