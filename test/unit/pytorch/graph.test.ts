/** Networks of every kind of layer, trained here and by torch: the same losses, gradient norms and logits. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { tensorShape } from '../../../src/core/density/layer-shape';
import { maskableLayers, vocabularyOf, weightShape } from '../../../src/core/network';
import type { ConvLayer, Layer, LinearLayer, Network } from '../../../src/core/network';
import { Rng } from '../../../src/core/rng';
import { cpu } from '../../../src/engine/backends/cpu';
import { wasm } from '../../../src/engine/backends/wasm';
import { forward } from '../../../src/engine/network';
import type { OptimizerSettings } from '../../../src/engine/optimizer';
import { passOf, uploadNetwork } from '../../../src/engine/parameters';
import { freshOther, otherLayers } from '../../../src/engine/states';
import type { NetworkState } from '../../../src/engine/states';
import { initTensors } from '../../../src/engine/state-files';
import { Trainer } from '../../../src/engine/trainer';
import type { Batch } from '../../../src/engine/training';
import { missing, runWith } from './python';

const conv = (name: string, change: Partial<ConvLayer> & Pick<ConvLayer, 'in' | 'out'>): ConvLayer => ({
  kind: 'conv',
  name,
  kernel: [3, 3],
  stride: 1,
  padding: 'zero',
  groups: 1,
  ...change,
});
const linear = (name: string, inputs: number, out: number, change: Partial<LinearLayer> = {}): LinearLayer => ({
  kind: 'linear',
  name,
  in: inputs,
  out,
  ...change,
});
const norm = (name: string, size: number, over: 'batch' | 'layer' = 'batch'): Layer => ({
  kind: 'norm',
  over,
  name,
  size,
});
const act = (fn: Extract<Layer, { kind: 'activation' }>['fn']): Layer => ({ kind: 'activation', fn });
const bare = { bias: false } as const;

const networks: Record<string, Layer[]> = {
  'residual blocks, batch norm and pooling': [
    conv('conv1', { in: 2, out: 4, ...bare }),
    norm('bn1', 4),
    act('leaky-relu'),
    { kind: 'pool', of: 'max', size: 2, stride: 2 },
    {
      kind: 'residual',
      branch: [
        conv('a', { in: 4, out: 6, stride: 2, ...bare }),
        norm('bna', 6),
        act('relu'),
        conv('b', { in: 6, out: 6, padding: 'circular', ...bare }),
        norm('bnb', 6),
      ],
      shortcut: [conv('short', { in: 4, out: 6, kernel: [1, 1], stride: 2, ...bare }), norm('bns', 6)],
    },
    act('selu'),
    { kind: 'residual', branch: [conv('c', { in: 6, out: 6, groups: 2 }), act('hard-tanh')], shortcut: [] },
    { kind: 'mean' },
    linear('fc', 6, 3),
  ],
  'overlapping windows': [
    conv('conv1', { in: 2, out: 3 }),
    act('tanh'),
    { kind: 'pool', of: 'max', size: 3, stride: 2 },
    { kind: 'pool', of: 'average', size: 2, stride: 1 },
    { kind: 'flatten' },
    linear('fc1', 12, 7),
    norm('bn', 7),
    act('gelu'),
    linear('fc2', 7, 3, bare),
  ],
  'depthwise convolutions with squeeze and excitation': [
    conv('expand', { in: 2, out: 8, kernel: [1, 1], ...bare }),
    norm('bn1', 8),
    act('silu'),
    {
      kind: 'residual',
      branch: [
        conv('depth', { in: 8, out: 8, groups: 8, ...bare }),
        norm('bn2', 8),
        act('silu'),
        { kind: 'squeeze-excite', reduce: linear('se.reduce', 8, 2), expand: linear('se.expand', 2, 8) },
        conv('project', { in: 8, out: 8, kernel: [1, 1], ...bare }),
        norm('bn3', 8),
      ],
      shortcut: [],
    },
    { kind: 'mean' },
    linear('fc', 8, 3),
  ],
  'a transformer': [
    conv('patches', { in: 2, out: 8, kernel: [2, 2], stride: 2, padding: 'none' }),
    { kind: 'tokens' },
    { kind: 'position', name: 'position', tokens: 16, size: 8 },
    {
      kind: 'residual',
      branch: [
        norm('ln1', 8, 'layer'),
        {
          kind: 'attention',
          heads: 2,
          input: linear('attn.in', 8, 24, { stack: 3 }),
          output: linear('attn.out', 8, 8),
        },
      ],
      shortcut: [],
    },
    {
      kind: 'residual',
      branch: [norm('ln2', 8, 'layer'), linear('up', 8, 16), act('gelu'), linear('down', 16, 8)],
      shortcut: [],
    },
    norm('ln3', 8, 'layer'),
    { kind: 'mean' },
    linear('head', 8, 3),
  ],
  'tokens of a table': [
    { kind: 'embedding', name: 'table', size: 7, width: 4 },
    { kind: 'position', name: 'position', tokens: 9, size: 4 },
    {
      kind: 'residual',
      branch: [
        {
          kind: 'attention',
          heads: 2,
          input: linear('attn.in', 4, 12, { stack: 3 }),
          output: linear('attn.out', 4, 4),
        },
      ],
      shortcut: [],
    },
    { kind: 'mean' },
    linear('head', 4, 3),
  ],
};

const rng = Rng.fromSeed(5);
const normals = (size: number, scale = 1): Float32Array => new Float32Array(size).map(() => scale * rng.normal());

/** Of pictures, or of nine numbers that stand for rows of a table. */
const networkOf = (layers: Layer[]): Network => {
  const data: Pick<Network, 'inputs' | 'picture'> =
    vocabularyOf({ layers }) === undefined ? { inputs: 128, picture: [2, 8, 8] } : { inputs: 9 };
  return { ...data, classes: 3, layers };
};

function stateOf(network: Network): NetworkState {
  const layers = maskableLayers(network).map((layer) => {
    const shape = weightShape(layer);
    const size = shape.rows * shape.columns;
    const mask = Uint8Array.from({ length: size }, () => Number(rng.uniform() < 0.7));
    const weight = normals(size, 0.4).map((value, i) => value * mask[i]);
    const bias = layer.bias === false ? {} : { bias: normals(shape.rows, 0.1) };
    return { ...shape, weight, mask, ...bias, weightSlots: [], biasSlots: [] };
  });
  const others = otherLayers(network).map((layer) => {
    const fresh = freshOther(layer, (_, values) => normals(values, 0.2));
    // Not as they begin: a mistake in either must show.
    return { ...fresh, weight: fresh.weight.map((value) => value + 0.1 * rng.normal()) };
  });
  return { layers, others };
}

function inputsOf(network: Network, examples: number): Float32Array {
  const vocabulary = vocabularyOf(network);
  const x = normals(examples * network.inputs);
  return vocabulary === undefined ? x : x.map(() => rng.below(vocabulary));
}

const batches = (network: Network, count: number): Batch[] =>
  Array.from({ length: count }, () => ({
    size: 5,
    x: inputsOf(network, 5),
    labels: Uint8Array.from({ length: 5 }, () => rng.below(3)),
  }));

const sgd: OptimizerSettings = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 };

/** The names that torch reads: those of the files without `layers.`. */
const described = (state: NetworkState): object =>
  Object.fromEntries(
    initTensors(state).map(({ name, shape, data }) => [
      name.slice('layers.'.length),
      { shape, values: [...(data as Float32Array)] },
    ]),
  );

describe.skipIf(missing).each([
  ['wasm', wasm],
  ['cpu', cpu],
] as const)('on %s', (_, backend) => {
  beforeAll(async () => {
    await backend.start();
  });

  test.each([
    ...Object.keys(networks).map((name) => [name, sgd, 0, 1e9] as const),
    ['a transformer', { ...sgd, name: 'adamw' }, 0.1, 1e9] as const,
    // Not before a batch norm with biases: their gradient is rounding, which these two blow up.
    ['a transformer', { ...sgd, name: 'adam' }, 0, 1e9] as const,
    ['residual blocks, batch norm and pooling', sgd, 0.2, 0.5] as const,
    ['residual blocks, batch norm and pooling', { ...sgd, weightDecay: 0.3, decayAll: true }, 0, 1e9] as const,
    ['a transformer', { ...sgd, name: 'adamw', weightDecay: 0.3, decayAll: true }, 0, 1e9] as const,
  ])('%s, %o, label smoothing %d, clipped at %d: as torch', (name, optimizer, smoothing, clip) => {
    const network = networkOf(networks[name]);
    const state = stateOf(network);
    const given = batches(network, 4);
    const rate = 0.02;
    const job = {
      network,
      tensors: described(state),
      batches: given.map(({ x, labels }) => ({ x: [...x], labels: [...labels] })),
      ...{ optimizer, smoothing, clip, rate },
    };
    const { status, stdout, stderr } = runWith(JSON.stringify(job), join(import.meta.dirname, 'graph.py'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const torch = JSON.parse(stdout) as { losses: number[]; norms: number[]; logits: number[] };

    const trainer = new Trainer(network, state, { optimizer, labelSmoothing: smoothing, clipNorm: clip });
    given.forEach((batch, step) => {
      const { loss, gradientNorm } = trainer.step(batch, { learningRate: rate, count: step + 1 });
      expect(loss).toBeCloseTo(torch.losses[step], 4);
      expect(gradientNorm / torch.norms[step]).toBeCloseTo(1, 3);
    });
    const tensors = uploadNetwork(network, trainer.state(), 0);
    const logits = tf.tidy(() =>
      forward(network, passOf(tensors), tf.tensor2d(given[0].x, [5, network.inputs])).dataSync(),
    );
    expect(torch.logits).toHaveLength(logits.length);
    torch.logits.forEach((value, i) => expect(logits[i]).toBeCloseTo(value, 3));
    trainer.dispose();
  });
});

test('the shapes written are those of torch', () => {
  const state = stateOf(networkOf(networks['a transformer']));
  const shapes = new Map(initTensors(state).map(({ name, shape }) => [name, shape]));
  expect(shapes.get('layers.position.weight')).toEqual([16, 8]);
  expect(shapes.get('layers.attn.in.weight')).toEqual([24, 8]);
  expect(shapes.get('layers.patches.weight')).toEqual(tensorShape(state.layers[0]));
});
