import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { replayDouble } from '../../../../src/core/givens';
import { exactOrthogonalConv } from '../../../../src/core/init/eoi-conv';
import { baseInitialisations } from '../../../../src/core/init/registry';
import { possibleLayerDegrees, sparseOrthogonalLayerInParts } from '../../../../src/core/init/sao-conv';
import { operatorIsometryErrorInParts, operatorSingularValuesInParts } from '../../../../src/core/linalg/operator';
import { singularValues } from '../../../../src/core/linalg/svd';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';
import { conv, operator } from '../init/conv-operator';

const normals = ({ rows, columns }: LayerShape, seed = 3): Float64Array => {
  const rng = Rng.fromSeed(seed);
  return new Float64Array(rows * columns).map(() => rng.normal());
};

const valuesOf = (weights: Float32Array | Float64Array, shape: LayerShape, size: number): Float64Array =>
  finish(operatorSingularValuesInParts(weights, shape, [size, size]));

const shapes: [string, LayerShape][] = [
  ['3 x 3', conv(4, 3)],
  ['more outputs, even kernel', conv(5, 2, [2, 3])],
  ['1 x 1', conv(4, 4, [1, 1])],
  ['grouped', conv(6, 4, [3, 3], 2)],
  ['depthwise', conv(4, 4, [3, 2], 4)],
  ['one weight', conv(1, 1, [1, 1])],
];

describe('singular values of a convolution', () => {
  it.each(shapes)('are those of the operator written out: %s', (_, shape) => {
    for (const size of [4, 5]) {
      const weights = normals(shape);
      const { matrix, height, width } = operator(shape, weights, [size, size]);
      const expected = singularValues(matrix, height, width);
      const found = valuesOf(weights, shape, size);
      // The written-out operator has as many more values, all 0, as it has rows or columns too many.
      expect(found.length).toBeLessThanOrEqual(expected.length);
      found.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(1e-10 * expected[0]));
      expect(expected.slice(found.length).every((value) => value < 1e-10 * expected[0])).toBe(true);
    }
  });

  it('count each group and place, also where one tap stands for all frequencies', () => {
    const shape = conv(6, 4, [3, 3], 2);
    const centred = finish(baseInitialisations['delta-orthogonal']({ shape, gain: 2, rng: Rng.fromSeed(1) }));
    expect([...valuesOf(centred, shape, 5)].map((value) => value.toFixed(6))).toEqual(
      Array(2 * 2 * 25).fill('2.000000'),
    );
    expect([...valuesOf(new Float32Array(6 * 18), shape, 4)]).toEqual(Array(2 * 2 * 16).fill(0));
  });

  it.each([
    ['as many outputs as inputs', conv(4, 4)],
    ['fewer outputs', conv(3, 5)],
    ['groups', conv(4, 8, [3, 3], 2)],
    ['an even kernel', conv(3, 4, [2, 2])],
  ])(
    'of exact orthogonal kernels are 1 at strides 2 and 3 too, where outputs are no more than inputs: %s',
    (_, shape) => {
      const density = 0.5;
      const drawn = exactOrthogonalConv({
        shape,
        density,
        convDensity: 'as-given',
        angles: 'uniform',
        rng: Rng.fromSeed(2),
        seed: 2,
      });
      for (const stride of [2, 3]) {
        const { matrix, height, width } = operator(shape, drawn.weights, [6, 6], stride);
        expect(height).toBe(shape.rows * (6 / stride) ** 2);
        singularValues(matrix, height, width).forEach((value) => expect(Math.abs(value - 1)).toBeLessThan(1e-6));
      }
    },
  );

  it('refuse a circle smaller than the kernel, weights of another size and what is not finite', () => {
    const shape = conv(2, 2);
    const code = (use: () => unknown): unknown => {
      try {
        use();
        return 'nothing was thrown';
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(code(() => valuesOf(normals(shape), shape, 2))).toBe('linalg.grid-too-small');
    expect(code(() => valuesOf(normals(shape).subarray(1), shape, 4))).toBe('linalg.size-mismatch');
    expect(code(() => valuesOf(normals(shape).fill(NaN), shape, 4))).toBe('linalg.non-finite');
  });
});

const errorOf = (weights: Float32Array | Float64Array, shape: LayerShape, gain = 1): number =>
  finish(operatorIsometryErrorInParts(weights, shape, [6, 5], gain));

const convolutions: [string, LayerShape][] = [
  ['square', conv(8, 8)],
  ['wide', conv(4, 12)],
  ['tall', conv(12, 4)],
  ['uneven kernel', conv(6, 6, [3, 5])],
  ['even kernel', conv(6, 4, [2, 4])],
  ['1 x 1', conv(6, 9, [1, 1])],
  ['grouped', conv(12, 8, [3, 3], 4)],
  ['depthwise', conv(6, 6, [3, 3], 6)],
];

describe('kernels that are meant to be isometries', () => {
  it.each(convolutions)('delta-orthogonal and conv-orthogonal: %s', (_, shape) => {
    for (const init of ['delta-orthogonal', 'conv-orthogonal'] as const) {
      const weights = finish(baseInitialisations[init]({ shape, gain: 1.5, rng: Rng.fromSeed(7) }));
      expect(errorOf(weights, shape, 1.5)).toBeLessThan(1e-6);
      valuesOf(weights, shape, 6).forEach((value) => expect(Math.abs(value - 1.5)).toBeLessThan(1e-6));
    }
  });

  it('conv-orthogonal has weights at every tap, delta-orthogonal at the centre', () => {
    const shape = conv(8, 8);
    const kept = (init: 'delta-orthogonal' | 'conv-orthogonal'): number =>
      finish(baseInitialisations[init]({ shape, gain: 1, rng: Rng.fromSeed(7) })).filter((w) => w !== 0).length;
    expect(kept('delta-orthogonal')).toBe(64);
    expect(kept('conv-orthogonal')).toBe(64 * 9);
  });

  it.each(convolutions)('exact orthogonal initialisation, in double precision too: %s', (_, shape) => {
    const { weights, sequences } = exactOrthogonalConv({
      shape,
      density: 0.4,
      convDensity: 'more-nonzeros',
      angles: 'uniform',
      rng: Rng.fromSeed(2),
      seed: 2,
    });
    expect(errorOf(weights, shape)).toBeLessThan(1e-6);
    const [height, width] = shape.kernel!;
    const taps = height * width;
    const centre = Math.floor((height - 1) / 2) * width + Math.floor((width - 1) / 2);
    const exact = new Float64Array(weights.length);
    const all = sequences.flatMap((sequence) => [...replayDouble(sequence)]);
    all.forEach((value, k) => (exact[k * taps + centre] = value));
    expect(errorOf(exact, shape)).toBeLessThan(1e-13);
  });

  it.each(convolutions)('sparse orthogonal initialisation keeps whole kernels: %s', (_, shape) => {
    const degrees = possibleLayerDegrees(shape);
    const degree = degrees[Math.floor(degrees.length / 2)];
    const request = { shape, degree, gain: 1, rng: Rng.fromSeed(4) };
    const { weights, mask } = finish(sparseOrthogonalLayerInParts(request));
    expect(errorOf(weights, shape)).toBeLessThan(1e-6);
    const taps = shape.kernel![0] * shape.kernel![1];
    for (let r = 0; r < shape.rows; r++)
      for (let c = 0; c < shape.columns; c++) expect(mask.get(r, c)).toBe(mask.get(r, Math.floor(c / taps) * taps));
    expect(finish(sparseOrthogonalLayerInParts({ ...request, rng: Rng.fromSeed(4) })).weights).toEqual(weights);
  });
});
