/** 2,000 steps leave no tensor behind and do not make the process grow. */
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/core/network';
import { activation, convNorm, linear } from '../../../src/core/presets/parts';
import { wasm } from '../../../src/engine/backends/wasm';
import type { Executor } from '../../../src/engine/executor';
import { loadKernels } from '../../../src/engine/kernels/load';
import { dropAndGrow } from '../../../src/engine/mask-updates';
import { SparseExecutor } from '../../../src/engine/sparse/executor';
import { Trainer } from '../../../src/engine/trainer';
import { drawnBatch, drawnState } from './nets';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held by somebody. What a collection found of arrays outside of the heap is given back and counted a little later. */
async function held(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 5; look++) {
    collect();
    await setTimeout(20);
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

interface Heap {
  wasm: { HEAPU8: Uint8Array };
}

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
const settings = { optimizer, microBatch: 2, clipNorm: 1 };

/** `others`: memory that is no garbage of JavaScript. */
async function expectFlat(executor: Executor, others: () => object): Promise<void> {
  const steps = (from: number, to: number): void => {
    for (let step = from; step < to; step++) {
      const [batch, stride] = [drawnBatch(network, 4, step % 7), { learningRate: 1e-4, count: step + 1 }];
      if (step % 50 === 49) dropAndGrow(executor, batch, { method: 'rigl', fraction: 0.3, seed: 1, step, stride });
      else executor.step(batch, stride);
    }
  };
  // By then what is called often is compiled: that alone takes half a megabyte.
  steps(0, 600);
  const before = { others: others(), held: await held() };
  steps(600, 2_000);
  expect(others()).toEqual(before.others);
  // Of 1,400 steps: a single array of a step that stayed would be more.
  expect((await held()) - before.held).toBeLessThan(2 ** 20);
  executor.dispose();
}

describe('the memory of 2,000 steps with masks that change is flat', () => {
  it('by TensorFlow.js', async () => {
    await wasm.start();
    await expectFlat(new Trainer(network, drawnState(network), settings), () => {
      const { numTensors, numBytes } = tf.memory();
      return { numTensors, numBytes, heap: (tf.backend() as unknown as Heap).wasm.HEAPU8.byteLength };
    });
  }, 180_000);

  it('by the sparse executor', async () => {
    const { kernels } = loadKernels();
    expect(kernels.kind).not.toBe('plain');
    const { room } = kernels;
    const before = room.used;
    await expectFlat(new SparseExecutor(network, drawnState(network, 0.3), settings, kernels), () => {
      const last = room.float32(1);
      room.free(last);
      return { used: room.used, peak: room.peak, memory: last.buffer.byteLength };
    });
    expect(room.used).toBe(before);
  }, 180_000);
});
