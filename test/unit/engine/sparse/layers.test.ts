/** The sparse executor against the tensors one on the cpu backend: every kind of layer, with random shapes around it. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { vocabularyOf } from '../../../../src/core/network';
import { Rng } from '../../../../src/core/rng';
import { cpu } from '../../../../src/engine/backends/cpu';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import { Trainer } from '../../../../src/engine/trainer';
import type { Batch } from '../../../../src/engine/training';
import { drawnBatch, drawnState } from '../nets';
import { kindsOfLayers } from '../random-layers';
import type { Around } from '../random-layers';
import { apart, stepApart, withExecutor } from './compare';

const settings = {
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-2 },
  labelSmoothing: 0.1,
} as const;

function batchOf({ network, examples, seed }: Around): Batch {
  const rng = Rng.fromSeed(seed + 1);
  const batch = drawnBatch(network, examples, seed);
  const rows = vocabularyOf(network);
  return rows === undefined ? batch : { ...batch, x: batch.x.map(() => rng.below(rows)) };
}

describe.each(['wasm', 'plain'])('the sparse executor on %s kernels', (kind) => {
  beforeAll(async () => {
    await cpu.start();
  });

  it.each(Object.entries(kindsOfLayers))('computes %s', (_, arbitrary) => {
    const { kernels } = loadKernels([kind]);
    expect(kernels.kind).toBe(kind);
    const none = kernels.room.used;
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(0.4, 0.8, 1), (around, density) => {
        const { network, seed } = around;
        const batch = batchOf(around);
        const state = drawnState(network, density, seed);
        withExecutor(new Trainer(network, state, settings), (trainer) => {
          withExecutor(new SparseExecutor(network, state, settings, kernels), (sparse) => {
            // Two steps, so that the second is by what the first has moved.
            for (const count of [1, 2]) {
              const stride = { learningRate: 0.01, count };
              const [found, expected] = [sparse.step(batch, stride), trainer.step(batch, stride)];
              expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-5);
              expect(stepApart(found, expected)).toBeLessThan(1e-3);
              const { difference, at } = apart(sparse.state(), trainer.state());
              expect(difference, at).toBeLessThan(2e-4);
            }
            const [found, expected] = [sparse.measure(batch), trainer.measure(batch)];
            found.gradients.forEach((gradient, l) =>
              gradient.forEach((value, i) => expect(value).toBeCloseTo(expected.gradients[l][i], 4)),
            );
          });
        });
      }),
      { numRuns: 12, seed: 3 },
    );
    // Everything is given back.
    expect(kernels.room.used).toBe(none);
  });
});
