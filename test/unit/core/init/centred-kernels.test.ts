/** Kernels made of rotations, by density (EOI, EIS) and towards a pattern: what they all are, whatever their shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { replayDouble, replayWithMask } from '../../../../src/core/givens';
import { randomMask } from '../../../../src/core/init/base';
import { centreTap } from '../../../../src/core/init/centre-tap';
import { minimumDensity } from '../../../../src/core/init/eoi';
import { exactOrthogonalConv, exactOrthogonalKernels } from '../../../../src/core/init/eoi-conv';
import { partLayer } from '../../../../src/core/init/fan';
import { guidedLayer } from '../../../../src/core/init/guided-kernels';
import { wantedOfMatrix, wantedOfWeight } from '../../../../src/core/init/wanted-kernels';
import type { Wanted } from '../../../../src/core/init/wanted-kernels';
import { singularValues } from '../../../../src/core/linalg/svd';
import { Mask } from '../../../../src/core/mask';
import { Rng } from '../../../../src/core/rng';
import type { RotationSequence } from '../../../../src/core/rotation-sequence';
import { orthogonalityError } from '../../../../src/core/spectrum';
import { conv, operator } from './conv-operator';

interface Made {
  weights: Float32Array;
  mask: Mask;
  sequences: RotationSequence[];
  heldDensity: number;
}

interface Case {
  shape: LayerShape;
  /** Of a circle, each at least 2. */
  picture: readonly [number, number];
  stride: number;
  share: number;
  gain: number;
  seed: number;
}

const upTo = (max: number, min = 1) => fc.integer({ min, max });
const someCase: fc.Arbitrary<Case> = fc
  .record({
    groups: upTo(3),
    outputs: upTo(5),
    inputs: upTo(5),
    kernel: fc.tuple(upTo(4), upTo(4)),
    picture: fc.tuple(upTo(4, 2), upTo(4, 2)),
    stride: upTo(2),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    gain: fc.constantFrom(1, 0.5, 2),
    seed: fc.nat(1e6),
  })
  .map(({ groups, outputs, inputs, kernel, ...rest }) => ({
    shape: conv(groups * outputs, groups * inputs, kernel, groups),
    ...rest,
  }));

/** A wanted pattern for each case: a random one of the weight, or of the matrix of every group. */
const wantedBy: Record<string, (c: Case, whole: boolean) => Wanted> = {
  'a mask of the weight': ({ shape, share, seed }, whole) => {
    const { outputs, inputs, taps } = partLayer(shape);
    const drawn = randomMask(
      shape.rows,
      shape.columns,
      Math.round(share * shape.rows * shape.columns),
      Rng.fromSeed(seed).split('wanted'),
    );
    // As many at the centres as are needed.
    const centre = centreTap(partLayer(shape));
    for (let r = 0; r < shape.rows; r++) drawn.set(r, ((r % outputs) % inputs) * taps + centre);
    return wantedOfWeight(shape, drawn, whole);
  },
  'a mask of the matrix': ({ shape, share, seed }, whole) => {
    const { outputs, inputs } = partLayer(shape);
    const least = Math.min(outputs, inputs);
    const count = least + Math.round(share * (outputs * inputs - least));
    return wantedOfMatrix(shape, randomMask(outputs, inputs, count, Rng.fromSeed(seed).split('wanted')), whole);
  },
};

interface Method {
  make: (c: Case) => Made;
  /** Kept besides the supports of the matrices, by the place: all taps of a kernel in use, or so many of any. */
  others: 'none' | 'kernels' | ((c: Case, held: number) => number);
}

const turning = ({ shape, gain, seed }: Case) => ({
  ...{ shape, gain, seed, angles: 'uniform' as const },
  rng: Rng.fromSeed(seed).split(shape.name),
});

const methods: Record<string, Method> = {
  EIS: {
    make: (c) => {
      const { outputs, inputs } = partLayer(c.shape);
      const least = minimumDensity(outputs, inputs);
      return exactOrthogonalKernels({ ...turning(c), density: least + c.share * (1 - least) });
    },
    others: 'kernels',
  },
};
const convDensity = (c: Case): { count: number; density: number } => {
  const { groups, outputs, inputs } = partLayer(c.shape);
  const [weights, least] = [c.shape.rows * c.shape.columns, groups * Math.min(outputs, inputs)];
  const count = least + Math.round(c.share * (weights - least));
  return { count, density: count / weights };
};
for (const rule of ['as-given', 'more-nonzeros'] as const)
  methods[`EOI, ${rule}`] = {
    make: (c) => exactOrthogonalConv({ ...turning(c), density: convDensity(c).density, convDensity: rule }),
    others: (c, held) => convDensity(c).count - held,
  };
for (const [name, wanted] of Object.entries(wantedBy))
  for (const wholeKernels of [false, true])
    methods[`guided by ${name}${wholeKernels ? ', whole kernels' : ''}`] = {
      make: (c) => guidedLayer({ ...turning(c), wanted: wanted(c, wholeKernels), wholeKernels }),
      others: wholeKernels
        ? 'kernels'
        : (c, held) => {
            const { fill, weight } = wanted(c, false);
            return fill ? Math.max(0, weight.count() - held) : 0;
          },
    };

describe.each(Object.entries(methods))('%s', (_, { make, others }) => {
  it('is orthogonal in each group, to 1e-13 in double precision, and its operator an isometry by the gain', () => {
    fc.assert(
      fc.property(someCase, (c) => {
        const { shape, picture, stride, gain } = c;
        const { outputs, inputs, groups } = partLayer(shape);
        const { sequences, weights } = make(c);
        expect(sequences).toHaveLength(groups);
        for (const sequence of sequences) {
          expect(orthogonalityError(replayDouble(sequence), outputs, inputs)).toBeLessThan(1e-13);
          expect(orthogonalityError(replayWithMask(sequence).weights, outputs, inputs)).toBeLessThan(1e-6);
        }
        // With a stride only some places of the picture are looked at: the others are the rest of the values, 0.
        const { matrix, height, width } = operator(shape, weights, picture, stride);
        const places = Math.ceil(picture[0] / stride) * Math.ceil(picture[1] / stride);
        const isometric = groups * Math.min(outputs, inputs) * places;
        singularValues(matrix, height, width).forEach((value, k) => {
          expect(Math.abs(value - (k < isometric ? gain : 0))).toBeLessThan(2e-6 * gain);
        });
      }),
      { seed: 91, numRuns: 40 },
    );
  });

  it('keeps the union of the supports of its matrices and what is kept beside them, to the weight', () => {
    fc.assert(
      fc.property(someCase, (c) => {
        const { shape, gain } = c;
        const { outputs, inputs, taps, kernel } = partLayer(shape);
        const { sequences, weights, mask, heldDensity } = make(c);
        const centre = Math.floor((kernel[0] - 1) / 2) * kernel[1] + Math.floor((kernel[1] - 1) / 2);
        const union = Mask.empty(shape.rows, shape.columns);
        const expected = new Float32Array(weights.length);
        let held = 0;
        sequences.forEach((sequence, group) => {
          const matrix = replayWithMask(sequence);
          held += matrix.mask.count();
          for (let o = 0; o < outputs; o++)
            for (let i = 0; i < inputs; i++) {
              if (!matrix.mask.get(o, i)) continue;
              const row = group * outputs + o;
              expected[row * shape.columns + i * taps + centre] = gain * matrix.weights[o * inputs + i];
              for (let tap = 0; tap < taps; tap++)
                if (others === 'kernels' || tap === centre) union.set(row, i * taps + tap);
            }
        });
        expect(weights).toEqual(expected);
        expect(heldDensity).toBeCloseTo(held / (shape.rows * inputs), 12);
        const more = typeof others === 'function' ? others(c, held) : 0;
        expect(mask.count()).toBe(union.count() + more);
        if (more === 0) expect(mask.equals(union)).toBe(true);
        else union.toBytes().forEach((kept, i) => expect(mask.toBytes()[i]).toBeGreaterThanOrEqual(kept));
      }),
      { seed: 92, numRuns: 60 },
    );
  });

  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(someCase, (c) => {
        expect(make(c)).toEqual(make(c));
      }),
      { seed: 93, numRuns: 25 },
    );
    const large = { shape: conv(16, 16, [3, 3], 2), picture: [2, 2], stride: 1, share: 0.4, gain: 1 } as const;
    expect(make({ ...large, seed: 1 }).weights).not.toEqual(make({ ...large, seed: 2 }).weights);
  });
});
