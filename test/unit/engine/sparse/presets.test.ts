/** The sparse executor against the tensors one on the cpu backend: a step of every preset. */
import { describe, expect, it } from 'vitest';
import { presetNames } from '../../../../src/core/presets';
import { cpu } from '../../../../src/engine/backends/cpu';
import { wasm } from '../../../../src/engine/backends/wasm';
import type { Executor } from '../../../../src/engine/executor';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import { Trainer } from '../../../../src/engine/trainer';
import { drawnBatch, drawnState, presetNetwork, smallPresets } from '../nets';
import { apart, stepApart, withExecutor } from './compare';

const settings = { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-2 } } as const;

describe('the sparse executor', () => {
  it.each(presetNames)('%s makes the step of the tensors executor', async (name) => {
    const { picture, options, size, learningRate } = smallPresets[name];
    const network = presetNetwork(name, picture, options);
    const state = drawnState(network, 0.3);
    const batch = drawnBatch(network, size, 100);
    const stepped = (executor: Executor) =>
      withExecutor(executor, () => {
        const result = executor.step(batch, { learningRate, count: 1 });
        return { result, state: executor.state(), evaluation: executor.evaluate(batch) };
      });
    await cpu.start();
    const expected = stepped(new Trainer(network, state, settings));
    const found = stepped(new SparseExecutor(network, state, settings, loadKernels().kernels));
    await wasm.start();
    const other = stepped(new Trainer(network, state, settings));
    // Deep norms over few examples enlarge rounding: where they do, it may be as far as another backend is. On wasm norms are in float64,
    // here in float32: 7 times as far was measured of EfficientNet-B0, where that is most.
    const times = name === 'efficientnet-b0' ? 10 : 2;
    const allowed = (rounding: number): number => Math.max(1e-5, times * rounding);
    expect(stepApart(found.result, expected.result)).toBeLessThan(allowed(stepApart(other.result, expected.result)));
    const { difference, at } = apart(found.state, expected.state);
    expect(difference, at).toBeLessThan(allowed(apart(other.state, expected.state).difference));
    const evaluations = [found, other].map(({ evaluation }) => evaluation.loss / expected.evaluation.loss - 1);
    expect(Math.abs(evaluations[0])).toBeLessThan(allowed(Math.abs(evaluations[1])));
    expect(found.result.accuracy).toBe(expected.result.accuracy);
  });
});
