/** What dense networks on TensorFlow.js in WebAssembly gain by our kernels. */
import type { Network } from '../../src/core/network';
import { activation, batchNorm, conv, linear } from '../../src/core/presets/parts';
import { wasm } from '../../src/engine/backends/wasm';
import { Trainer } from '../../src/engine/trainer';
import { batchOf, networkFrom, networkOf, stateOf } from './networks';
import { compare, timed } from './row';
import type { BenchRow } from './row';
import { stockNetwork, withStock } from './stock';

const optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;

async function denseRow(p: {
  name: string;
  network: Network;
  size: number;
  ratio: number;
  runs: number;
  how: string;
}): Promise<BenchRow> {
  const { name, network, size, ratio, runs, how } = p;
  const batch = batchOf(network, size);
  const trainer = new Trainer(network, stateOf(network, 1), { optimizer });
  const theirs = stockNetwork(network, batch);
  const row = await compare({
    name: `${name}, batch ${size}, dense: step on wasm`,
    own: () => timed(() => trainer.step(batch, { learningRate: 1e-4, count: 1 })),
    beside: { name: `stock TensorFlow.js, wasm${how}`, run: () => withStock(() => timed(theirs)) },
    runs,
    goal: { ratio },
  });
  trainer.dispose();
  return row;
}

export async function benchReachedDense(): Promise<BenchRow[]> {
  await wasm.start();
  const block = (name: string, inputs: number, out: number): Network['layers'] => [
    conv(name, inputs, out, { bias: false }),
    batchNorm(`${name}-norm`, out),
    activation('relu'),
    { kind: 'pool', of: 'max', size: 2, stride: 2 },
  ];
  const cnn = [
    ...block('conv1', 1, 16),
    ...block('conv2', 16, 32),
    { kind: 'flatten' } as const,
    linear('fc', 1568, 10),
  ];
  const mlp = networkOf('mlp', [1, 28, 28], { widths: [512, 512], activation: 'relu' });
  return [
    await denseRow({ name: 'MLP 784-512-512-10', network: mlp, size: 128, ratio: 1 / 7, runs: 11, how: '' }),
    await denseRow({
      ...{ name: 'CNN 16-32 with norms', network: networkFrom([1, 28, 28], cnn), size: 32, ratio: 1 / 3, runs: 11 },
      how: ', which has no gradient of a convolution by its weights: composed of its own operations',
    }),
  ];
}
