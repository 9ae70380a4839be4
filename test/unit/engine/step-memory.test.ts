/** What a step is said to take, against what the wasm backend allocates; and that a batch in parts is the same batch. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Network, PictureSize } from '../../../src/core/network';
import { finish } from '../../../src/core/parts';
import type { PresetName, PresetOptions } from '../../../src/core/presets';
import { examplesWithin, planStep, signalsShare, stepMemory } from '../../../src/core/step-memory';
import { wasm } from '../../../src/engine/backends/wasm';
import { loadKernels } from '../../../src/engine/kernels/load';
import { SparseExecutor } from '../../../src/engine/sparse/executor';
import type { TrainerSettings } from '../../../src/engine/training';
import { Trainer } from '../../../src/engine/trainer';
import { sharingRule } from '../../../src/engine/rps/rule';
import { drawnBatch, drawnState, presetNetwork } from './nets';
import { mappedNetwork, projected, withMemory } from './rps/shared-nets';

const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;

/** What of the backend's own class is used. */
interface Heap {
  wasm: { _malloc: (bytes: number) => number; _free: (address: number) => void };
}

/** Bytes of the WebAssembly heap that tensors hold. */
class Meter {
  private readonly sizes = new Map<number, number>();
  private live = 0;
  peak = 0;

  private constructor(heap: Heap['wasm']) {
    const [malloc, free] = [heap._malloc, heap._free];
    heap._malloc = (bytes) => {
      const address = malloc(bytes);
      this.sizes.set(address, bytes);
      this.live += bytes;
      this.peak = Math.max(this.peak, this.live);
      return address;
    };
    heap._free = (address) => {
      this.live -= this.sizes.get(address) ?? 0;
      this.sizes.delete(address);
      free(address);
    };
  }

  /** After the first allocation: until then the functions stand in for themselves. */
  static install(): Meter {
    tf.tidy(() => void tf.add(tf.ones([3]), 1).dataSync());
    return new Meter((tf.backend() as unknown as Heap).wasm);
  }

  /** The height of the heap above what it holds now. */
  during(work: () => void): number {
    const before = this.live;
    this.peak = before;
    work();
    return this.peak - before;
  }
}

let meter: Meter;
beforeAll(async () => {
  await wasm.start();
  meter = Meter.install();
});

describe('the memory of a step', () => {
  it.each<[PresetName, PictureSize, PresetOptions, number]>([
    ['mlp-7', [1, 28, 28], {}, 128],
    ['mlp', [1, 28, 28], { depth: 50, width: 64 }, 64],
    ['cnn', [3, 32, 32], { depth: 12, width: 16 }, 16],
    ['resnet-20', [3, 32, 32], { width: 8 }, 16],
    ['vgg-11', [3, 32, 32], { width: 16 }, 16],
    ['vgg-16-c', [3, 32, 32], { width: 16 }, 16],
    ['efficientnet-b0', [3, 64, 64], { width: 16 }, 8],
    ['deit-blocks', [3, 32, 32], { depth: 2, width: 64 }, 8],
  ])('%s on %j, %j, batch %d', (name, picture, options, size) => {
    const network = presetNetwork(name, picture, options);
    const { fixed, perExample } = stepMemory(network, 1);
    const batch = drawnBatch(network, size, 1);
    const found = meter.during(() => {
      const trainer = new Trainer(network, drawnState(network), { optimizer });
      trainer.step(batch, { learningRate: 1e-6, count: 1 });
      trainer.dispose();
    });
    const said = fixed + size * perExample;
    expect(said).toBeGreaterThan(found);
    expect(said).toBeLessThan(2 * found);
    // Signals of as many examples.
    const looked = meter.during(() => {
      const trainer = new Trainer(network, drawnState(network), { optimizer });
      finish(trainer.signals(batch));
      trainer.dispose();
    });
    expect(signalsShare * said).toBeGreaterThan(looked);
    // The sparse executor has less to hold, and as many examples at a time.
    const { kernels } = loadKernels();
    const sparse = new SparseExecutor(network, drawnState(network, 0.5), { optimizer }, kernels);
    sparse.step(batch, { learningRate: 1e-6, count: 1 });
    sparse.dispose();
    expect(said).toBeGreaterThan(kernels.room.peak);
  });

  it('of a network that begins with an embedding', () => {
    const network: Network = {
      inputs: 40,
      classes: 4,
      layers: [
        { kind: 'embedding', name: 'table', size: 500, width: 32 },
        { kind: 'linear', name: 'each', in: 32, out: 64 },
        { kind: 'activation', fn: 'tanh' },
        { kind: 'mean' },
        { kind: 'linear', name: 'fc', in: 64, out: 4 },
      ],
    };
    const { fixed, perExample } = stepMemory(network, 1);
    const batch = drawnBatch(network, 16, 1);
    batch.x.forEach((_, i) => (batch.x[i] = (7 * i) % 500));
    const found = meter.during(() => {
      const trainer = new Trainer(network, drawnState(network), { optimizer });
      trainer.step(batch, { learningRate: 1e-6, count: 1 });
      trainer.dispose();
    });
    expect(fixed + 16 * perExample).toBeGreaterThan(found);
    expect(fixed + 16 * perExample).toBeLessThan(2 * found);
  });

  it.each<[PresetName, PictureSize, PresetOptions, number]>([
    ['mlp', [1, 28, 28], { depth: 4, width: 600 }, 20],
    ['mlp', [1, 28, 28], { depth: 20, width: 200 }, 100],
    ['vgg-11', [3, 32, 32], { width: 16 }, 10],
  ])('of %s on %j, %j, whose weights a memory stands for, compression %d', (name, picture, options, compression) => {
    const network = presetNetwork(name, picture, options);
    const mapped = mappedNetwork(network, { compression });
    const rule = sharingRule(mapped, { method: 'stable-rps', scaler: 'theory' }, optimizer);
    const dense = drawnState(network, 1);
    const state = withMemory(dense, rule, projected(dense, rule));
    const batch = drawnBatch(network, 16, 1);
    const { fixed, perExample } = stepMemory(network, 1, compression);
    // In parts, whose gradients are added up.
    const said = fixed + 8 * perExample;
    const found = meter.during(() => {
      const trainer = new Trainer(network, state, { optimizer, sharing: rule, microBatch: 8 });
      trainer.step(batch, { learningRate: 1e-6, count: 1 });
      trainer.dispose();
    });
    expect(said).toBeGreaterThan(found);
    expect(said).toBeLessThan(2 * found);
  });

  it('falls with the examples at a time', () => {
    const network = presetNetwork('resnet-20', [3, 32, 32], { width: 8 });
    const { fixed, perExample } = stepMemory(network, 1);
    const state = drawnState(network);
    const batch = drawnBatch(network, 16, 1);
    const height = (microBatch: number): number =>
      meter.during(() => {
        const trainer = new Trainer(network, state, { optimizer, microBatch });
        trainer.step(batch, { learningRate: 1e-6, count: 1 });
        trainer.evaluate(batch);
        trainer.dispose();
      });
    for (const size of [2, 4]) expect(height(size)).toBeLessThan(fixed + size * perExample);
    expect(height(2)).toBeLessThan(height(16) / 4);
  });

  it('is planned in the fewest parts that fit', () => {
    const memory = { fixed: 1000, perExample: 100 };
    expect(planStep(memory, 128, 20_000)).toEqual({ microBatch: 128, parts: 1, bytes: 13_800 });
    expect(planStep(memory, 128, 13_799)).toEqual({ microBatch: 64, parts: 2, bytes: 7_400 });
    expect(planStep(memory, 128, 5_000)).toEqual({ microBatch: 32, parts: 4, bytes: 4_200 });
    expect(planStep(memory, 10, 1_450)).toEqual({ microBatch: 4, parts: 3, bytes: 1_400 });
    expect(planStep(memory, 128, 10)).toEqual({ microBatch: 1, parts: 128, bytes: 1_100 });
    // Of what needs no equal parts as many as fit.
    expect([20_000, 13_799, 10].map((budget) => examplesWithin(memory, 128, budget))).toEqual([128, 127, 1]);
  });
});

const distance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe('a batch in parts', () => {
  const nets: [PresetName, PictureSize, PresetOptions][] = [
    ['mlp-7', [1, 6, 6], {}],
    ['cnn', [2, 8, 8], { depth: 9, width: 4 }],
    ['deit-blocks', [3, 16, 16], { depth: 2, width: 16 }],
  ];
  const labelSmoothing = 0.1;
  const measured = (net: (typeof nets)[number], settings: Partial<TrainerSettings>) => {
    const network = presetNetwork(...net);
    const trainer = new Trainer(network, drawnState(network), { optimizer, labelSmoothing, ...settings });
    const batch = drawnBatch(network, 10, 2);
    const { gradients, result } = trainer.measure(batch);
    const step = trainer.step(batch, { learningRate: 0.1, count: 1 });
    const state = trainer.state();
    const evaluation = trainer.evaluate(batch);
    trainer.dispose();
    return { gradients, result, step, state, evaluation };
  };

  it.each(nets)('has the gradients, the loss and the step of the whole: %s', (...net) => {
    const tensors = tf.memory().numTensors;
    const whole = measured(net, {});
    for (const microBatch of [1, 3, 4]) {
      const parts = measured(net, { microBatch });
      expect(parts.result.loss).toBeCloseTo(whole.result.loss, 6);
      expect(parts.result.accuracy).toBe(whole.result.accuracy);
      expect(parts.step.gradientNorm).toBeCloseTo(whole.step.gradientNorm, 5);
      expect(parts.evaluation.loss).toBeCloseTo(whole.evaluation.loss, 4);
      const largest = whole.gradients.flatMap((values) => [...values]).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      whole.gradients.forEach((values, l) => expect(distance(values, parts.gradients[l])).toBeLessThan(1e-6 * largest));
      whole.state.layers.forEach(({ weight }, l) =>
        expect(distance(weight, parts.state.layers[l].weight)).toBeLessThan(1e-6),
      );
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('has the Jacobians of the whole', () => {
    const network = presetNetwork('cnn', [2, 8, 8], { depth: 9, width: 4 });
    const batch = drawnBatch(network, 7, 2);
    const [whole, parts] = [7, 3].map((microBatch) => {
      const trainer = new Trainer(network, drawnState(network), { optimizer, microBatch });
      const work = trainer.jacobians(batch);
      let count = 0;
      let next = work.next();
      for (; next.done !== true; next = work.next()) count++;
      trainer.dispose();
      return { count, matrices: next.value };
    });
    expect([whole.count, parts.count]).toEqual([network.classes, 3 * network.classes]);
    expect(parts.matrices).toHaveLength(7);
    parts.matrices.forEach((matrix, i) => expect(distance(matrix, whole.matrices[i])).toBeLessThan(1e-6));
  });

  it('of examples all alike moves batch norms as the whole does', () => {
    const network = presetNetwork('resnet-20', [3, 8, 8], { width: 2 });
    const one = drawnBatch(network, 1, 4);
    const x = new Float32Array(4 * network.inputs);
    for (let i = 0; i < 4; i++) x.set(one.x, i * network.inputs);
    const batch = { size: 4, x, labels: new Uint8Array(4).fill(one.labels[0]) };
    const [whole, parts] = [4, 2].map((microBatch) => {
      const trainer = new Trainer(network, drawnState(network), { optimizer, microBatch });
      const { gradients } = trainer.measure(batch);
      trainer.dispose();
      return gradients;
    });
    whole.forEach((values, l) => expect(distance(values, parts[l])).toBeLessThan(0.01));
  });
});
