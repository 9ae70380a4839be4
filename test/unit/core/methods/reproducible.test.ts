/** Every method gives the same for the same seed, and to each layer the same in whatever order the layers are listed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../../../src/core/density';
import { distribute } from '../../../../src/core/density';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { matchLayers } from '../../../../src/core/density/match-layers';
import { updateMask } from '../../../../src/core/dst/update';
import { approximateIsometryInParts, approximateIsometryLayerInParts } from '../../../../src/core/init/ai';
import { maskedOrthogonal, randomMask } from '../../../../src/core/init/base';
import { exactOrthogonal, minimumDensity } from '../../../../src/core/init/eoi';
import { exactOrthogonalConv, exactOrthogonalKernels } from '../../../../src/core/init/eoi-conv';
import { partLayer } from '../../../../src/core/init/fan';
import { centreTap } from '../../../../src/core/init/centre-tap';
import { guidedLayer } from '../../../../src/core/init/guided-kernels';
import { wantedOfWeight } from '../../../../src/core/init/wanted-kernels';
import { guidedOrthogonal } from '../../../../src/core/init/guided';
import { baseInitialisations } from '../../../../src/core/init/registry';
import type { BaseInit } from '../../../../src/core/init/registry';
import { nearestLayerDegree, sparseOrthogonalLayerInParts } from '../../../../src/core/init/sao-conv';
import { finish } from '../../../../src/core/parts';
import { graspScores } from '../../../../src/core/prune/grasp';
import { magnitudeScores } from '../../../../src/core/prune/magnitude';
import { randomScores } from '../../../../src/core/prune/random';
import { keepLargest, nextLevel } from '../../../../src/core/prune/rewind';
import { selectGlobal } from '../../../../src/core/prune/select';
import type { LayerScores } from '../../../../src/core/prune/select';
import { snipScores } from '../../../../src/core/prune/snip';
import { synflow } from '../../../../src/core/prune/synflow';
import { Rng } from '../../../../src/core/rng';
import { byMagnitude, inAnotherOrder, roundWeights, someLayers } from './layers';

/** What it gives to each layer, by name. */
type Method = (layers: readonly LayerShape[], seed: number) => Map<string, unknown>;

const named = (layers: readonly { name: string }[], results: readonly unknown[]): Map<string, unknown> =>
  new Map(layers.map(({ name }, l) => [name, results[l]]));

/** A method that looks at one layer alone, with a generator of its name. */
const alone =
  (draw: (shape: LayerShape, rng: Rng, seed: number) => unknown): Method =>
  (layers, seed) =>
    named(
      layers,
      layers.map((shape) => draw(shape, Rng.fromSeed(seed).split(shape.name), seed)),
    );

const byScores =
  (
    score: (shape: LayerShape, seed: number) => LayerScores['scores'],
    options?: { share: number; leastPerLayer?: number },
  ): Method =>
  (layers, seed) => {
    const { share = 0.4, leastPerLayer } = options ?? {};
    const scores = layers.map((shape) => ({ name: shape.name, scores: score(shape, seed) }));
    const weights = scores.reduce((sum, layer) => sum + layer.scores.length, 0);
    return named(layers, selectGlobal(scores, Math.round(share * weights), { leastPerLayer }));
  };

const maskOf = ({ rows, columns }: LayerShape, rng: Rng) =>
  randomMask(rows, columns, Math.ceil(rows * columns * 0.6), rng.split('mask'));

const base = (init: BaseInit, sparseFan = false): Method =>
  alone((shape, rng) =>
    finish(
      baseInitialisations[init]({ shape, gain: 1.1, rng, ...(sparseFan && { sparseFan, mask: maskOf(shape, rng) }) }),
    ),
  );

const update = (method: 'set' | 'rigl'): Method =>
  alone((shape, rng, seed) =>
    updateMask({
      name: shape.name,
      method,
      weights: roundWeights(shape, seed),
      mask: maskOf(shape, rng).toBytes(),
      gradients: roundWeights(shape, seed + 1),
      fraction: 0.4,
      rng,
    }),
  );

const sharing =
  (rule: Distribution): Method =>
  (layers, seed) => {
    const density = 0.05 + (seed % 90) / 100;
    return named(layers, distribute(layers, density, rule));
  };

/** Densities by patterns, which are listed as the layers are. */
const byPatterns: Method = (layers) => {
  const patterns = new Map(layers.map(({ name }) => [`*${name.slice(1)}`, 0.25 + Number(name.at(-1)) / 10]));
  const { matched } = matchLayers(
    Object.fromEntries([...patterns, ['*r1', 0.9], ['layer*', 0.5], ['*', 0.1]]),
    layers.map(({ name }) => name),
  );
  return matched;
};

const turned = (shape: LayerShape) => {
  const { groups, outputs, inputs } = partLayer(shape);
  const least = (groups * Math.min(outputs, inputs)) / (shape.rows * shape.columns);
  return { shape, density: Math.max(least, 0.5), angles: 'uniform' as const };
};

/** Towards a random pattern of the weight, with a weight at the centre of the kernel for each channel. */
const guidedKernels = (wholeKernels: boolean): Method =>
  alone((shape, rng, seed) => {
    const { outputs, inputs, taps } = partLayer(shape);
    const pattern = maskOf(shape, Rng.fromSeed(seed).split(`pattern of ${shape.name}`));
    const centre = centreTap(partLayer(shape));
    for (let r = 0; r < shape.rows; r++) pattern.set(r, ((r % outputs) % inputs) * taps + centre);
    const wanted = wantedOfWeight(shape, pattern, wholeKernels);
    return guidedLayer({ shape, wanted, wholeKernels, angles: 'uniform', rng, seed, gain: 1 });
  });

/** The seed does not count for those marked so: they only look at what they are given. */
const methods: Record<string, Method | { given: Method }> = {
  'uniform density': { given: sharing('uniform') },
  'ER density': { given: sharing('er') },
  'ERK density': { given: sharing('erk') },
  'balanced density': { given: sharing('balanced') },
  'densities by patterns': { given: byPatterns },
  'random scores': byScores(({ name, rows, columns }, seed) =>
    randomScores(rows * columns, Rng.fromSeed(seed).split(name)),
  ),
  'magnitude, ties': byScores((shape, seed) => magnitudeScores(roundWeights(shape, seed))),
  'magnitude, each layer its least': byScores((shape, seed) => magnitudeScores(roundWeights(shape, seed)), {
    share: 0.6,
    leastPerLayer: 2,
  }),
  SNIP: byScores((shape, seed) => snipScores(roundWeights(shape, seed), roundWeights(shape, seed + 1))),
  GraSP: byScores((shape, seed) => graspScores(roundWeights(shape, seed), roundWeights(shape, seed + 1))),
  'lottery tickets': (layers, seed) =>
    named(
      layers,
      nextLevel(
        layers.map((shape) => ({
          name: shape.name,
          weights: roundWeights(shape, seed),
          mask: maskOf(shape, Rng.fromSeed(seed).split(shape.name)).toBytes(),
        })),
      ),
    ),
  'pruning in training': (layers, seed) => {
    const trained = layers.map((shape) => ({
      name: shape.name,
      weights: roundWeights(shape, seed),
      mask: maskOf(shape, Rng.fromSeed(seed).split(shape.name)).toBytes(),
    }));
    const kept = trained.reduce((sum, { mask }) => sum + mask.reduce((ones, bit) => ones + bit, 0), 0);
    return named(layers, keepLargest(trained, Math.max(layers.length, kept >> 1)));
  },
  orthogonal: base('orthogonal'),
  'delta-orthogonal': base('delta-orthogonal'),
  'conv-orthogonal': base('conv-orthogonal'),
  'kaiming-normal': base('kaiming-normal'),
  'xavier-normal': base('xavier-normal'),
  'lecun-normal': base('lecun-normal'),
  'kaiming-normal, sparse fan': base('kaiming-normal', true),
  'xavier-normal, sparse fan': base('xavier-normal', true),
  'lecun-normal, sparse fan': base('lecun-normal', true),
  'masked orthogonal': alone(({ rows, columns }, rng) =>
    maskedOrthogonal({ rows, columns, count: Math.ceil((rows * columns) / 2), rng }),
  ),
  'approximate isometry': alone((shape, rng, seed) =>
    finish(
      approximateIsometryInParts({
        weights: roundWeights(shape, seed),
        mask: maskOf(shape, rng),
        gain: 1,
        iterations: 4,
        learningRate: 0.05,
      }),
    ),
  ),
  'approximate isometry by groups': alone((shape, rng, seed) =>
    finish(
      approximateIsometryLayerInParts({
        shape,
        weights: roundWeights(shape, seed),
        mask: maskOf(shape, rng),
        ...{ gain: 1, iterations: 4, learningRate: 0.05 },
      }),
    ),
  ),
  'sparse orthogonal': alone((shape, rng) =>
    finish(sparseOrthogonalLayerInParts({ shape, degree: nearestLayerDegree(shape, 0.5), gain: 1, rng })),
  ),
  'exact orthogonal': alone(({ rows, columns }, rng, seed) =>
    exactOrthogonal({
      rows,
      columns,
      density: Math.max(0.5, minimumDensity(rows, columns)),
      angles: 'uniform',
      rng,
      seed,
    }),
  ),
  'exact orthogonal convolutions': alone((shape, rng, seed) =>
    exactOrthogonalConv({ ...turned(shape), rng, seed, convDensity: 'more-nonzeros' }),
  ),
  'whole kernels': alone((shape, rng, seed) => {
    const { outputs, inputs } = partLayer(shape);
    const density = Math.max(0.5, minimumDensity(outputs, inputs));
    return exactOrthogonalKernels({ ...turned(shape), density, rng, seed });
  }),
  'guided exact orthogonal': alone((shape, rng, seed) => {
    const { rows, columns } = shape;
    const count = Math.max(Math.min(rows, columns), (rows * columns) >> 1);
    const pattern = randomMask(rows, columns, count, Rng.fromSeed(seed).split(`pattern of ${shape.name}`));
    return guidedOrthogonal({ pattern, angles: 'uniform', rng, seed, evaluations: 500 });
  }),
  'guided kernels': guidedKernels(false),
  'guided whole kernels': guidedKernels(true),
  SET: update('set'),
  RigL: update('rigl'),
};

describe.each(Object.entries(methods))('%s', (_, method) => {
  const run = typeof method === 'function' ? method : method.given;

  it('gives each layer the same, whatever the order', () => {
    fc.assert(
      fc.property(someLayers, ({ layers, shuffle, seed }) => {
        const once = run(layers, seed);
        expect(run(layers, seed)).toEqual(once);
        expect(run(inAnotherOrder(layers, shuffle), seed)).toEqual(once);
      }),
      { seed: 21, numRuns: 12 },
    );
  });

  if (typeof method === 'function')
    it('goes by the seed', () => {
      const layers = [{ name: 'layer', rows: 8, columns: 8 }];
      expect(run(layers, 1)).not.toEqual(run(layers, 2));
    });
});

it('one-shot pruning keeps the same in any order where it refuses nothing', () => {
  fc.assert(
    fc.property(someLayers, ({ layers, shuffle, seed }) => {
      // The largest weight of each is above all others: no layer is emptied.
      const given = layers.map((shape) => {
        const weights = roundWeights(shape, seed);
        weights[0] = 100;
        return { name: shape.name, weights };
      });
      for (const scope of ['global', 'per-layer'] as const) {
        const run = (order: typeof given) => named(order, byMagnitude(order, 0.75, scope));
        expect(run(inAnotherOrder(given, shuffle))).toEqual(run(given));
      }
    }),
    { seed: 22, numRuns: 25 },
  );
});

it('uniform-plus goes by which layer is first and last, and by no other order', () => {
  fc.assert(
    fc.property(someLayers, ({ layers, shuffle, seed }) => {
      const stem: LayerShape = { name: 'stem', rows: 4, columns: 9, kernel: [3, 3] };
      const head: LayerShape = { name: 'head', rows: 5, columns: 20 };
      const body = (order: readonly LayerShape[]) => [stem, ...order, head];
      const density = 0.6 + (seed % 30) / 100;
      const run = (order: LayerShape[]) => {
        const shared = distribute(order, density, 'uniform-plus');
        const weights = order.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
        expect(shared.reduce((sum, { count }) => sum + count, 0)).toBe(Math.round(density * weights));
        return named(order, shared);
      };
      expect(run(body(inAnotherOrder(layers, shuffle)))).toEqual(run(body(layers)));
    }),
    { seed: 23, numRuns: 100 },
  );
});

it('SynFlow, whose layers have an order, gives the same each time and exactly so many', () => {
  const widths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(widths, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1e6), (sizes, share, seed) => {
      const layers = sizes.slice(1).map((rows, l) => {
        const rng = Rng.fromSeed(seed).split(String(l));
        const weights = new Float32Array(rows * sizes[l]).map(() => rng.normal());
        return { name: `layer${l}`, rows, columns: sizes[l], weights };
      });
      const weights = layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
      const count = layers.length + Math.round(share * (weights - layers.length));
      const found = synflow(layers, count / weights, 30);
      expect(found.masks.map((mask) => mask.includes(1))).toEqual(layers.map(() => true));
      expect(found.masks.reduce((sum, mask) => sum + mask.reduce((a, b) => a + b, 0), 0)).toBe(count);
      expect(synflow(layers, count / weights, 30)).toEqual(found);
    }),
    { seed: 24, numRuns: 20 },
  );
});
