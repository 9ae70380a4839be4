/** The gradients that pruning scores by, against finite differences of the loss and of each other. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { finish } from '../../../src/core/parts';
import { graspScores } from '../../../src/core/prune/grasp';
import { snipScores } from '../../../src/core/prune/snip';
import { Rng } from '../../../src/core/rng';
import type { Network } from '../../../src/core/network';
import { cpu } from '../../../src/engine/backends/cpu';
import { hessianVectorProduct, lossGradients } from '../../../src/engine/gradients';
import { weightName } from '../../../src/engine/parameter-tensors';
import type { DenseLayer } from '../../../src/engine/parameter-tensors';
import type { Batch } from '../../../src/engine/training';
import { hessianGradients, weightGradients } from './by-layer';
import { drawnBatch, drawnState } from './nets';
import { lossOf, someChain } from './random-chains';
import type { Chain } from './random-chains';
import { kindsOfLayers } from './random-layers';

const network: Network = {
  inputs: 4,
  classes: 3,
  layers: [
    { kind: 'linear', name: 'a', in: 4, out: 5 },
    { kind: 'activation', fn: 'tanh' },
    { kind: 'linear', name: 'b', in: 5, out: 3 },
  ],
};
const rng = Rng.fromSeed(8);
const normals = (size: number): Float32Array => new Float32Array(size).map(() => rng.normal());
const layers: Required<DenseLayer>[] = [
  { name: 'a', rows: 5, columns: 4, weights: normals(20), bias: normals(5) },
  { name: 'b', rows: 3, columns: 5, weights: normals(15), bias: normals(3) },
];
const batch: Batch = { size: 6, x: normals(24), labels: Uint8Array.of(0, 1, 2, 2, 1, 0) };

/** Mean cross-entropy of the logits, in float64, written down once more by its definition. */
function loss(at: typeof layers): number {
  let sum = 0;
  for (let e = 0; e < batch.size; e++) {
    let values = [...batch.x.subarray(4 * e, 4 * e + 4)];
    at.forEach(({ rows, columns, weights, bias }, l) => {
      const out = Array.from({ length: rows }, (_, r) =>
        values.reduce((dot, value, c) => dot + value * weights[r * columns + c], bias[r]),
      );
      values = l === 0 ? out.map(Math.tanh) : out;
    });
    const total = values.reduce((all, logit) => all + Math.exp(logit), 0);
    sum += Math.log(total) - values[batch.labels[e]];
  }
  return sum / batch.size;
}

/** The layers with the weights moved along a direction; float64 arithmetic on float32 weights. */
const moved = (along: readonly (Float32Array | Float64Array)[], by: number): typeof layers =>
  layers.map((layer, l) => ({ ...layer, weights: layer.weights.map((value, i) => value + by * along[l][i]) }));

const unit = (layer: number, index: number): Float32Array[] =>
  layers.map(({ weights }, l) => weights.map((_, i) => Number(l === layer && i === index)));

beforeAll(() => cpu.start());

describe('gradients of an untrained network', () => {
  it('are those of the cross-entropy of the logits', () => {
    const gradients = weightGradients(network, layers, batch);
    layers.forEach(({ weights }, l) =>
      weights.forEach((_, i) => {
        const slope = (loss(moved(unit(l, i), 1e-2)) - loss(moved(unit(l, i), -1e-2))) / 2e-2;
        expect(gradients[l][i]).toBeCloseTo(slope, 3);
      }),
    );
  });

  it('are the same by parts of the batch', () => {
    const whole = weightGradients(network, layers, batch);
    for (const microBatch of [1, 4]) {
      const parts = [...lossGradients(network, { layers }, batch, layers.map(weightName), { microBatch })];
      expect(parts).toHaveLength(Math.ceil(batch.size / microBatch));
      weightGradients(network, layers, batch, microBatch).forEach((values, l) =>
        values.forEach((value, i) => expect(value).toBeCloseTo(whole[l][i], 6)),
      );
    }
  });

  it.each([
    ['tanh', 1],
    ['tanh', 3],
    ['linear', 1],
    ['relu', 2],
  ] as const)('H g is how the gradient changes along itself: %s, temperature %i', (fn, temperature) => {
    const own: Network = {
      ...network,
      layers: network.layers.map((layer) => (layer.kind === 'linear' ? layer : { kind: 'activation', fn })),
    };
    // The temperature divides the logits: so do the last weights and biases.
    const cooled = (at: typeof layers): DenseLayer[] =>
      at.map((layer, l) =>
        l === 0
          ? layer
          : {
              ...layer,
              weights: layer.weights.map((w) => w / temperature),
              bias: layer.bias.map((b) => b / temperature),
            },
      );
    const gradientAt = (at: typeof layers): Float64Array[] =>
      weightGradients(own, cooled(at), batch).map((g, l) => (l === 0 ? g : g.map((value) => value / temperature)));
    const gradients = gradientAt(layers);
    const products = hessianGradients(own, layers, batch, temperature);
    const h = 0.005;
    const [ahead, behind] = [h, -h].map((by) => gradientAt(moved(gradients, by)));
    products.forEach((product, l) =>
      product.forEach((value, i) => {
        const slope = (ahead[l][i] - behind[l][i]) / (2 * h);
        expect(Math.abs(value - slope)).toBeLessThan(1e-3 * Math.max(1, Math.abs(slope)));
      }),
    );
    expect(Math.max(...products[0].map(Math.abs))).toBeGreaterThan(0.01);
  });
});

describe('of any chain of layers', () => {
  /** Up to so many weights of each layer. */
  const someOf = ({ layers, seed }: Chain, most: number): [layer: number, index: number][] => {
    const draws = Rng.fromSeed(seed).split('looked at');
    return layers.flatMap(({ weights }, l) => {
      const places = Uint32Array.from(weights, (_, i) => i);
      draws.shuffle(places);
      return Array.from(places.subarray(0, most), (i): [number, number] => [l, i]);
    });
  };
  const plain = ({ layers }: Chain): Float64Array[] => layers.map(({ weights: own }) => Float64Array.from(own));
  const shifted = (at: readonly Float64Array[], layer: number, index: number, by: number): Float64Array[] =>
    at.map((values, l) => (l === layer ? values.map((value, i) => (i === index ? value + by : value)) : values));

  /** The central difference by one weight; none across a kink. */
  const slopeAt = (
    chain: Chain,
    at: readonly Float64Array[],
    [layer, index]: [number, number],
    temperature?: number,
  ): { slope: number; sides: string } | undefined => {
    const step = 1e-4;
    const [ahead, behind] = [step, -step].map((by) => lossOf(chain, shifted(at, layer, index, by), temperature));
    return ahead.sides === behind.sides
      ? { slope: (ahead.loss - behind.loss) / (2 * step), sides: ahead.sides }
      : undefined;
  };

  it('SNIP is |w dL/dw| of the cross-entropy of the logits', () => {
    let seen = 0;
    fc.assert(
      fc.property(someChain, (chain) => {
        const gradients = weightGradients(chain.network, chain.layers, chain.batch);
        for (const place of someOf(chain, 10)) {
          const found = slopeAt(chain, plain(chain), place);
          if (!found) continue;
          const [l, i] = place;
          const { weights, name } = chain.layers[l];
          const { slope } = found;
          expect(Math.abs(gradients[l][i] - slope)).toBeLessThan(1e-5 + 1e-4 * Math.abs(slope));
          const score = Math.abs(weights[i] * slope);
          expect(Math.abs(snipScores(weights, gradients[l], name)[i] - score)).toBeLessThan(1e-5 + 1e-4 * score);
          if (score > 1e-3) seen++;
        }
      }),
      { seed: 81, numRuns: 120 },
    );
    expect(seen).toBeGreaterThan(500);
  });

  it('GraSP is w (H g), as mixed differences of the loss have it, at any temperature', () => {
    let seen = 0;
    fc.assert(
      fc.property(someChain, fc.constantFrom(1, 2, 200), (chain, temperature) => {
        const start = plain(chain);
        // The gradient by backpropagation in float64 is that of differences: H g is taken along it.
        const products = hessianGradients(chain.network, chain.layers, chain.batch, temperature);
        const all = chain.layers.map(({ weights }, l) =>
          Float64Array.from(weights, (_, i) => slopeAt(chain, start, [l, i], temperature)?.slope ?? NaN),
        );
        if (all.some((values) => values.some(Number.isNaN))) return;
        const norm = Math.sqrt(all.reduce((sum, g) => sum + g.reduce((s, value) => s + value * value, 0), 0));
        if (norm < 1e-9) return;
        // A step of the same length whatever the temperature.
        const step = 1e-3 / norm;
        const along = (by: number): Float64Array[] =>
          start.map((values, l) => values.map((w, i) => w + by * all[l][i]));
        const largest = Math.max(...products.flatMap((values) => [...values].map(Math.abs)));
        for (const place of someOf(chain, 6)) {
          const [ahead, behind] = [step, -step].map((by) => slopeAt(chain, along(by), place, temperature));
          // On another side of a kink there is another quadratic.
          if (!ahead || ahead.sides !== behind?.sides) continue;
          const [l, i] = place;
          const product = (ahead.slope - behind.slope) / (2 * step);
          const close = 1e-3 * largest + 1e-8 * norm;
          expect(Math.abs(products[l][i] - product)).toBeLessThan(close);
          const { weights, name } = chain.layers[l];
          const score = graspScores(weights, products[l], name)[i];
          expect(Math.abs(score - weights[i] * product)).toBeLessThan(close * Math.max(1, Math.abs(weights[i])));
          if (Math.abs(product) > 0.1 * largest) seen++;
        }
      }),
      { seed: 82, numRuns: 120 },
    );
    expect(seen).toBeGreaterThan(200);
  });
});

describe('GraSP of layers that are no chain', () => {
  it.each([
    'norm over the batch, of a picture',
    'attention',
    'squeeze-excite',
    'residual, to itself',
    'residual, with a shortcut',
    'embedding',
    'a linear layer again, of values',
    'a convolution again',
  ])('scores how the squared length of the gradient changes with a weight: %s', (kind) => {
    let seen = 0;
    fc.assert(
      fc.property(kindsOfLayers[kind], fc.constantFrom(1, 200), ({ network: own, examples, seed }, temperature) => {
        const state = drawnState(own, 1, seed);
        const dense: DenseLayer[] = state.layers.map(({ weight, ...layer }) => ({ ...layer, weights: weight }));
        const parameters = { layers: dense, others: state.others };
        const names = dense.map(weightName);
        const data = drawnBatch(own, examples, seed);
        // Numbers of rows, where there is a table.
        if (kind === 'embedding') data.x.fill(0);
        const settings = { temperature };
        const gradient = finish(lossGradients(own, parameters, data, names, settings));
        const products = finish(hessianVectorProduct(own, parameters, data, gradient, settings));
        const squares = (l: number, i: number, by: number): number => {
          const layers = dense.map((layer, at) =>
            at === l ? { ...layer, weights: layer.weights.map((w, j) => (j === i ? w + by : w)) } : layer,
          );
          const moved = finish(lossGradients(own, { ...parameters, layers }, data, names, settings));
          return [...moved.values()].reduce((sum, g) => sum + g.reduce((s, value) => s + value * value, 0), 0);
        };
        const length = squares(0, 0, 0);
        for (const [l, { weights, name }] of dense.entries()) {
          const scores = graspScores(weights, products.get(weightName(dense[l]))!, name);
          const i = scores.reduce((top, score, at) => (Math.abs(score) > Math.abs(scores[top]) ? at : top), 0);
          const step = 1e-2;
          const slope = (squares(l, i, step) - squares(l, i, -step)) / (4 * step);
          const score = weights[i] * slope;
          expect(Math.abs(scores[i] - score), name).toBeLessThan(1e-4 * length + 1e-2 * Math.abs(score));
          if (Math.abs(score) > 1e-2 * length) seen++;
        }
      }),
      { seed: 83, numRuns: 10 },
    );
    expect(seen).toBeGreaterThan(5);
  });
});
