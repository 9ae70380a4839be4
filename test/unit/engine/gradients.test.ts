/** The gradients that pruning scores by, against finite differences of the loss and of each other. */
import { beforeAll, describe, expect, it } from 'vitest';
import { finish } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';
import type { Network } from '../../../src/core/network';
import { cpu } from '../../../src/engine/backends/cpu';
import type { DenseLayer } from '../../../src/engine/gradients';
import { weightGradients } from '../../../src/engine/gradients';
import { hessianGradients } from '../../../src/engine/hessian';
import type { Batch } from '../../../src/engine/trainer';

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
const layers: Required<Omit<DenseLayer, 'groups'>>[] = [
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
const moved = (along: readonly Float32Array[], by: number): typeof layers =>
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
    const gradientAt = (at: typeof layers): Float32Array[] =>
      weightGradients(own, cooled(at), batch).map((g, l) => (l === 0 ? g : g.map((value) => value / temperature)));
    const gradients = gradientAt(layers);
    const products = finish(hessianGradients(own, layers, batch, temperature));
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
