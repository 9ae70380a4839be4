/** The sparse executor against the tensors one: a step of every preset. */
import { describe, expect, it } from 'vitest';
import { presetNames } from '../../../../src/core/presets';
import type { PresetName } from '../../../../src/core/presets';
import { cpu } from '../../../../src/engine/backends/cpu';
import { wasm } from '../../../../src/engine/backends/wasm';
import type { Executor } from '../../../../src/engine/executor';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import type { NetworkState } from '../../../../src/engine/states';
import { Trainer } from '../../../../src/engine/trainer';
import { exactKernels } from '../../kernels';
import { drawnBatch, drawnState, presetNetwork, smallPresets } from '../nets';
import { apart, slotsApart, stepApart, withExecutor, withoutSlots } from './compare';

const settings = { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-2 } } as const;

interface Case {
  /** Default: as narrow presets have it. */
  picture?: [channels: number, height: number, width: number];
  size?: number;
  /** What the norms that end the branches of residual blocks are multiplied by. */
  branches?: number;
}

/**
 * Norms over few values multiply what was rounded before them, layer after layer: these presets are tried where that
 * stays small. Pictures and batches of VGG-16-C and EfficientNet-B0 are so large that no norm is over fewer than 16
 * values; branches count less than what they are added to, as after training and at the beginning by Goyal et al.,
 * "Accurate, Large Minibatch SGD" (2017), 5.1, who begin with 0.
 */
const calm: Partial<Record<PresetName, Case>> = {
  'resnet-56': { branches: 0.3 },
  'resnet-110': { branches: 0.3 },
  'vgg-16-c': { picture: [3, 32, 32], size: 24 },
  'efficientnet-b0': { picture: [3, 32, 32], size: 16 },
};
const calmed = Object.keys(calm) as PresetName[];

/** At these no value lies so near to zero before a ReLU, or to another before a pool, that rounding tells on which side. */
const seeds = { state: 8, batch: 103 };

const isBranchEnd = /conv2-norm$/;

/** `stepped`: one step by an executor of that network, from a drawn state with a drawn batch. */
function begin(name: PresetName, { picture, size, branches = 1 }: Case) {
  const small = smallPresets[name];
  const network = presetNetwork(name, picture ?? small.picture, small.options);
  const state = drawnState(network, 0.3, seeds.state);
  for (const { name: norm, weight } of state.others)
    if (isBranchEnd.test(norm)) weight.forEach((value, i) => (weight[i] = branches * value));
  const batch = drawnBatch(network, size ?? small.size, seeds.batch);
  const stepped = (executor: Executor) =>
    withExecutor(executor, () => {
      const result = executor.step(batch, { learningRate: small.learningRate, count: 1 });
      return { result, state: executor.state(), evaluation: executor.evaluate(batch) };
    });
  return {
    tensors: () => stepped(new Trainer(network, state, settings)),
    sparse: () => stepped(new SparseExecutor(network, state, settings, loadKernels().kernels)),
    exact: () => stepped(new SparseExecutor(network, state, settings, exactKernels())),
  };
}

type Stepped = ReturnType<ReturnType<typeof begin>['sparse']>;

/** The largest of the relative differences of all there is, or of what `of` leaves of the states. */
function between(
  one: Stepped,
  other: Stepped,
  of: (state: NetworkState) => NetworkState = (state) => state,
): { distance: number; at: string } {
  const { difference, at } = apart(of(one.state), of(other.state));
  const evaluation = Math.abs(one.evaluation.loss / other.evaluation.loss - 1);
  return { distance: Math.max(difference, stepApart(one.result, other.result), evaluation), at };
}

describe('the sparse executor', () => {
  it.each(presetNames)('%s makes the step of the tensors executor', async (name) => {
    const { tensors, sparse } = begin(name, calm[name] ?? {});
    await cpu.start();
    const expected = tensors();
    const found = sparse();
    expect(found.result.accuracy).toBe(expected.result.accuracy);
    const network = between(found, expected, withoutSlots);
    expect(network.distance, `what is left of the network: ${network.at}`).toBeLessThan(1e-5);
    expect(slotsApart(found.state, expected.state), 'momentum as one vector').toBeLessThan(1e-5);
    // Single values of EfficientNet-B0's are 2e-5 to 6e-5 of their array off when computed in float64 and only kept in
    // float32, and as far from each other by whatever two ways.
    const least = name === 'efficientnet-b0' ? 1e-4 : 1e-5;
    const whole = between(found, expected);
    expect(whole.distance, whole.at).toBeLessThan(least);
  });

  /**
   * As the others are drawn: here norms over few values, and those of a channel that varies by nothing, for want of
   * kept weights, multiply rounding to float32 so much that it parts any two who compute a step. TensorFlow.js itself
   * is as far from the exact step, computed in float64, as we are: on cpu 1.3e-5 and we 1.8e-5 of ResNet-56, 3.9e-5 and
   * 6.0e-5 of ResNet-110, 3.2e-5 and 7.2e-5 of VGG-16-C (on wasm 8.7e-5), 1.5e-3 and 1.6e-4 of EfficientNet-B0.
   */
  it.each(calmed)('%s errs as little as the tensors executor where rounding is enlarged', async (name) => {
    const { tensors, sparse, exact: exactly } = begin(name, {});
    await cpu.start();
    const byCpu = tensors();
    const found = sparse();
    const exact = exactly();
    expect(found.result.accuracy).toBe(byCpu.result.accuracy);
    await wasm.start();
    const rounding = Math.max(...[byCpu, tensors()].map((one) => between(one, exact).distance));
    expect(rounding, 'TensorFlow.js from the exact step').toBeLessThan(5e-3);
    const ours = between(found, exact);
    expect(ours.distance, ours.at).toBeLessThan(Math.max(1e-5, 2 * rounding));
  });
});
