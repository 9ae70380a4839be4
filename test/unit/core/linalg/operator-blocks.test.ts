import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { singularValues } from '../../../../src/core/linalg/svd';
import { operatorIsometryErrorInParts, operatorSingularValuesInParts } from '../../../../src/core/linalg/operator';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';
import { conv, operator } from '../init/conv-operator';

type Grid = readonly [number, number];

const gaussian = ({ rows, columns }: LayerShape, seed = 1): Float64Array => {
  const rng = Rng.fromSeed(seed);
  return new Float64Array(rows * columns).map(() => rng.normal());
};
const values = (weights: Float32Array | Float64Array, shape: LayerShape, grid: Grid) =>
  finish(operatorSingularValuesInParts(weights, shape, grid));
const isometryError = (weights: Float32Array | Float64Array, shape: LayerShape, grid: Grid, gain = 1) =>
  finish(operatorIsometryErrorInParts(weights, shape, grid, gain));
const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;

/** Against the dense operator, on which the frequencies are not used at all. */
function expectDense(weights: Float32Array | Float64Array, shape: LayerShape, grid: Grid): void {
  const found = values(weights, shape, grid);
  const { matrix, height, width } = operator(shape, weights, grid);
  const wanted = singularValues(matrix, height, width);
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - wanted[i])).toBeLessThan(1e-10);
  });
}

describe('operatorSingularValuesInParts', () => {
  it('are those of the dense matrix whatever taps are 0, in whatever groups', () => {
    const input = fc.record({
      groups: fc.integer({ min: 1, max: 3 }),
      outputs: fc.integer({ min: 1, max: 3 }),
      inputs: fc.integer({ min: 1, max: 3 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      more: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
      keep: fc.array(fc.constantFrom(0, 0, 1), { minLength: 27, maxLength: 27 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(input, ({ groups, outputs, inputs, kernel, more, keep, seed }) => {
        const shape = conv(groups * outputs, groups * inputs, kernel, groups);
        const taps = kernel[0] * kernel[1];
        const weights = gaussian(shape, seed).map((value, i) => {
          const group = Math.floor(i / (outputs * inputs * taps));
          return value * keep[group * 9 + (i % taps)];
        });
        expectDense(weights, shape, [kernel[0] + more[0], kernel[1] + more[1]]);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('of a linear layer are those of its matrix, once a position', () => {
    const shape: LayerShape = { name: 'fc', rows: 7, columns: 12 };
    const weights = gaussian(shape);
    const wanted = singularValues(weights, 7, 12);
    expect(values(weights, shape, [1, 1])).toEqual(wanted);
    expect(values(weights, shape, [2, 3])).toEqual(
      Float64Array.from({ length: 42 }, (_, i) => wanted[Math.floor(i / 6)]),
    );
  });

  it('have the sum of squares that the weights have, once a position (Parseval)', () => {
    const shape = conv(24, 16);
    const weights = gaussian(shape);
    const square = (all: Float64Array) => all.reduce((sum, value) => sum + value * value, 0);
    expect(square(values(weights, shape, [8, 7])) / (56 * square(weights))).toBeCloseTo(1, 12);
  });

  it('name what is wrong and where', () => {
    const shape = conv(4, 3);
    const weights = gaussian(shape);
    for (const grid of [
      [2, 3],
      [3, 2],
      [3.5, 3],
      [NaN, 3],
      [3, Infinity],
    ] as const) {
      expect(() => values(weights, shape, grid)).toThrow(code('linalg.grid-too-small'));
      expect(() => isometryError(weights, shape, grid)).toThrow(code('linalg.grid-too-small'));
    }
    expect(() => values(weights.subarray(1), shape, [4, 4])).toThrow(code('linalg.size-mismatch'));
    expect(() => values(weights, { ...shape, groups: 3 }, [4, 4])).toThrow(code('init.bad-groups'));
    expect(() => values(weights, shape, [2 ** 20, 2 ** 20])).toThrow(code('shape.too-large'));
    for (const gain of [0, -1, NaN])
      expect(() => isometryError(weights, shape, [4, 4], gain)).toThrow(code('init.bad-gain'));
    weights[2 * 27 + 5] = NaN;
    expect(() => values(weights, shape, [4, 4])).toThrow(/NaN at row 2, column 5;/);
    expect(isometryError(weights, shape, [4, 4])).toBeNaN();
  });
});

describe('operatorIsometryErrorInParts', () => {
  it('of a linear layer is that of its matrix by the gain', () => {
    const shape: LayerShape = { name: 'fc', rows: 7, columns: 12 };
    const weights = gaussian(shape);
    expect(isometryError(weights, shape, [1, 1], 2)).toBe(
      orthogonalityError(
        weights.map((w) => w / 2),
        7,
        12,
      ),
    );
  });

  it('bounds and is bounded by what the singular values say', () => {
    for (const shape of [conv(4, 3), conv(3, 4, [2, 3]), conv(6, 4, [3, 3], 2)])
      for (const size of [1e-3, 1]) {
        // Near a shift, which is an isometry, and far from it.
        const taps = (shape.kernel?.[0] ?? 1) * (shape.kernel?.[1] ?? 1);
        const inputs = shape.columns / taps;
        const outputs = shape.rows / (shape.groups ?? 1);
        const weights = gaussian(shape).map((value, i) => {
          const [o, channel] = [Math.floor(i / shape.columns) % outputs, Math.floor((i % shape.columns) / taps)];
          return 3 * (size * value + +(o === channel && i % taps === 1));
        });
        const far = Math.max(...values(weights, shape, [4, 5]).map((value) => Math.abs((value / 3) ** 2 - 1)));
        const error = isometryError(weights, shape, [4, 5], 3);
        expect(error).toBeLessThanOrEqual(far * (1 + 1e-9));
        // The norm of a Hermitian matrix is at most its size times its largest entry, of modulus up to sqrt(2) parts.
        expect(far).toBeLessThanOrEqual(Math.SQRT2 * Math.min(outputs, inputs) * error);
      }
  });
});
