/** What a step of the sparse executor is said to take, against what its room holds at its height. */
import { describe, expect, it } from 'vitest';
import { mostThreads } from '../../../../src/core/kernels/work';
import { weightShape } from '../../../../src/core/network';
import type { MaskableLayer, Network, PictureSize } from '../../../../src/core/network';
import type { PresetName, PresetOptions } from '../../../../src/core/presets';
import { sparseStepMemory } from '../../../../src/core/sparse-step-memory';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { slotNames } from '../../../../src/engine/optimizer';
import type { OptimizerSettings } from '../../../../src/engine/optimizer';
import { sharingRule } from '../../../../src/engine/rps/rule';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import type { NetworkState } from '../../../../src/engine/states';
import type { TrainerSettings } from '../../../../src/engine/training';
import { drawnBatch, drawnState, presetNetwork } from '../nets';
import { mappedNetwork, projected, withMemory } from '../rps/shared-nets';
import { withExecutor } from './compare';

const sgd: OptimizerSettings = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
const adam: OptimizerSettings = { ...sgd, name: 'adam' };

/** The most bytes of the room that a step has at a time, with the most threads there can be. */
function heightOf(network: Network, state: NetworkState, settings: TrainerSettings, size: number): number {
  const kernels = { ...loadKernels().kernels, instances: mostThreads };
  const before = kernels.room.used;
  return withExecutor(new SparseExecutor(network, state, settings, kernels), (executor) => {
    executor.step(drawnBatch(network, size, 1), { learningRate: 1e-6, count: 1 });
    return kernels.room.peak - before;
  });
}

const keptIn =
  ({ layers }: NetworkState) =>
  ({ name }: MaskableLayer): number =>
    layers.find((layer) => layer.name === name)!.mask.reduce((sum, bit) => sum + bit, 0);

type Net = [name: PresetName, picture: PictureSize, options: PresetOptions, size: number, density: number];

const nets: Net[] = [
  ['mlp-7', [1, 28, 28], {}, 128, 0.1],
  ['mlp-7', [1, 28, 28], {}, 8, 0.9],
  ['mlp', [1, 28, 28], { depth: 200, width: 128 }, 8, 0.125],
  ['mlp', [1, 28, 28], { depth: 5, width: 300 }, 8, 1],
  ['cnn', [3, 32, 32], { depth: 12, width: 16 }, 16, 0.2],
  ['resnet-20', [3, 32, 32], { width: 8 }, 16, 0.1],
  ['vgg-11', [3, 32, 32], { width: 16 }, 16, 0.1],
  ['vgg-16-c', [3, 32, 32], { width: 16 }, 16, 0.3],
  ['efficientnet-b0', [3, 64, 64], { width: 16 }, 8, 0.2],
  ['deit-blocks', [3, 32, 32], { depth: 2, width: 64 }, 8, 0.1],
  ['deit-blocks', [3, 64, 64], { depth: 2, width: 64 }, 1, 0.1],
];

describe('the memory of a step of kept weights', () => {
  it.each(nets)('%s on %j, %j, batch %d, density %f', (name, picture, options, size, density) => {
    const network = presetNetwork(name, picture, options);
    const state = drawnState(network, density);
    for (const optimizer of [sgd, adam]) {
      const slots = slotNames(optimizer).length;
      const { fixed, perExample } = sparseStepMemory(network, { kept: keptIn(state), slots, denseGradients: false });
      const found = heightOf(network, state, { optimizer }, size);
      const said = fixed + size * perExample;
      expect(said / found).toBeGreaterThan(0.9);
      expect(said / found).toBeLessThan(1.3);
    }
  });

  it('of weights that are recovered from a memory', () => {
    const network = presetNetwork('mlp', [1, 28, 28], { depth: 4, width: 300 });
    const dense = drawnState(network, 1);
    const rule = sharingRule(
      mappedNetwork(network, { compression: 3 }),
      { method: 'stable-rps', scaler: 'theory' },
      sgd,
    );
    const { m, layers } = rule.sharing;
    const shared = { m, layers: new Set(layers.map(({ name }) => name)) };
    const all = (layer: MaskableLayer): number => weightShape(layer).rows * weightShape(layer).columns;
    const { fixed, perExample } = sparseStepMemory(network, { kept: all, slots: 1, shared, denseGradients: false });
    const state = withMemory(dense, rule, projected(dense, rule));
    const found = heightOf(network, state, { optimizer: sgd, sharing: rule }, 16);
    expect((fixed + 16 * perExample) / found).toBeGreaterThan(0.9);
    // What the optimizer remembers of the memory, and its gradient, lie outside of the room.
    expect((fixed + 16 * perExample) / found).toBeLessThan(1.3);
  });

  it('says what a step adds that measures the gradients of all weights', () => {
    const network = presetNetwork('mlp', [1, 28, 28], { depth: 4, width: 300 });
    const state = drawnState(network, 0.05);
    const memory = (denseGradients: boolean): number =>
      sparseStepMemory(network, { kept: keptIn(state), slots: 1, denseGradients }).fixed;
    const { kernels } = loadKernels();
    const more = withExecutor(new SparseExecutor(network, state, { optimizer: sgd }, kernels), (executor) => {
      executor.step(drawnBatch(network, 4, 1), { learningRate: 1e-6, count: 1 });
      const before = kernels.room.used;
      const { gradients } = executor.measure(drawnBatch(network, 4, 1));
      const inHeap = gradients.reduce((sum, { byteLength }) => sum + byteLength, 0);
      return kernels.room.peak - before + inHeap;
    });
    expect((memory(true) - memory(false)) / more).toBeGreaterThan(0.9);
    expect((memory(true) - memory(false)) / more).toBeLessThan(1.1);
  });
});
