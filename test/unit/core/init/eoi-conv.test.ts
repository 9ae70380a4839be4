import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { replay, replayDouble } from '../../../../src/core/givens';
import { exactOrthogonalConv, exactOrthogonalKernels } from '../../../../src/core/init/eoi-conv';
import type { ConvDensity, ConvEoi, ConvEoiRequest } from '../../../../src/core/init/eoi-conv';
import { singularValues } from '../../../../src/core/linalg/svd';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';
import { conv, operator } from './conv-operator';

const request = (shape: LayerShape, density: number, seed = 1): ConvEoiRequest => ({
  shape,
  density,
  angles: 'uniform',
  rng: Rng.fromSeed(seed),
  seed,
});

const make = (shape: LayerShape, density: number, convDensity: ConvDensity = 'as-given', seed = 1): ConvEoi =>
  exactOrthogonalConv({ ...request(shape, density, seed), convDensity });

const farFromOne = (shape: LayerShape, weights: Float32Array): number => {
  const { matrix, height, width } = operator(shape, weights, [4, 4]);
  return Math.max(...singularValues(matrix, height, width).map((value) => Math.abs(value - 1)));
};

describe('exactOrthogonalConv', () => {
  it.each<[string, LayerShape, number]>([
    ['3 x 3', conv(8, 6), 0.1],
    ['3 x 3, more outputs', conv(12, 5), 0.1],
    ['1 x 1', conv(8, 8, [1, 1]), 0.3],
    ['even kernel', conv(6, 6, [2, 4]), 0.2],
    ['5 x 1', conv(6, 4, [5, 1]), 0.2],
    ['grouped', conv(12, 8, [3, 3], 4), 0.2],
    ['depthwise', conv(6, 6, [3, 3], 6), 0.3],
    ['depthwise with a multiplier', conv(12, 6, [3, 3], 6), 0.3],
    ['one input', conv(9, 1), 0.3],
    ['one output', conv(1, 9), 0.3],
  ])('gives an operator whose singular values are all 1 under circular padding: %s', (_, shape, density) => {
    for (const convDensity of ['as-given', 'more-nonzeros'] as const)
      expect(farFromOne(shape, make(shape, density, convDensity).weights)).toBeLessThan(1e-6);
  });

  it('keeps exactly the weights asked for, all orthogonal, for any shape, rule and density', () => {
    const input = fc.record({
      outputs: fc.integer({ min: 1, max: 12 }),
      inputs: fc.integer({ min: 1, max: 12 }),
      groups: fc.integer({ min: 1, max: 5 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      convDensity: fc.constantFrom<ConvDensity>('as-given', 'more-nonzeros'),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(input, ({ outputs, inputs, groups, kernel, share, convDensity, seed }) => {
        const shape = conv(groups * outputs, groups * inputs, kernel, groups);
        const weights = shape.rows * shape.columns;
        const least = groups * Math.min(outputs, inputs);
        const count = Math.round(least + share * (weights - least));
        const made = make(shape, count / weights, convDensity, seed);
        expect(made.mask.count()).toBe(count);
        expect(made.density).toBe(count / weights);
        expect(made.sequences.length).toBe(groups);
        made.mask.toBytes().forEach((kept, i) => {
          if (!kept) expect(made.weights[i]).toBe(0);
        });
        for (const sequence of made.sequences) {
          expect(orthogonalityError(replayDouble(sequence), outputs, inputs)).toBeLessThan(1e-13);
          expect(orthogonalityError(replay(sequence), outputs, inputs)).toBeLessThan(1e-6);
        }
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('has the replay of each group at the centre, times the gain, and 0 at all other taps', () => {
    const shape = conv(12, 8, [3, 5], 2);
    const { weights, sequences } = exactOrthogonalConv({ ...request(shape, 0.5), convDensity: 'as-given', gain: 1.5 });
    const blocks = sequences.map((sequence) => replay(sequence));
    for (let o = 0; o < 12; o++)
      for (let i = 0; i < 4; i++)
        for (let tap = 0; tap < 15; tap++)
          expect(weights[o * 60 + i * 15 + tap]).toBe(
            tap === 7 ? Math.fround(1.5 * blocks[Math.floor(o / 6)][(o % 6) * 4 + i]) : 0,
          );
    expect(blocks[0]).not.toEqual(blocks[1]);
  });

  it('gives H the density of the rule asked for (eoi.md 1.3)', () => {
    const shape = conv(64, 64);
    // Two densities lie between the states at the stop: at most 2 * 64 non-zeros come with one rotation.
    const within = 128 / 64 ** 2;
    for (const [density, more] of [
      [0.1, Math.sqrt(0.1)],
      [0.01, 0.09],
      [0.9, Math.sqrt(0.9)],
    ]) {
      expect(Math.abs(make(shape, density).heldDensity - Math.max(density, 1 / 64))).toBeLessThan(within);
      expect(Math.abs(make(shape, density, 'more-nonzeros').heldDensity - more)).toBeLessThan(within);
    }
    expect(make(conv(64, 64, [1, 1]), 0.1, 'more-nonzeros').heldDensity).toBeLessThanOrEqual(0.1);
    expect(make(conv(6, 6), 1, 'as-given').mask.count()).toBe(6 * 6 * 9);
  });

  it('unmasks every free place alike', () => {
    const shape = conv(3, 2, [3, 1]);
    const places = new Float64Array(18);
    const rounds = 3000;
    for (let seed = 0; seed < rounds; seed++) {
      const { mask, sequences } = make(shape, 8 / 18, 'as-given', seed);
      const held = replay(sequences[0]).filter((value) => value !== 0).length;
      const chance = (8 - held) / (18 - held);
      mask.toBytes().forEach((kept, i) => {
        // Places off the centre tap are only kept by the draw.
        if (i % 3 !== 1) places[i] += kept - chance;
      });
    }
    // Standard deviation of a sum of 3000 such draws is at most sqrt(3000) / 2 = 27.
    for (const place of places) expect(Math.abs(place)).toBeLessThan(4.5 * 27.4);
  });

  it('depends on the generator only', () => {
    const shape = conv(8, 8, [3, 3], 2);
    expect(make(shape, 0.2)).toEqual(make(shape, 0.2));
    expect(make(shape, 0.2, 'as-given', 2).mask.equals(make(shape, 0.2).mask)).toBe(false);
  });

  it('refuses a density below one weight a channel and names the nearest, which works', () => {
    for (const shape of [conv(64, 32), conv(30, 30, [3, 3], 30), conv(12, 8, [5, 5], 4), conv(1, 7)]) {
      const attempt = (): unknown => make(shape, 1e-5);
      expect(attempt).toThrow(expect.objectContaining({ code: 'eoi.kernel-too-sparse' }));
      try {
        attempt();
      } catch (error) {
        const { nearest, least } = (error as { details: { nearest: number; least: number } }).details;
        expect(make(shape, nearest).mask.count()).toBeGreaterThanOrEqual(least);
      }
    }
  });

  it('refuses impossible requests', () => {
    for (const density of [0, -0.1, 1.1, NaN])
      expect(() => make(conv(3, 4), density)).toThrow(expect.objectContaining({ code: 'density.out-of-range' }));
    const groups = { ...conv(4, 4), groups: 3 };
    expect(() => make(groups, 0.5)).toThrow(expect.objectContaining({ code: 'init.bad-groups' }));
    const kernel = { ...conv(4, 4), columns: 35 };
    expect(() => make(kernel, 0.5)).toThrow(expect.objectContaining({ code: 'init.bad-kernel' }));
    expect(() => exactOrthogonalKernels({ ...request(conv(4, 4), 0.5), gain: 0 })).toThrow(
      expect.objectContaining({ code: 'init.bad-gain' }),
    );
    expect(() => exactOrthogonalKernels({ ...request(conv(4, 4), 0.5), angles: { fixed: 90 } })).toThrow(
      expect.objectContaining({ code: 'eoi.degenerate-angle' }),
    );
  });
});

describe('exactOrthogonalKernels', () => {
  it('keeps whole kernels where H is not 0, as many as H is dense', () => {
    for (const shape of [conv(32, 24), conv(24, 32, [3, 3], 2)]) {
      const { mask, weights, density, heldDensity } = exactOrthogonalKernels(request(shape, 0.25));
      expect(density).toBeCloseTo(heldDensity, 12);
      expect(Math.abs(heldDensity - 0.25)).toBeLessThan(0.04);
      const kept = mask.toBytes();
      for (let first = 0; first < kept.length; first += 9) {
        const sum = kept.subarray(first, first + 9).reduce((a, b) => a + b, 0);
        expect(sum).toBe(weights[first + 4] === 0 ? 0 : 9);
      }
      expect(farFromOne(conv(8, 6), exactOrthogonalKernels(request(conv(8, 6), 0.3)).weights)).toBeLessThan(1e-6);
    }
  });

  it('refuses a density below that of an orthogonal H', () => {
    expect(() => exactOrthogonalKernels(request(conv(32, 24), 0.01))).toThrow(
      expect.objectContaining({ code: 'eoi.density-too-low' }),
    );
  });
});
