/** How the sparse executor trains: as the tensors one does, by any optimizer, on masks that change, and on a shared memory. */
import { beforeAll, describe, expect, it } from 'vitest';
import { maskableLayers, weightShape } from '../../../../src/core/network';
import type { Network } from '../../../../src/core/network';
import { finish } from '../../../../src/core/parts';
import { mappingNames } from '../../../../src/core/rps/names';
import { activation, convNorm, linear } from '../../../../src/core/presets/parts';
import { cpu } from '../../../../src/engine/backends/cpu';
import type { Executor } from '../../../../src/engine/executor';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { dropAndGrow, pruneByMagnitude, rewindTo } from '../../../../src/engine/mask-updates';
import type { OptimizerSettings } from '../../../../src/engine/optimizer';
import { sharingRule } from '../../../../src/engine/rps/rule';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import type { NetworkState } from '../../../../src/engine/states';
import { Trainer } from '../../../../src/engine/trainer';
import type { Batch, Stride, TrainerSettings } from '../../../../src/engine/training';
import { drawnBatch, drawnState, gentleRates, presetNetwork } from '../nets';
import { mappedNetwork, projected, withMemory } from '../rps/shared-nets';
import { apart, stepApart, withExecutor } from './compare';

const network: Network = {
  inputs: 32,
  picture: [2, 4, 4],
  classes: 4,
  layers: [
    ...convNorm('conv1', 2, 6),
    activation('relu'),
    ...convNorm('conv2', 6, 6, { groups: 2, stride: 2 }),
    activation('relu'),
    { kind: 'flatten' },
    linear('fc1', 24, 12),
    activation('tanh'),
    linear('fc2', 12, 4),
  ],
};
const residual = presetNetwork('resnet-20', [3, 8, 8], { width: 4 });
/** In longer strides of the deep one a value crosses zero before a ReLU in one executor and not in the other. */
const rateOf = (own: Network): number => (own === residual ? gentleRates['resnet-20'] : 0.02);
const mlp = presetNetwork('mlp-7', [1, 6, 6]);

const sgd: OptimizerSettings = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-3 };
const variants: Record<string, TrainerSettings & { learningRate: number }> = {
  nesterov: { optimizer: sgd, learningRate: 0.02 },
  'sgd with momentum': { optimizer: { ...sgd, nesterov: false }, learningRate: 0.02 },
  'sgd without': { optimizer: { ...sgd, momentum: 0, nesterov: false }, learningRate: 0.02 },
  adam: { optimizer: { ...sgd, name: 'adam' }, learningRate: 0.003 },
  adamw: { optimizer: { ...sgd, name: 'adamw', weightDecay: 0.1 }, learningRate: 0.003 },
  'weight decay of everything': { optimizer: { ...sgd, decayAll: true, weightDecay: 0.1 }, learningRate: 0.02 },
  'clipped gradients': { optimizer: sgd, clipNorm: 0.1, learningRate: 0.02 },
  'smoothed labels': { optimizer: sgd, labelSmoothing: 0.1, learningRate: 0.02 },
  'parts of a batch': { optimizer: sgd, microBatch: 6, learningRate: 0.02 },
};

const { kernels } = loadKernels();
const sparseOf = (own: Network, state: NetworkState, settings: TrainerSettings): SparseExecutor =>
  new SparseExecutor(own, state, settings, kernels);

/** What both are asked to do, side by side. */
function both(
  own: Network,
  state: NetworkState,
  settings: TrainerSettings,
  use: (sparse: Executor, tensors: Executor) => void,
): void {
  withExecutor(new Trainer(own, state, settings), (tensors) => {
    withExecutor(sparseOf(own, state, settings), (sparse) => {
      use(sparse, tensors);
    });
  });
}

/** The step that `tensors` has just made, by one that stood where it began. */
function expectSameStep(again: Executor, tensors: Executor, batch: Batch, stride: Stride, bound: number): void {
  withExecutor(again, () => {
    again.step(batch, stride);
    const { difference, at } = apart(again.state(), tensors.state());
    expect(difference, `step ${stride.count}, ${at}`).toBeLessThan(bound);
  });
}

/** Batches of different sizes. */
const batchAt = (own: Network, step: number) => drawnBatch(own, 12 + (step % 3), step);

describe('the sparse executor', () => {
  beforeAll(async () => {
    await cpu.start();
  });

  it.each(Object.entries(variants))('trains as the tensors executor by %s', (_, { learningRate, ...settings }) => {
    // The first step of Adam goes learningRate g / (|g| + 1e-8): where g is zero but for rounding, of some 1e-10, it is that times 1e8
    // long. So it was 3e-6 to 1.5e-5 off at weights whose gradients cancel to 1e-8, whatever sums them in float32.
    const likeAdam = settings.optimizer.name.startsWith('adam');
    for (const own of [mlp, network])
      both(own, drawnState(own, 0.2), settings, (sparse, tensors) => {
        for (let step = 0; step < 20; step++) {
          const [batch, stride] = [batchAt(own, step), { learningRate, count: step + 1 }];
          const begin = tensors.state();
          const [found, expected] = [sparse.step(batch, stride), tensors.step(batch, stride)];
          expect(stepApart(found, expected), `step ${step}`).toBeLessThan(1e-5);
          expect(found.accuracy).toBe(expected.accuracy);
          if (step % 4 === 0)
            expectSameStep(sparseOf(own, begin, settings), tensors, batch, stride, likeAdam ? 3e-5 : 1e-5);
        }
        const { difference, at } = apart(sparse.state(), tensors.state());
        // Of twenty steps.
        expect(difference, at).toBeLessThan(likeAdam ? 1e-4 : 1e-5);
      });
  });

  it.each(['rigl', 'set'] as const)('changes its masks by %s as the tensors executor does', (method) => {
    const settings = { optimizer: sgd };
    for (const own of [network, residual])
      both(own, drawnState(own, 0.4), settings, (sparse, tensors) => {
        for (let step = 0; step < 4; step++) {
          const p = { method, fraction: 0.3, seed: 5, step, stride: { learningRate: rateOf(own), count: step + 1 } };
          const batch = batchAt(own, step);
          const [found, expected] = [dropAndGrow(sparse, batch, p), dropAndGrow(tensors, batch, p)];
          expect(found.updates.map(({ update }) => [...update.mask])).toEqual(
            expected.updates.map(({ update }) => [...update.mask]),
          );
          const begin = tensors.state();
          sparse.step(batch, p.stride);
          tensors.step(batch, p.stride);
          expectSameStep(sparseOf(own, begin, settings), tensors, batch, p.stride, 1e-5);
          const { difference, at } = apart(sparse.state(), tensors.state());
          expect(difference, at).toBeLessThan(1e-5);
        }
      });
  });

  it('prunes and goes back as the tensors executor does', () => {
    const state = drawnState(network, 0.9);
    both(network, state, { optimizer: sgd }, (sparse, tensors) => {
      for (const executor of [sparse, tensors]) {
        executor.step(batchAt(network, 0), { learningRate: 0.02, count: 1 });
        pruneByMagnitude(executor, 200);
        executor.step(batchAt(network, 1), { learningRate: 0.02, count: 2 });
        rewindTo(executor, state);
      }
      expect(apart(sparse.state(), tensors.state())).toEqual({ difference: 0, at: '' });
      expect(sparse.firstChangedMask()).toBeUndefined();
    });
  });

  it('goes on exactly where it was stopped, and from what the other executor has left', () => {
    const settings = { optimizer: variants['adam'].optimizer };
    const stride = (step: number) => ({ learningRate: 0.003, count: step + 1 });
    const run = (executor: Executor, from: number, to: number): NetworkState =>
      withExecutor(executor, () => {
        for (let step = from; step < to; step++) executor.step(batchAt(network, step), stride(step));
        return executor.state();
      });
    const state = drawnState(network, 0.3);
    const whole = run(sparseOf(network, state, settings), 0, 6);
    const half = run(sparseOf(network, state, settings), 0, 3);
    expect(run(sparseOf(network, half, settings), 3, 6)).toEqual(whole);
    expect(apart(run(new Trainer(network, half, settings), 3, 6), whole).difference).toBeLessThan(1e-4);
    const theirs = run(new Trainer(network, state, settings), 0, 3);
    expect(apart(run(sparseOf(network, theirs, settings), 3, 6), whole).difference).toBeLessThan(1e-4);
  });

  it.each(mappingNames)('trains a memory that %s shares as the tensors executor does', (kind) => {
    for (const own of [network, residual, mlp]) {
      const dense = drawnState(own, 1);
      const sharing = mappedNetwork(own, { compression: 3, kind });
      const rule = sharingRule(sharing, { method: 'stable-rps', scaler: 'theory' }, sgd);
      const state = withMemory(dense, rule, projected(dense, rule));
      const settings = { optimizer: sgd, sharing: rule };
      both(own, state, settings, (sparse, tensors) => {
        for (let step = 0; step < 3; step++) {
          const [batch, stride] = [batchAt(own, step), { learningRate: rateOf(own), count: step + 1 }];
          const begin = tensors.state();
          expect(stepApart(sparse.step(batch, stride), tensors.step(batch, stride))).toBeLessThan(1e-5);
          expectSameStep(sparseOf(own, begin, settings), tensors, batch, stride, 1e-5);
        }
        expect(apart(sparse.state(), tensors.state()).difference).toBeLessThan(1e-5);
        expect(sparse.lastMove?.memoryNorm).toBeCloseTo(tensors.lastMove!.memoryNorm, 4);
        expect(sparse.lookAtMemory()?.layers).toHaveLength(tensors.lookAtMemory()!.layers.length);
      });
    }
  });

  it('answers probes as the tensors executor does', () => {
    both(mlp, drawnState(mlp, 0.2), { optimizer: sgd }, (sparse, tensors) => {
      const batch = drawnBatch(mlp, 3, 1);
      expect(finish(sparse.jacobians(batch))).toEqual(finish(tensors.jacobians(batch)));
      const withoutSigns = (executor: Executor) =>
        // The products of the other executor have zeros of both signs.
        executor.weights().map(({ weight, ...rest }) => ({ ...rest, weight: weight.map((value) => value + 0) }));
      expect(withoutSigns(sparse)).toEqual(withoutSigns(tensors));
      expect(finish(sparse.insides(batch))).toEqual(finish(tensors.insides(batch)));
      expect([...finish(sparse.signals(batch)).keys()]).toEqual([...finish(tensors.signals(batch)).keys()]);
    });
  });

  it('holds memory by its kept weights', () => {
    const deep = presetNetwork('mlp', [1, 28, 28], { depth: 1000, width: 128 });
    const heldAt = (density: number): { bytes: number; kept: number } => {
      const before = kernels.room.used;
      const state = drawnState(deep, density);
      return withExecutor(sparseOf(deep, state, { optimizer: sgd }), () => ({
        bytes: kernels.room.used - before,
        kept: state.layers.reduce((sum, { mask }) => sum + mask.reduce((own, bit) => own + bit, 0), 0),
      }));
    };
    const [few, more] = [heldAt(0.05), heldAt(0.125)];
    // Weight, momentum, gradient, index; what it meets both ways, and the weight again in the order of the way back.
    const perWeight = (more.bytes - few.bytes) / (more.kept - few.kept);
    expect(perWeight).toBeGreaterThan(31);
    expect(perWeight).toBeLessThan(33);
    // Starts of rows, biases, and what is left over of lines of the cache: some bytes a neuron, not a weight.
    const neurons = maskableLayers(deep).reduce((sum, layer) => sum + weightShape(layer).rows, 0);
    expect(few.bytes - few.kept * perWeight).toBeLessThan(64 * neurons);
  });

  it.each(['sgd', 'adam'] as const)('holds nothing of shared weights for %s, nor indices of all weights', (name) => {
    const wide = presetNetwork('mlp', [1, 28, 28], { depth: 4, width: 300 });
    const dense = drawnState(wide, 1);
    const sharing = mappedNetwork(wide, { compression: 10 });
    const optimizer = { ...sgd, name };
    const rule = sharingRule(sharing, { method: 'stable-rps', scaler: 'theory' }, optimizer);
    const before = kernels.room.used;
    const held = withExecutor(
      sparseOf(wide, withMemory(dense, rule, projected(dense, rule)), { optimizer, sharing: rule }),
      () => kernels.room.used - before,
    );
    // Weight, gradient; where it is in the order of the way back, and itself there. And the memory.
    const expected = 16 * sharing.n + 4 * sharing.m;
    expect(held).toBeGreaterThan(expected);
    expect(held).toBeLessThan(1.05 * expected);
    expect(kernels.room.used).toBe(before);
  });
});
