/** Small random chains of layers, and their loss in float64 by loops: what gradients and Hessian products are compared with. */
import fc from 'fast-check';
import { activationMaths } from '../../../src/core/activations';
import { outputSize } from '../../../src/core/convolution';
import { weightShape } from '../../../src/core/network';
import { activations, maskableLayers, paddings } from '../../../src/core/network';
import type { Activation, ConvLayer, Layer, LinearLayer, Network, PictureSize } from '../../../src/core/network';
import { Rng } from '../../../src/core/rng';
import type { DenseLayer } from '../../../src/engine/gradients';
import type { Batch } from '../../../src/engine/trainer';

export interface Chain {
  network: Network;
  layers: DenseLayer[];
  batch: Batch;
  /** By which weights to look at are drawn. */
  seed: number;
}

const side = fc.integer({ min: 2, max: 5 });
const convolution = fc.record({
  groups: fc.integer({ min: 1, max: 2 }),
  out: fc.integer({ min: 1, max: 2 }),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: fc.integer({ min: 1, max: 2 }),
  padding: fc.constantFrom(...paddings),
  fn: fc.constantFrom(...activations),
  bias: fc.boolean(),
});
const hidden = fc.record({
  out: fc.integer({ min: 1, max: 6 }),
  fn: fc.constantFrom(...activations),
  bias: fc.boolean(),
});

/** Up to two convolutions, up to three linear layers, any activations, and a linear layer that gives the classes. */
export const someChain: fc.Arbitrary<Chain> = fc
  .record({
    channels: fc.constantFrom(2, 4),
    height: side,
    width: side,
    convolutions: fc.array(convolution, { maxLength: 2 }),
    hidden: fc.array(hidden, { maxLength: 3 }),
    classes: fc.integer({ min: 2, max: 4 }),
    examples: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(1e6),
  })
  .map(({ channels, height, width, convolutions, hidden, classes, examples, seed }) => {
    const layers: Layer[] = [];
    let picture: PictureSize = [channels, height, width];
    for (const { groups, out, kernel, fn, bias, ...looking } of convolutions) {
      const conv: ConvLayer = {
        ...{ kind: 'conv', name: `conv${layers.length}`, in: picture[0], out: 2 * out, groups },
        // A kernel has to fit where there is no padding.
        kernel: [Math.min(kernel[0], picture[1]), Math.min(kernel[1], picture[2])],
        ...looking,
        ...(!bias && { bias }),
      };
      layers.push(conv, { kind: 'activation', fn });
      picture = outputSize(conv, picture);
    }
    let values = picture[0] * picture[1] * picture[2];
    for (const { out, fn, bias } of hidden) {
      layers.push({ kind: 'linear', name: `fc${layers.length}`, in: values, out, ...(!bias && { bias }) });
      layers.push({ kind: 'activation', fn });
      values = out;
    }
    layers.push({ kind: 'linear', name: 'last', in: values, out: classes });
    const inputs = channels * height * width;
    const network: Network = { inputs, classes, picture: [channels, height, width], layers };
    return { network, ...drawn(network, examples, seed), seed };
  });

/** Weights of variance 1 / fan-in, small biases, normal examples. */
function drawn(network: Network, size: number, seed: number): { layers: DenseLayer[]; batch: Batch } {
  const rng = Rng.fromSeed(seed);
  const normals = (count: number, deviation: number): Float32Array =>
    new Float32Array(count).map(() => deviation * rng.normal());
  const layers = maskableLayers(network).map((layer): DenseLayer => {
    const { name, rows, columns, groups } = weightShape(layer);
    const weights = normals(rows * columns, 1 / Math.sqrt(columns));
    return {
      ...{ name, rows, columns, weights },
      ...(groups !== undefined && { groups }),
      ...(layer.bias !== false && { bias: normals(rows, 0.2) }),
    };
  });
  const labels = new Uint8Array(size).map(() => rng.below(network.classes));
  return { layers, batch: { size, x: normals(size * network.inputs, 1), labels } };
}

type Weights = readonly ArrayLike<number>[];

/** y[o, r, c] = b[o] + sum of w[o, i, y, x] x[group of o: i, r stride + y - top, c stride + x - left], by its definition. */
function convolved(layer: ConvLayer, x: readonly number[], picture: PictureSize, w: ArrayLike<number>): number[] {
  const { in: inputs, out, groups, stride, padding } = layer;
  const [kh, kw] = layer.kernel;
  const [, height, width] = picture;
  const [, rows, columns] = outputSize(layer, picture);
  const [top, left] = padding === 'none' ? [0, 0] : [(kh - 1) >> 1, (kw - 1) >> 1];
  const at = (channel: number, r: number, c: number): number => {
    if (padding === 'circular') return x[(channel * height + ((r + height) % height)) * width + ((c + width) % width)];
    return r < 0 || c < 0 || r >= height || c >= width ? 0 : x[(channel * height + r) * width + c];
  };
  const [inEach, outEach] = [inputs / groups, out / groups];
  const y: number[] = [];
  for (let o = 0; o < out; o++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let i = 0; i < inEach; i++)
          for (let a = 0; a < kh; a++)
            for (let b = 0; b < kw; b++) {
              const channel = Math.floor(o / outEach) * inEach + i;
              sum += w[((o * inEach + i) * kh + a) * kw + b] * at(channel, r * stride + a - top, c * stride + b - left);
            }
        y.push(sum);
      }
  return y;
}

const multiplied = ({ out, in: inputs }: LinearLayer, x: readonly number[], w: ArrayLike<number>): number[] =>
  Array.from({ length: out }, (_, r) => x.reduce((sum, value, c) => sum + value * w[r * inputs + c], 0));

/** On which side of its kinks each activation stands: between two points where this differs no difference is a slope. */
const kinks: Partial<Record<Activation, (x: number) => number>> = {
  relu: Math.sign,
  'leaky-relu': Math.sign,
  // Its slope jumps at 0.
  selu: Math.sign,
  'hard-tanh': (x) => Number(x > 1) - Number(x < -1),
};

/** Mean cross-entropy of the logits divided by the temperature, with these weights; `sides`: of all kinks. */
export function lossOf(
  { network, layers, batch }: Chain,
  weights: Weights,
  temperature = 1,
): { loss: number; sides: string } {
  let loss = 0;
  const sides: number[] = [];
  for (let e = 0; e < batch.size; e++) {
    let x = [...batch.x.subarray(e * network.inputs, (e + 1) * network.inputs)];
    let picture = network.picture ?? [1, 1, network.inputs];
    let next = 0;
    for (const layer of network.layers) {
      if (layer.kind === 'activation') {
        const kink = kinks[layer.fn];
        if (kink) sides.push(...x.map(kink));
        x = x.map(activationMaths[layer.fn].value);
        continue;
      }
      if (layer.kind !== 'linear' && layer.kind !== 'conv') throw new Error('a chain has no other layers');
      const w = weights[next];
      const { bias } = layers[next++];
      if (layer.kind === 'conv') {
        x = convolved(layer, x, picture, w);
        picture = outputSize(layer, picture);
      } else x = multiplied(layer, x, w);
      const places = x.length / layer.out;
      if (bias) x = x.map((value, i) => value + bias[Math.floor(i / places)]);
    }
    const logits = x.map((value) => value / temperature);
    const most = Math.max(...logits);
    loss += most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) - logits[batch.labels[e]];
  }
  return { loss: loss / batch.size, sides: sides.join() };
}
