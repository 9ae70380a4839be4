/** 1,500 steps leave no tensor behind and do not make the process grow. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { Network } from '../../../src/core/network';
import { activation, convNorm, linear } from '../../../src/core/presets/parts';
import { wasm } from '../../../src/engine/backends/wasm';
import { Trainer } from '../../../src/engine/trainer';
import { drawnBatch, drawnState } from './nets';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held by somebody. */
const held = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

interface Heap {
  wasm: { HEAPU8: Uint8Array };
}

it('the memory of 1,500 steps is flat', async () => {
  await wasm.start();
  const network: Network = {
    inputs: 32,
    picture: [2, 4, 4],
    classes: 4,
    layers: [
      ...convNorm('conv1', 2, 4),
      activation('relu'),
      ...convNorm('conv2', 4, 4, { groups: 4 }),
      { kind: 'pool', of: 'max', size: 2, stride: 2 },
      { kind: 'flatten' },
      linear('fc', 16, 4),
    ],
  };
  const optimizer = { name: 'adam', momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const trainer = new Trainer(network, drawnState(network), { optimizer, microBatch: 2, clipNorm: 1 });
  const heap = (): number => (tf.backend() as unknown as Heap).wasm.HEAPU8.byteLength;
  const steps = (from: number, to: number): void => {
    for (let step = from; step < to; step++)
      trainer.step(drawnBatch(network, 4, step % 7), { learningRate: 1e-4, count: step + 1 });
  };
  steps(0, 100);
  const before = {
    tensors: tf.memory().numTensors,
    bytes: tf.memory().numBytes,
    heap: heap(),
    held: held(),
  };
  steps(100, 1_500);
  expect(tf.memory().numTensors).toBe(before.tensors);
  expect(tf.memory().numBytes).toBe(before.bytes);
  expect(heap()).toBe(before.heap);
  // Of 1,400 steps: a single array of a step that stayed would be more.
  expect(held() - before.held).toBeLessThan(2 ** 20);
  trainer.dispose();
}, 180_000);
