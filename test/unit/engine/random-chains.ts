/** Small random chains of layers, and their loss in float64 by loops: what gradients and Hessian products are compared with. */
import fc from 'fast-check';
import { outputSize } from '../../../src/core/convolution';
import { weightShape } from '../../../src/core/network';
import { activations, maskableLayers, paddings } from '../../../src/core/network';
import type { ConvLayer, Layer, Network, PictureSize } from '../../../src/core/network';
import { Rng } from '../../../src/core/rng';
import type { DenseLayer } from '../../../src/engine/parameter-tensors';
import type { Batch } from '../../../src/engine/training';
import { logits64, loss64 } from './float64';

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
    const { name, rows, columns } = weightShape(layer);
    const weights = normals(rows * columns, 1 / Math.sqrt(columns));
    return {
      ...{ name, rows, columns, weights },
      ...(layer.bias !== false && { bias: normals(rows, 0.2) }),
    };
  });
  const labels = new Uint8Array(size).map(() => rng.below(network.classes));
  return { layers, batch: { size, x: normals(size * network.inputs, 1), labels } };
}

/** Mean cross-entropy of the logits divided by the temperature, with these weights; `sides`: of all kinks. */
export function lossOf(
  { network, layers, batch }: Chain,
  weights: readonly ArrayLike<number>[],
  temperature = 1,
): { loss: number; sides: string } {
  const parameters = new Map(layers.map(({ name, bias }, l) => [name, { weight: weights[l], bias }]));
  const pass = { parameters, training: true, sides: [] as number[] };
  const loss = loss64(logits64(network, batch.x, pass), batch.labels, temperature);
  return { loss, sides: pass.sides.join() };
}
