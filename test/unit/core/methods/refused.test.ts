/** Bad input of every method: a coded error with what would work, and what would work does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distribute } from '../../../../src/core/density';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { updateMask } from '../../../../src/core/dst/update';
import { isSparseError } from '../../../../src/core/errors';
import type { SparseError } from '../../../../src/core/errors';
import { approximateIsometryInParts } from '../../../../src/core/init/ai';
import { exactOrthogonal, minimumDensity } from '../../../../src/core/init/eoi';
import { exactOrthogonalConv, exactOrthogonalKernels } from '../../../../src/core/init/eoi-conv';
import { partLayer } from '../../../../src/core/init/fan';
import { applyMask, baseInitialisations } from '../../../../src/core/init/registry';
import { intersectionOverUnion, Mask } from '../../../../src/core/mask';
import { finish } from '../../../../src/core/parts';
import { keepLargest, nextLevel, rewindCounts } from '../../../../src/core/prune/rewind';
import { selectGlobal } from '../../../../src/core/prune/select';
import { synflow, synflowInParts } from '../../../../src/core/prune/synflow';
import { Rng } from '../../../../src/core/rng';
import { anyShape, byMagnitude, roundWeights, someLayers } from './layers';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;
const ones = (masks: readonly Uint8Array[]): number =>
  masks.reduce((sum, mask) => sum + mask.reduce((a, b) => a + b, 0), 0);

function refusal(use: () => unknown): SparseError | undefined {
  try {
    use();
    return undefined;
  } catch (error) {
    if (isSparseError(error)) return error;
    throw error;
  }
}

const drawing = { angles: 'uniform', seed: 1 } as const;
const rng = (): Rng => Rng.fromSeed(1);
const weighted = (layers: readonly LayerShape[]) =>
  layers.map((shape) => ({ ...shape, groups: undefined, weights: roundWeights(shape, 3) }));
const chain = [
  { name: 'a', rows: 6, columns: 5 },
  { name: 'b', rows: 4, columns: 6 },
];

/** Everything that takes a density; what it keeps of `chain` or of a 6 x 5 layer, and of how many weights. */
const byDensity: Record<string, (density: number) => [kept: number, of: number]> = {
  uniform: (density) => [distribute(chain, density, 'uniform').reduce((sum, { count }) => sum + count, 0), 54],
  'uniform-plus': (density) => [
    distribute(chain, density, 'uniform-plus').reduce((sum, { count }) => sum + count, 0),
    54,
  ],
  ER: (density) => [distribute(chain, density, 'er').reduce((sum, { count }) => sum + count, 0), 54],
  ERK: (density) => [distribute(chain, density, 'erk').reduce((sum, { count }) => sum + count, 0), 54],
  balanced: (density) => [distribute(chain, density, 'balanced').reduce((sum, { count }) => sum + count, 0), 54],
  SynFlow: (density) => [ones(synflow(weighted(chain), density, 5).masks), 54],
  magnitude: (density) => [ones(byMagnitude(weighted(chain), density, 'global')), 54],
  'magnitude, each layer': (density) => [ones(byMagnitude(weighted(chain), density, 'per-layer')), 54],
  'exact orthogonal': (density) => [
    exactOrthogonal({ ...drawing, rows: 6, columns: 5, density, rng: rng() }).mask.count(),
    30,
  ],
  'exact orthogonal convolutions': (density) => [
    exactOrthogonalConv({ ...drawing, shape: chain[0], density, convDensity: 'as-given', rng: rng() }).mask.count(),
    30,
  ],
  'whole kernels': (density) => [
    exactOrthogonalKernels({ ...drawing, shape: chain[0], density, rng: rng() }).mask.count(),
    30,
  ],
};

describe.each(Object.entries(byDensity))('%s', (_, keep) => {
  it.each([0, -0, -0.1, 1 + 1e-12, 2, NaN, Infinity, -Infinity])('refuses density %f', (density) => {
    expect(() => keep(density)).toThrow(code('density.out-of-range'));
  });

  it('keeps all at density 1', () => {
    const [kept, of] = keep(1);
    expect(kept).toBe(of);
  });
});

describe('a density below the least', () => {
  it('of a matrix: the nearest that is told can be had', () => {
    const side = fc.integer({ min: 1, max: 200 });
    const below = fc.double({ min: 1e-12, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(side, side, below, (rows, columns, share) => {
        fc.pre(Math.max(rows, columns) > 1);
        const make = (density: number) => exactOrthogonal({ ...drawing, rows, columns, density, rng: rng() });
        const error = refusal(() => make(share * minimumDensity(rows, columns)));
        expect(error?.code).toBe('eoi.density-too-low');
        expect(make(error?.details?.nearest as number).mask.count()).toBeGreaterThanOrEqual(Math.min(rows, columns));
      }),
      { seed: 51, numRuns: 100 },
    );
  });

  it('of any kernel, grouped or not: the nearest that is told can be had', () => {
    fc.assert(
      fc.property(anyShape, fc.double({ min: 1e-12, max: 1, noNaN: true }), (shape, share) => {
        const named = { ...shape, name: 'conv' };
        const { groups, outputs, inputs } = partLayer(named);
        const least = groups * Math.min(outputs, inputs);
        const make = (density: number) =>
          exactOrthogonalConv({ ...drawing, shape: named, density, convDensity: 'as-given', rng: rng() }).mask.count();
        const density = (share * (least - 0.51)) / (shape.rows * shape.columns);
        fc.pre(density > 0);
        const error = refusal(() => make(density));
        expect(error?.code).toBe('eoi.kernel-too-sparse');
        expect(make(error?.details?.nearest as number)).toBeGreaterThanOrEqual(least);
      }),
      { seed: 52, numRuns: 100 },
    );
  });

  it('of pruned layers: the nearest that is told empties none', () => {
    fc.assert(
      fc.property(someLayers, fc.double({ min: 1e-9, max: 0.6, noNaN: true }), ({ layers }, density) => {
        // Layer by layer ten times as large, so that the small ones are the first to be emptied.
        const given = layers.map((shape, l) => ({
          name: shape.name,
          weights: roundWeights(shape, 3).map((value, i) => (1 + Math.abs(value) + i / 1e3) * 10 ** l),
        }));
        for (const scope of ['global', 'per-layer'] as const) {
          let wanted = density;
          // Each layer alone is told its own: one step for each at most.
          for (let step = 0; ; step++) {
            const error = refusal(() => byMagnitude(given, wanted, scope));
            if (!error) break;
            expect(error.code).toBe('prune.empty-layer');
            expect(error.message).toContain(`"${String(error.details?.layer)}"`);
            expect(error.details?.nearest).toBeGreaterThan(wanted);
            wanted = error.details?.nearest as number;
            expect(step).toBeLessThan(scope === 'global' ? 1 : layers.length);
          }
          for (const mask of byMagnitude(given, wanted, scope)) expect(mask.includes(1)).toBe(true);
        }
      }),
      { seed: 53, numRuns: 60 },
    );
  });

  it('of a chain: SynFlow tells one with a weight for every layer', () => {
    for (const [density, layer] of [
      [1e-9, 'a'],
      [0.5 / 54, 'b'],
      [1.4 / 54, 'b'],
    ] as const) {
      const error = refusal(() => synflow(weighted(chain), density));
      expect(error).toMatchObject({ code: 'prune.count-below-least', details: { layer } });
      const { masks } = synflow(weighted(chain), error?.details?.nearest as number);
      expect(masks.map((mask) => ones([mask]))).toEqual([1, 1]);
    }
  });
});

describe('scores that are no numbers', () => {
  it('are refused wherever one stands, with its layer and place', () => {
    const wrong = fc.constantFrom(NaN, Infinity, -Infinity);
    fc.assert(
      fc.property(someLayers, fc.nat(), fc.nat(), wrong, ({ layers }, l, i, value) => {
        const given = layers.map((shape) => ({ name: shape.name, weights: roundWeights(shape, 4) }));
        const spoilt = given[l % given.length];
        const index = i % spoilt.weights.length;
        spoilt.weights[index] = value;
        const scores = given.map(({ name, weights }) => ({ name, scores: weights }));
        const masks = given.map(({ weights }) => new Uint8Array(weights.length).fill(1));
        const details = { layer: spoilt.name, index };
        for (const use of [
          () => selectGlobal(scores, 3),
          () => byMagnitude(given, 0.5, 'global'),
          () => nextLevel(given.map((layer, k) => ({ ...layer, mask: masks[k] }))),
        ])
          expect(refusal(use)).toMatchObject({ code: 'prune.non-finite', details });
      }),
      { seed: 54, numRuns: 100 },
    );
  });

  it('are refused by SynFlow and by updates of the mask', () => {
    for (const value of [NaN, Infinity]) {
      const [a, b] = weighted(chain);
      b.weights[7] = value;
      expect(refusal(() => synflow([a, b], 0.5))).toMatchObject({
        code: 'prune.non-finite',
        details: { layer: 'b', index: 7 },
      });
      const mask = new Uint8Array(24).fill(1, 0, 12);
      const p = { name: 'b', weights: b.weights, mask, gradients: b.weights, fraction: 0.5, rng: rng() };
      for (const method of ['set', 'rigl'] as const)
        expect(refusal(() => updateMask({ ...p, method }))).toMatchObject({
          code: 'dst.non-finite',
          details: { layer: 'b', index: 7 },
        });
    }
  });
});

it('scores that are all equal say nothing, unless all or none are kept', () => {
  fc.assert(
    fc.property(someLayers, fc.double({ noNaN: true, noDefaultInfinity: true }), ({ layers, seed }, value) => {
      const scores = layers.map(({ name, rows, columns }) => ({
        name,
        scores: new Float64Array(rows * columns).fill(value),
      }));
      const weights = scores.reduce((sum, layer) => sum + layer.scores.length, 0);
      const some = 1 + (seed % (weights - 1));
      expect(refusal(() => selectGlobal(scores, some))?.code).toBe('prune.all-equal');
      expect(ones(selectGlobal(scores, 0))).toBe(0);
      expect(ones(selectGlobal(scores, weights))).toBe(weights);
    }),
    { seed: 55, numRuns: 50 },
  );
  const flat = weighted(chain).map((layer) => ({ ...layer, weights: layer.weights.fill(-0.5) }));
  for (const scope of ['global', 'per-layer'] as const)
    expect(refusal(() => byMagnitude(flat, 0.5, scope))?.code).toBe('prune.all-equal');
  // Of so few weights the first rounds keep all.
  const square = ['a', 'b'].map((name) => ({ name, rows: 4, columns: 4, weights: new Float32Array(16).fill(2) }));
  expect(refusal(() => synflow(square, 0.5))?.code).toBe('prune.all-equal');
});

describe('weights in training that are all equal in magnitude say nothing about which to drop', () => {
  /** Halves of the weights kept, every one v or -v; what is pruned is 0 and does not count. */
  const alike = ({ layers, seed, value }: { layers: readonly LayerShape[]; seed: number; value: number }) =>
    layers.map((shape) => {
      const draws = Rng.fromSeed(seed).split(shape.name);
      const size = shape.rows * shape.columns;
      const mask = new Uint8Array(size).map(() => draws.below(2));
      mask[0] = 1;
      return {
        name: shape.name,
        mask,
        weights: Float32Array.from(mask, (bit) => bit * value * (2 * draws.below(2) - 1)),
      };
    });
  const value = fc.oneof(fc.constant(0), fc.float({ noNaN: true, noDefaultInfinity: true }));

  it('tickets, gradual and one-shot pruning', () => {
    fc.assert(
      fc.property(someLayers, value, ({ layers, seed }, of) => {
        const given = alike({ layers, seed, value: of });
        const kept = ones(given.map(({ mask }) => mask));
        const some = 1 + (seed % (kept - 1));
        for (const use of [() => keepLargest(given, some), () => nextLevel(given)])
          expect(refusal(use)).toMatchObject({ code: 'prune.all-equal' });
        expect(refusal(() => keepLargest(given, some))?.message).toContain(`${kept} weights`);
        expect(keepLargest(given, kept)).toEqual(given.map(({ mask }) => mask));
        // One that differs is enough.
        given[0].weights[0] = Math.fround(Math.abs(of) / 2 + 1);
        fc.pre(given[0].weights[0] !== Math.abs(of));
        expect(ones(keepLargest(given, Math.max(some, layers.length)))).toBe(Math.max(some, layers.length));
      }),
      { seed: 59, numRuns: 60 },
    );
  });

  it('SET and RigL, by the layer; RigL grows by the hash where all gradients are 0', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 60 }),
        value,
        fc.nat(1e6),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (size, of, seed, share) => {
          const [layer] = alike({ layers: [{ name: 'fc1', rows: 1, columns: size }], seed, value: of });
          const kept = ones([layer.mask]);
          fc.pre(kept >= 2 && kept < size);
          // At least one of them is dropped, and one is not.
          const fraction = (1 + Math.floor(share * (kept - 1.5))) / kept;
          const gradients = new Float32Array(size);
          for (const method of ['set', 'rigl'] as const) {
            const update = (change = {}) =>
              updateMask({ ...layer, method, gradients, fraction, rng: Rng.fromSeed(seed), ...change });
            expect(refusal(update)).toMatchObject({ code: 'dst.all-equal', details: { layer: 'fc1' } });
            expect(update({ fraction: 0 }).mask).toEqual(layer.mask);
            expect(ones([update({ fraction: 1 }).mask])).toBe(kept);
            const weights = roundWeights({ name: 'fc1', rows: 1, columns: size }, seed).map(
              (w, i) => (w + i) * layer.mask[i],
            );
            const { drop, grow, mask } = update({ weights });
            expect([grow.length, ones([mask])]).toEqual([drop.length, kept]);
            expect(update({ weights })).toEqual(update({ weights }));
            const alikeToo = refusal(() =>
              update({ weights, gradients: gradients.map((_, i) => (i % 2 ? 0.5 : -0.5)) }),
            );
            expect(alikeToo?.code).toBe(method === 'rigl' ? 'dst.all-equal' : undefined);
          }
        },
      ),
      { seed: 60, numRuns: 100 },
    );
  });

  it('but of a dense layer, where nothing can change, nothing has to be told apart', () => {
    const p = { name: 'fc1', weights: new Float32Array(9).fill(2), mask: new Uint8Array(9).fill(1), fraction: 0.4 };
    for (const method of ['set', 'rigl'] as const)
      expect(updateMask({ ...p, method, gradients: p.weights, rng: rng() }).mask).toEqual(p.mask);
  });
});

it('no layers, or none with a weight, are refused', () => {
  for (const rule of ['uniform', 'uniform-plus', 'er', 'erk', 'balanced'] as const)
    expect(refusal(() => distribute([], 0.5, rule))?.code).toBe('density.no-layers');
  for (const use of [
    () => selectGlobal([], 0),
    () => selectGlobal([{ name: 'a', scores: new Float32Array() }], 0),
    () => synflow([], 0.5),
    () => byMagnitude([], 0.5, 'global'),
    () => byMagnitude([], 0.5, 'per-layer'),
    () => nextLevel([]),
  ])
    expect(refusal(use)?.code).toBe('prune.no-scores');
});

it('a mask of another shape is refused wherever there is one', () => {
  fc.assert(
    fc.property(anyShape, fc.constantFrom([1, 0], [0, 1], [3, 2]), (shape, [more, wider]) => {
      const named = { ...shape, name: 'layer' };
      const { rows, columns } = shape;
      const mask = Mask.full(rows + more, columns + wider);
      const weights = new Float32Array(rows * columns).fill(1);
      const uses: Record<string, (() => unknown)[]> = {
        'init.mask-mismatch': [
          ...(['kaiming-normal', 'xavier-normal', 'lecun-normal'] as const).map(
            (init) => () =>
              finish(baseInitialisations[init]({ shape: named, gain: 1, rng: rng(), mask, sparseFan: true })),
          ),
          () => {
            applyMask('layer', weights, mask);
          },
          () => finish(approximateIsometryInParts({ weights, mask, gain: 1, iterations: 1, learningRate: 0.1 })),
        ],
        'mask.size-mismatch': [
          () => intersectionOverUnion(Mask.full(rows, columns), mask),
          () => Mask.fromBytes(mask.toBytes(), rows, columns),
        ],
        'dst.size-mismatch': [
          () => updateMask({ name: 'layer', method: 'set', weights, mask: mask.toBytes(), fraction: 0.3, rng: rng() }),
        ],
        'prune.size-mismatch': [() => nextLevel([{ name: 'layer', weights, mask: mask.toBytes() }])],
      };
      for (const [wanted, all] of Object.entries(uses))
        for (const use of all) expect(refusal(use)).toMatchObject({ code: wanted });
    }),
    { seed: 56, numRuns: 60 },
  );
});

it('shapes that are none are refused', () => {
  for (const [rows, columns] of [
    [0, 3],
    [3, 0],
    [-1, 3],
    [1.5, 3],
    [NaN, 3],
    [Infinity, 3],
    [2 ** 40, 2 ** 40],
  ]) {
    const shape = { name: 'layer', rows, columns };
    const uses = [
      () => distribute([shape], 0.5, 'erk'),
      () => exactOrthogonal({ ...drawing, rows, columns, density: 0.5, rng: rng() }),
      () => exactOrthogonalConv({ ...drawing, shape, density: 0.5, convDensity: 'as-given', rng: rng() }),
      () => exactOrthogonalKernels({ ...drawing, shape, density: 0.5, rng: rng() }),
      ...Object.values(baseInitialisations).map((init) => () => finish(init({ shape, gain: 1, rng: rng() }))),
    ];
    for (const use of uses) expect(refusal(use)?.code).toMatch(/^shape\.(invalid|too-large)$/);
  }
});

describe('no method goes on without bound', () => {
  it('exact orthogonal initialisation: the rotations of a full matrix', () => {
    const side = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(side, side, fc.nat(1e6), (rows, columns, seed) => {
        const made = exactOrthogonal({ ...drawing, rows, columns, density: 1, rng: Rng.fromSeed(seed) });
        const axes = Math.max(rows, columns);
        expect(made.sequence.first.length).toBeLessThanOrEqual(64 * axes * (1 + Math.log(axes)));
        expect(made.density).toBe(1);
      }),
      { seed: 57, numRuns: 60 },
    );
  });

  it('SynFlow and approximate isometry: a part an iteration, and so many', () => {
    const parts = (run: Generator): number => {
      for (let done = 0; ; done++) if (run.next().done) return done;
    };
    const mask = Mask.full(6, 5);
    for (const iterations of [1, 7]) {
      expect(parts(synflowInParts(weighted(chain), 0.5, iterations))).toBe(iterations);
      const weights = roundWeights({ name: 'a', rows: 6, columns: 5 }, 3);
      expect(parts(approximateIsometryInParts({ weights, mask, gain: 1, iterations, learningRate: 0.1 }))).toBe(
        iterations,
      );
    }
  });

  it('lottery tickets: at most a thousand levels', () => {
    expect(refusal(() => rewindCounts(10, 1e9))?.code).toBe('prune.bad-levels');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 0, max: 40 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (weights, levels, share) => {
          const error = refusal(() => rewindCounts(weights, levels, share));
          const possible = error ? (error.details?.largest as number) : levels;
          if (error) {
            expect(error.code).toBe('prune.levels-empty');
            expect(refusal(() => rewindCounts(weights, possible + 1, share))?.code).toBe('prune.levels-empty');
          }
          const counts = rewindCounts(weights, possible, share);
          expect(counts).toHaveLength(possible + 1);
          expect(counts.every((count, l) => l === 0 || (count < counts[l - 1] && count >= 1))).toBe(true);
        },
      ),
      { seed: 58, numRuns: 200 },
    );
  });
});
