/** The webgpu backend trains as wasm does, on a processor that imitates a GPU: slow, and right. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { tapTable } from '../../../src/core/convolution';
import { presetNames } from '../../../src/core/presets';
import type { PresetName } from '../../../src/core/presets';
import type { Backend } from '../../../src/engine/backends/backend';
import { BackendLost } from '../../../src/engine/backends/backend';
import { cpu } from '../../../src/engine/backends/cpu';
import { depthwise } from '../../../src/engine/backends/depthwise';
import { patchesOf, patchesTimes } from '../../../src/engine/backends/patches';
import { takenRows } from '../../../src/engine/backends/rows';
import { wasm } from '../../../src/engine/backends/wasm';
import { webgpu } from '../../../src/engine/backends/webgpu';
import { Trainer } from '../../../src/engine/trainer';
import { drawnBatch, drawnState, gentleRates, presetNetwork, smallPresets } from './nets';
import { noSoftwareGpu, useSoftwareGpu } from './software-gpu';

const steps = 4;

async function losses(name: PresetName, backend: Backend): Promise<number[]> {
  await backend.start();
  const { picture, options, size } = smallPresets[name];
  const learningRate = gentleRates[name];
  const network = presetNetwork(name, picture, options);
  const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
  const trainer = new Trainer(network, drawnState(network), { optimizer });
  try {
    const batch = drawnBatch(network, size, 100);
    return Array.from({ length: steps }, (_, step) => trainer.step(batch, { learningRate, count: step + 1 }).loss);
  } finally {
    trainer.dispose();
  }
}

const numbers = (shape: number[], seed: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + i * 1.7)),
    shape,
  );

/** What `of` gives, and by how much a weighted sum of it grows with each input. */
function withSlopes(of: (...x: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): number[][] {
  const slopes = tf.grads((...x) => {
    const y = of(...x);
    return tf.sum(tf.mul(y, numbers(y.shape, 3)));
  })(inputs);
  return [of(...inputs), ...slopes].map((tensor) => [...tensor.dataSync()]);
}

// Two groups of three channels, strided, once around the edge.
const table = tapTable({ kernel: [3, 3], stride: 2, padding: 'circular' }, [6, 7, 5]);
const layout = { table, taps: 9, channels: 6, groups: 2 };
const holes = tapTable({ kernel: [3, 3], stride: 1, padding: 'zero' }, [3, 5, 4]);

/** Operations of our own: what each computes on the backend in use. */
const operations: Record<string, () => number[][]> = {
  patches: () => withSlopes((x) => patchesOf(x as tf.Tensor4D, layout), [numbers([3, 7, 5, 6], 1)]),
  'patches times weights': () =>
    withSlopes(
      (x, w) => patchesTimes(x as tf.Tensor4D, layout, w as tf.Tensor3D),
      [numbers([3, 7, 5, 6], 1), numbers([2, 27, 4], 2)],
    ),
  'depthwise convolution': () =>
    withSlopes(
      (x, w) => depthwise(x as tf.Tensor4D, w as tf.Tensor2D, holes),
      [numbers([5, 5, 4, 3], 1), numbers([9, 3], 2)],
    ),
  rows: () =>
    withSlopes(
      (x, at) => takenRows(x as tf.Tensor2D, at as tf.Tensor2D),
      [numbers([6, 5], 1), tf.tensor2d([0, 5, 2, 2, 2, 4], [2, 3])],
    ),
  'the sum of twenty tensors': () => {
    const sum = tf.addN(Array.from({ length: 20 }, (_, i) => numbers([40, 40], i)));
    return [[...sum.dataSync()]];
  },
  'whole and logical numbers': () => [
    [...tf.cast(numbers([30, 50], 1), 'bool').dataSync()],
    [...tf.argMax(numbers([30, 50], 1), 1).dataSync()],
  ],
};

describe.skipIf(noSoftwareGpu)(`the webgpu backend${noSoftwareGpu ? ` (${noSoftwareGpu})` : ''}`, () => {
  beforeAll(useSoftwareGpu);

  it('starts when it is asked for, and names its device', async () => {
    expect(await webgpu.available()).toEqual({ ok: true, reason: 'through Vulkan' });
    const { device } = await webgpu.start();
    expect(tf.getBackend()).toBe('webgpu');
    expect(device?.name).toMatch(/swiftshader.*, tensors up to [\d.]+ GiB$/i);
  });

  it.each(Object.keys(operations))('computes %s as cpu does, with the gradients', async (name) => {
    await cpu.start();
    const expected = tf.tidy(operations[name]);
    await webgpu.start();
    const found = tf.tidy(operations[name]);
    expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    found.forEach((values, i) => {
      const off = values.reduce((most, value, j) => Math.max(most, Math.abs(value - expected[i][j])), 0);
      expect(off, `output ${i}`).toBeLessThan(2e-5);
    });
  });

  it.each(presetNames)(
    '%s has the losses of wasm',
    async (name) => {
      const expected = await losses(name, wasm);
      const found = await losses(name, webgpu);
      expect(tf.getBackend()).toBe('webgpu');
      found.forEach((loss, step) => expect(Math.abs(loss - expected[step]), `step ${step + 1}`).toBeLessThan(1e-4));
      expect(found[steps - 1]).toBeLessThan(found[0]);
    },
    120_000,
  );

  it('leaves nothing behind in the memory of the GPU', async () => {
    await webgpu.start();
    const { picture, options, size } = smallPresets['mlp-7'];
    const network = presetNetwork('mlp-7', picture, options);
    const batch = drawnBatch(network, size, 100);
    const trainer = new Trainer(network, drawnState(network), {
      optimizer: { name: 'adam', momentum: 0, nesterov: false, weightDecay: 0 },
    });
    const used = (step: number): number => {
      trainer.step(batch, { learningRate: 1e-3, count: step });
      return (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
    };
    try {
      used(1);
      const before = used(2);
      for (let step = 3; step < 8; step++) used(step);
      expect(used(8)).toBe(before);
    } finally {
      trainer.dispose();
    }
  });

  it('tells that the device was lost where values are read, and starts anew on another', async () => {
    await webgpu.start();
    expect(webgpu.lost?.()).toBeUndefined();
    const { device } = tf.backend() as unknown as Pick<WebGPUBackend, 'device'>;
    const x = numbers([40, 40], 1);
    device.destroy();
    expect(() => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D).dataSync()).toThrow(BackendLost);
    expect(webgpu.lost?.()).toMatchObject({ code: 'engine.backend-lost', backend: 'webgpu' });
    await webgpu.start();
    expect(webgpu.lost?.()).toBeUndefined();
    expect(tf.sum(tf.ones([100, 100])).dataSync()[0]).toBe(10_000);
  });

  it('tells of an operation that the GPU refuses instead of giving wrong values', async () => {
    await webgpu.start();
    const { device } = tf.backend() as unknown as Pick<WebGPUBackend, 'device'>;
    device.createBuffer({ size: 2 ** 40, usage: GPUBufferUsage.STORAGE });
    expect(() => tf.sum(tf.ones([100, 100])).dataSync()).toThrow(
      /refused an operation\. .*exceeds the max buffer size/,
    );
    await webgpu.start();
    expect(webgpu.lost?.()).toBeUndefined();
  });
});
