/** The sparse executor against the tensors one: a step of every preset. */
import { describe, expect, it } from 'vitest';
import { presetNames } from '../../../../src/core/presets';
import type { PresetName } from '../../../../src/core/presets';
import { cpu } from '../../../../src/engine/backends/cpu';
import { wasm } from '../../../../src/engine/backends/wasm';
import type { Executor } from '../../../../src/engine/executor';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import { Trainer } from '../../../../src/engine/trainer';
import { exactKernels } from '../../kernels';
import { drawnBatch, drawnState, presetNetwork, smallPresets } from '../nets';
import { apart, stepApart, withExecutor } from './compare';

const settings = { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-2 } } as const;

/**
 * Here rounding to float32 parts any two who compute a step: norms over few values multiply it, layer after layer, and those of a channel
 * that varies by nothing, for want of kept weights, by 316. TensorFlow.js itself is as far from the exact step, computed in float64, as we
 * are: on cpu 1.3e-5 and we 1.8e-5 of ResNet-56, 3.9e-5 and 6.0e-5 of ResNet-110, 3.2e-5 and 7.2e-5 of VGG-16-C (on wasm 8.7e-5),
 * 1.5e-3 and 1.6e-4 of EfficientNet-B0. Of the other presets we are at most 6.4e-6 from cpu, of ResNet-32.
 */
const tooDeep: readonly PresetName[] = ['resnet-56', 'resnet-110', 'vgg-16-c', 'efficientnet-b0'];

/** At these no value lies so near to zero before a ReLU, or to another before a pool, that rounding tells on which side. */
const seeds = { state: 8, batch: 103 };

describe('the sparse executor', () => {
  it.each(presetNames)('%s makes the step of the tensors executor', async (name) => {
    const { picture, options, size, learningRate } = smallPresets[name];
    const network = presetNetwork(name, picture, options);
    const state = drawnState(network, 0.3, seeds.state);
    const batch = drawnBatch(network, size, seeds.batch);
    const stepped = (executor: Executor) =>
      withExecutor(executor, () => {
        const result = executor.step(batch, { learningRate, count: 1 });
        return { result, state: executor.state(), evaluation: executor.evaluate(batch) };
      });
    type Stepped = ReturnType<typeof stepped>;
    /** The largest of the relative differences of all there is. */
    const between = (one: Stepped, other: Stepped): { distance: number; at: string } => {
      const { difference, at } = apart(one.state, other.state);
      const evaluation = Math.abs(one.evaluation.loss / other.evaluation.loss - 1);
      return { distance: Math.max(difference, stepApart(one.result, other.result), evaluation), at };
    };
    await cpu.start();
    const expected = stepped(new Trainer(network, state, settings));
    const found = stepped(new SparseExecutor(network, state, settings, loadKernels().kernels));
    const exact = stepped(new SparseExecutor(network, state, settings, exactKernels()));
    await wasm.start();
    const other = stepped(new Trainer(network, state, settings));
    expect(found.result.accuracy).toBe(expected.result.accuracy);
    const rounding = Math.max(...[expected, other].map((one) => between(one, exact).distance));
    const enlarges = tooDeep.includes(name);
    expect(rounding, 'TensorFlow.js from the exact step').toBeLessThan(5e-3);
    const ours = between(found, enlarges ? exact : expected);
    expect(ours.distance, ours.at).toBeLessThan(enlarges ? Math.max(1e-5, 2 * rounding) : 1e-5);
  });
});
