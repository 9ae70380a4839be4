import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { orthogonalKernelInParts } from '../../../../src/core/init/conv-orthogonal';
import { baseInitialisations } from '../../../../src/core/init/registry';
import { operatorIsometryErrorInParts } from '../../../../src/core/linalg/operator';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';
import { conv } from './conv-operator';

const draw = (shape: LayerShape, { gain = 1, seed = 1 } = {}) =>
  finish(baseInitialisations['conv-orthogonal']({ shape, gain, rng: Rng.fromSeed(seed) }));
const isometryError = (weights: Float32Array | Float64Array, shape: LayerShape, gain = 1) =>
  finish(operatorIsometryErrorInParts(weights, shape, [6, 5], gain));

describe('conv-orthogonal', () => {
  it('is an isometry to the last digits before it is rounded to float32, for any shape', () => {
    const input = fc.record({
      short: fc.integer({ min: 1, max: 12 }),
      more: fc.integer({ min: 0, max: 12 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(input, ({ short, more, kernel, seed }) => {
        const long = short + more;
        const taps = kernel[0] * kernel[1];
        const made = finish(orthogonalKernelInParts(short, long, kernel, Rng.fromSeed(seed)));
        const weights = new Float64Array(made.length);
        // short x taps x long to the matrix view of a convolution from `long` channels to `short`.
        made.forEach((value, at) => {
          const [vector, along] = [Math.floor(at / long), at % long];
          weights[(Math.floor(vector / taps) * long + along) * taps + (vector % taps)] = value;
        });
        expect(isometryError(weights, conv(short, long, kernel))).toBeLessThan(1e-13);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it.each<[string, LayerShape, number[]]>([
    ['3 x 3', conv(16, 12), [1, 2, 1, 2, 4, 2, 1, 2, 1].map((n) => n / 16)],
    ['2 x 2', conv(12, 16, [2, 2]), [1, 1, 1, 1].map((n) => n / 4)],
    ['1 x 4', conv(8, 8, [1, 4]), [1, 3, 3, 1].map((n) => n / 8)],
  ])('spreads its squares over the taps as the coins of its steps do: %s', (_, shape, shares) => {
    const draws = 80;
    const sums = shares.map(() => ({ first: 0, second: 0 }));
    for (let seed = 0; seed < draws; seed++) {
      const squares = shares.map(() => 0);
      draw(shape, { seed }).forEach((weight, i) => (squares[i % shares.length] += weight ** 2));
      const channels = Math.min(shape.rows, shape.columns / shares.length);
      squares.forEach((square, tap) => {
        sums[tap].first += square / channels;
        sums[tap].second += (square / channels) ** 2;
      });
    }
    sums.forEach(({ first, second }, tap) => {
      const mean = first / draws;
      const error = Math.sqrt((second / draws - mean ** 2) / draws);
      expect(Math.abs(mean - shares[tap])).toBeLessThan(4.5 * error);
      expect(error).toBeLessThan(0.02);
    });
  });

  it('is one weight of 1 or -1 a channel where each has a group, at a tap drawn for it', () => {
    const weights = draw(conv(500, 500, [3, 3], 500));
    const taps = new Set<number>();
    for (let channel = 0; channel < 500; channel++) {
      const kernel = [...weights.subarray(9 * channel, 9 * channel + 9)];
      expect(kernel.map(Math.abs).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
      taps.add(kernel.findIndex((weight) => weight !== 0));
    }
    // A corner takes four coins of one kind: 500 channels do not miss one of the four.
    expect(taps.size).toBe(9);
  });

  it('is multiplied by the gain and depends on the generator only', () => {
    const shape = conv(6, 4, [3, 3], 2);
    expect(draw(shape, { gain: 4 })).toEqual(draw(shape).map((weight) => 4 * weight));
    expect(isometryError(draw(shape, { gain: 1.7 }), shape, 1.7)).toBeLessThan(1e-6);
    expect(draw(shape)).toEqual(draw(shape));
    expect(draw(shape, { seed: 2 })).not.toEqual(draw(shape));
  });
});
