/** Convolutions of the tensors executor against their definition, and their gradients against finite differences. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { outputSize, paddingOf } from '../../../src/core/convolution';
import { weightShape } from '../../../src/core/network';
import type { ConvLayer, Network, Padding, PictureSize } from '../../../src/core/network';
import { Rng } from '../../../src/core/rng';
import { cpu } from '../../../src/engine/backends/cpu';
import { wasm } from '../../../src/engine/backends/wasm';
import { convolve, fromPictures, toPictures } from '../../../src/engine/layers/convolution';
import type { DenseLayer } from '../../../src/engine/parameter-tensors';
import type { Batch } from '../../../src/engine/training';
import { hessianGradients, weightGradients } from './by-layer';

const conv = (change: Partial<ConvLayer>): ConvLayer => ({
  kind: 'conv',
  name: 'conv1',
  in: 2,
  out: 3,
  kernel: [3, 3],
  stride: 1,
  padding: 'zero',
  groups: 1,
  ...change,
});

const cases: [string, ConvLayer, PictureSize][] = [
  ['zero padding', conv({}), [2, 5, 6]],
  ['circular padding', conv({ padding: 'circular' }), [2, 5, 6]],
  ['no padding', conv({ padding: 'none' }), [2, 5, 6]],
  ['stride 2, even picture', conv({ stride: 2 }), [2, 6, 4]],
  ['stride 2, odd picture', conv({ stride: 2, padding: 'circular' }), [2, 5, 7]],
  ['stride 3, no padding', conv({ stride: 3, padding: 'none' }), [2, 8, 9]],
  ['even kernel', conv({ kernel: [2, 4], padding: 'circular' }), [2, 5, 6]],
  ['1 x 1', conv({ kernel: [1, 1] }), [2, 3, 3]],
  ['1 x 1, stride 2', conv({ kernel: [1, 1], stride: 2 }), [2, 5, 5]],
  ['groups', conv({ in: 4, out: 6, groups: 2 }), [4, 4, 4]],
  ['depthwise', conv({ in: 3, out: 3, groups: 3, padding: 'circular' }), [3, 4, 5]],
  ['depthwise, stride 2', conv({ in: 5, out: 5, groups: 5, stride: 2, kernel: [5, 5] }), [5, 7, 6]],
  ['depthwise, kernel larger than the picture', conv({ in: 2, out: 2, groups: 2, kernel: [5, 5] }), [2, 2, 1]],
  ['depthwise, no padding', conv({ in: 4, out: 4, groups: 4, kernel: [2, 3], padding: 'none' }), [4, 5, 4]],
  ['two outputs a channel', conv({ in: 3, out: 6, groups: 3 }), [3, 4, 4]],
];

/** One output value by the definition. */
function valueAt(
  layer: ConvLayer,
  [, height, width]: PictureSize,
  { picture, weights, bias }: { picture: Float32Array; weights: Float32Array; bias: Float32Array },
  [o, r, c]: [number, number, number],
): number {
  const { kernel, stride, padding, groups } = layer;
  const perGroup = layer.in / groups;
  let sum = bias[o];
  for (let i = 0; i < perGroup; i++)
    for (let y = 0; y < kernel[0]; y++)
      for (let x = 0; x < kernel[1]; x++) {
        let row = r * stride + y - paddingOf(layer, kernel[0]).before;
        let column = c * stride + x - paddingOf(layer, kernel[1]).before;
        if (padding === 'circular') {
          row = (row + height) % height;
          column = (column + width) % width;
        }
        if (row < 0 || column < 0 || row >= height || column >= width) continue;
        const channel = Math.floor(o / (layer.out / groups)) * perGroup + i;
        sum +=
          weights[((o * perGroup + i) * kernel[0] + y) * kernel[1] + x] *
          picture[(channel * height + row) * width + column];
      }
  return sum;
}

const normals = (size: number, seed: number): Float32Array => {
  const rng = Rng.fromSeed(seed);
  return new Float32Array(size).map(() => rng.normal());
};

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('a convolution on %s', (_, backend) => {
  beforeAll(() => backend.start());

  it.each(cases)('is what its definition says: %s', (_name, layer, size) => {
    const [channels, height, width] = size;
    const { rows, columns } = weightShape(layer);
    const weights = normals(rows * columns, 1);
    const bias = normals(rows, 2);
    const pictures = [3, 4].map((seed) => normals(channels * height * width, seed));
    const out = outputSize(layer, size);
    const found = tf.tidy(() => {
      const x = tf.tensor2d(Float32Array.from(pictures.flatMap((picture) => [...picture])), [2, pictures[0].length]);
      const result = convolve(toPictures(x, size), layer, tf.tensor2d(weights, [rows, columns]), tf.tensor1d(bias));
      expect(result.shape).toEqual([2, out[1], out[2], out[0]]);
      return fromPictures(result).dataSync();
    });
    let at = 0;
    for (const picture of pictures)
      for (let o = 0; o < out[0]; o++)
        for (let r = 0; r < out[1]; r++)
          for (let c = 0; c < out[2]; c++)
            expect(found[at++]).toBeCloseTo(valueAt(layer, size, { picture, weights, bias }, [o, r, c]), 4);
  });

  it.each(cases)('has the gradient of finite differences, by weights and by pictures: %s', (_name, layer, size) => {
    const { rows, columns } = weightShape(layer);
    const weights = normals(rows * columns, 1);
    const picture = normals(2 * size[0] * size[1] * size[2], 2);
    const [, height, width] = outputSize(layer, size);
    const pull = normals(2 * rows * height * width, 3);
    const pictureShape: [number, number, number, number] = [2, size[1], size[2], size[0]];
    const total = (w: tf.Tensor, x: tf.Tensor): tf.Scalar =>
      tf.sum(
        tf.mul(
          convolve(x as tf.Tensor4D, layer, w as tf.Tensor2D, tf.zeros([rows])),
          tf.tensor4d(pull, [2, height, width, rows]),
        ),
      );
    const at = (w: Float32Array, x: Float32Array): number =>
      tf.tidy(() => total(tf.tensor2d(w, [rows, columns]), tf.tensor4d(x, pictureShape)).dataSync()[0]);
    const [byWeights, byPicture] = tf.tidy(() =>
      tf
        .grads(total)([tf.tensor2d(weights, [rows, columns]), tf.tensor4d(picture, pictureShape)])
        .map((g) => g.dataSync()),
    );
    // It is linear in each: a difference of 1 has no error but rounding.
    for (const i of [0, 5, weights.length - 1]) {
      const moved = weights.map((value, k) => (k === i ? value + 1 : value));
      expect(byWeights[i]).toBeCloseTo(at(moved, picture) - at(weights, picture), 3);
    }
    for (const i of [0, 7, picture.length - 1]) {
      const moved = picture.map((value, k) => (k === i ? value + 1 : value));
      expect(byPicture[i]).toBeCloseTo(at(weights, moved) - at(weights, picture), 3);
    }
  });
});

/** Small enough that tanh is not saturated and its curvature changes little over a difference. */
const scaled = (weights: Float32Array): Float32Array => weights.map((value) => 0.3 * value);

describe('the Hessian product of a network with convolutions', () => {
  beforeAll(() => cpu.start());

  const small = (padding: Padding, size: number): { network: Network; layers: DenseLayer[]; batch: Batch } => {
    const network: Network = {
      inputs: 50,
      picture: [2, 5, 5],
      classes: 3,
      layers: [
        conv({ in: 2, out: 4, stride: 2, padding, groups: 2 }),
        { kind: 'activation', fn: 'tanh' },
        conv({ name: 'conv2', in: 4, out: 4, kernel: [2, 2], padding }),
        { kind: 'activation', fn: 'tanh' },
        { kind: 'linear', name: 'fc', in: 36, out: 3 },
      ],
    };
    const layers: DenseLayer[] = [
      { name: 'conv1', rows: 4, columns: 9, weights: scaled(normals(36, 1)), bias: normals(4, 2) },
      { name: 'conv2', rows: 4, columns: 16, weights: scaled(normals(64, 3)), bias: normals(4, 4) },
      { name: 'fc', rows: 3, columns: 36, weights: scaled(normals(108, 5)), bias: normals(3, 6) },
    ];
    const batch: Batch = {
      size,
      x: normals(50 * size, 7),
      labels: Uint8Array.of(0, 1, 2, 1, 0, 0, 2).subarray(0, size),
    };
    return { network, layers, batch };
  };

  it.each(['circular', 'zero'] as const)('is how the gradient changes along itself: %s padding', (padding) => {
    const { network, layers, batch } = small(padding, 4);
    const gradients = weightGradients(network, layers, batch);
    const products = hessianGradients(network, layers, batch, 1);
    const h = 0.005;
    const [ahead, behind] = [h, -h].map((by) =>
      weightGradients(
        network,
        layers.map((layer, l) => ({ ...layer, weights: layer.weights.map((w, i) => w + by * gradients[l][i]) })),
        batch,
      ),
    );
    products.forEach((product, l) => {
      expect(product).toHaveLength(layers[l].weights.length);
      product.forEach((value, i) => {
        const slope = (ahead[l][i] - behind[l][i]) / (2 * h);
        expect(Math.abs(value - slope)).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
      });
    });
    expect(Math.max(...products[0].map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('is the same by slices of one, five or all examples', () => {
    const { network, layers, batch } = small('circular', 7);
    const whole = hessianGradients(network, layers, batch, 2, 7);
    const scale = whole.map((product) => Math.max(...product.map(Math.abs)));
    expect(Math.min(...scale)).toBeGreaterThan(1e-4);
    for (const slice of [1, 5, undefined])
      hessianGradients(network, layers, batch, 2, slice).forEach((product, l) =>
        product.forEach((value, i) => expect(Math.abs(value - whole[l][i])).toBeLessThan(1e-5 * scale[l])),
      );
  });
});
