/** The sparse executor over threads. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Network } from '../../../../src/core/network';
import { activation, convNorm, linear } from '../../../../src/core/presets/parts';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { KernelThreads } from '../../../../src/engine/kernels/threads';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import { drawnBatch, drawnState } from '../nets';
import { Bundles } from '../kernels/bundles';
import { withExecutor } from './compare';

const network: Network = {
  inputs: 32,
  picture: [2, 4, 4],
  classes: 4,
  layers: [
    ...convNorm('conv1', 2, 6),
    activation('relu'),
    ...convNorm('conv2', 6, 6, { stride: 2 }),
    activation('silu'),
    { kind: 'flatten' },
    linear('fc1', 24, 30),
    activation('tanh'),
    linear('fc2', 30, 4),
  ],
};
const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-3 } as const;

let bundles: Bundles;
beforeAll(async () => {
  bundles = await Bundles.open();
});
afterAll(() => bundles.close());

it.each([0.2, 0.8])('two threads make the same steps to the bit at density %f', async (density) => {
  const loaded = loadKernels();
  const threads = new KernelThreads(loaded, { threads: 2, always: true, script: await bundles.worker() });
  try {
    await vi.waitFor(() => expect(threads.threads).toBe(2), 20_000);
    const open = vi.spyOn(Atomics, 'notify');
    const [alone, together] = [loaded.kernels, threads.kernels].map((kernels) => {
      open.mockClear();
      return withExecutor(
        new SparseExecutor(network, drawnState(network, density), { optimizer }, kernels),
        (executor) => {
          const results = [0, 1, 2, 3, 4].map((step) =>
            executor.step(drawnBatch(network, 13, step), { learningRate: 0.05, count: step + 1 }),
          );
          return { results, state: executor.state(), jobs: open.mock.calls.length };
        },
      );
    });
    open.mockRestore();
    expect([together.results, together.state]).toEqual([alone.results, alone.state]);
    expect(alone.jobs).toBe(0);
    expect(together.jobs).toBeGreaterThan(50);
    expect(loaded.kernels.room.used).toBeLessThan(2 ** 20);
  } finally {
    await threads.close();
  }
});
