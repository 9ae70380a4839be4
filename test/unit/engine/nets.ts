/** Networks by name, narrow enough for a test, with weights and batches drawn by seed. */
import { maskableLayers, weightShape } from '../../../src/core/network';
import type { Network, PictureSize } from '../../../src/core/network';
import { presetLayers } from '../../../src/core/presets';
import type { PresetName, PresetOptions } from '../../../src/core/presets';
import { Rng } from '../../../src/core/rng';
import { freshOthers } from '../../../src/engine/initialise';
import type { NetworkState } from '../../../src/engine/states';
import type { Batch } from '../../../src/engine/training';

const classes = 4;

export const presetNetwork = (name: PresetName, picture: PictureSize, options: PresetOptions = {}): Network => ({
  inputs: picture[0] * picture[1] * picture[2],
  picture,
  classes,
  layers: presetLayers(name, { picture, classes }, options),
});

/** Normal weights of variance 1 / kept inputs under random masks; biases, norms and positions off their beginnings too. */
export function drawnState(network: Network, density = 0.8, seed = 5): NetworkState {
  const rng = Rng.fromSeed(seed);
  const layers = maskableLayers(network).map((layer) => {
    const shape = weightShape(layer);
    const size = shape.rows * shape.columns;
    const own = layer.dense ? 1 : density;
    const mask = Uint8Array.from({ length: size }, () => Number(own === 1 || rng.uniform() < own));
    const weights = Float32Array.from(mask, (kept) => (kept * rng.normal()) / Math.sqrt(own * shape.columns));
    const bias = layer.bias !== false && Float32Array.from({ length: layer.out }, () => 0.1 * rng.normal());
    return { ...shape, weight: weights, mask, weightSlots: [], biasSlots: [], ...(bias && { bias }) };
  });
  const others = freshOthers({ seed: 1 }, network);
  for (const { weight, bias } of others)
    for (const values of [weight, bias]) values?.forEach((value, i) => (values[i] = value + 0.1 * rng.normal()));
  return { layers, others };
}

export function drawnBatch({ inputs, classes: labels }: Network, size: number, seed: number): Batch {
  const rng = Rng.fromSeed(seed);
  return {
    size,
    x: Float32Array.from({ length: size * inputs }, () => rng.normal()),
    labels: Uint8Array.from({ length: size }, () => rng.below(labels)),
  };
}

/** At these rates the loss of one batch falls to half within 20 steps. */
export const smallPresets: Record<
  PresetName,
  { picture: PictureSize; options: PresetOptions; size: number; learningRate: number }
> = {
  'mlp-7': { picture: [1, 6, 6], options: {}, size: 8, learningRate: 0.05 },
  mlp: { picture: [1, 6, 6], options: { depth: 14, width: 12 }, size: 8, learningRate: 0.1 },
  cnn: { picture: [2, 8, 8], options: { depth: 12, width: 4 }, size: 4, learningRate: 0.05 },
  'resnet-20': { picture: [3, 8, 8], options: { width: 4 }, size: 8, learningRate: 0.05 },
  'resnet-32': { picture: [3, 8, 8], options: { width: 3 }, size: 8, learningRate: 0.05 },
  'resnet-56': { picture: [3, 8, 8], options: { width: 3 }, size: 8, learningRate: 0.05 },
  'resnet-110': { picture: [3, 8, 8], options: { width: 4 }, size: 6, learningRate: 0.02 },
  'vgg-11': { picture: [3, 16, 16], options: { width: 4 }, size: 8, learningRate: 0.05 },
  'vgg-16-c': { picture: [3, 16, 16], options: { width: 4 }, size: 16, learningRate: 0.02 },
  'efficientnet-b0': { picture: [3, 16, 16], options: { width: 6 }, size: 8, learningRate: 0.02 },
  'deit-blocks': { picture: [3, 16, 16], options: { depth: 3, width: 16 }, size: 4, learningRate: 0.02 },
};

/**
 * At these the loss of one batch falls in 20 steps, and rounding stays small: where it grows, a few values cross zero in ReLU or change
 * places in a pool, and losses part. The gradient of norms over few examples is larger by layer (Yang et al., "A Mean Field Theory of
 * Batch Normalization", ICLR 2019), at the beginning some thousand long in a ResNet-110, so a small rate is a long stride there.
 */
export const gentleRates: Record<PresetName, number> = {
  'mlp-7': 0.05,
  mlp: 0.1,
  cnn: 0.05,
  'resnet-20': 0.005,
  'resnet-32': 2e-5,
  'resnet-56': 1e-5,
  'resnet-110': 1e-7,
  'vgg-11': 0.005,
  'vgg-16-c': 6e-6,
  'efficientnet-b0': 2e-7,
  'deit-blocks': 0.01,
};
