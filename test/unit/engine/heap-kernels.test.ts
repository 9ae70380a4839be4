/** The kernels that compute in the memory of TensorFlow.js, beside its operations on plain JavaScript and beside their twins. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { plainColumns } from '../../../src/core/kernels/plain/columns';
import { Rng } from '../../../src/core/rng';
import { hasColumnNorm } from '../../../src/engine/backends/column-norm';
import { cpu } from '../../../src/engine/backends/cpu';
import { heapKernels } from '../../../src/engine/backends/heap-kernels';
import { wasm } from '../../../src/engine/backends/wasm';
import { hasPooledWindows } from '../../../src/engine/backends/windows';
import { normalise } from '../../../src/engine/layers/norm';
import type { BatchStatistics } from '../../../src/engine/layers/norm';
import { pool } from '../../../src/engine/layers/pictures';

const normal = (length: number, seed: number, scale = 1, mean = 0): Float32Array => {
  const rng = Rng.fromSeed(seed);
  return Float32Array.from({ length }, () => mean + scale * rng.normal());
};

/** What `compute` answers on plain JavaScript, and on wasm, where it leaves no tensor. */
async function onBoth(compute: () => Float32Array[]): Promise<[expected: Float32Array[], found: Float32Array[]]> {
  await cpu.start();
  expect([hasColumnNorm(), hasPooledWindows()]).toEqual([false, false]);
  const expected = compute();
  await wasm.start();
  expect([hasColumnNorm(), hasPooledWindows()]).toEqual([true, true]);
  const before = tf.memory().numTensors;
  const found = compute();
  expect(tf.memory().numTensors).toBe(before);
  return [expected, found];
}

const near = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(found.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < found.length; i++) most = Math.max(most, Math.abs(found[i] - expected[i]));
  expect(most).toBeLessThan(tolerance);
};

const values = (tensor: tf.Tensor): Float32Array => tensor.dataSync().slice() as Float32Array;

describe('batch norm on wasm', () => {
  it.each([1, 3, 4, 7, 16, 21])(
    'is that of cpu with its statistics and gradients, of %i channels',
    async (channels) => {
      const shape: [number, number, number, number] = [5, 6, 7, channels];
      const [expected, found] = await onBoth(() =>
        tf.tidy(() => {
          const x = tf.tensor4d(normal(210 * channels, 1, 2, 3), shape);
          const scale = tf.tensor1d(normal(channels, 2));
          const shift = tf.tensor1d(normal(channels, 3));
          const slope = tf.tensor4d(normal(210 * channels, 4), shape);
          const seen: BatchStatistics[] = [];
          const layer = { kind: 'norm', name: 'norm', over: 'batch', size: channels } as const;
          const output = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor): tf.Tensor =>
            normalise(a, layer, { weight: b, bias: c }, (one) => {
              seen.push({ ...one, mean: tf.keep(one.mean), variance: tf.keep(one.variance) });
            });
          const gradients = tf.grads((a, b, c) => tf.sum(tf.mul(output(a, b, c), slope)))([x, scale, shift]);
          const [{ mean, variance, count }] = seen;
          expect(count).toBe(210);
          const answer = [output(x, scale, shift), mean, variance, ...gradients].map(values);
          for (const one of seen) tf.dispose([one.mean, one.variance]);
          return answer;
        }),
      );
      found.forEach((one, i) => near(one, expected[i], 2e-4));
    },
  );

  it('finds a small variance beside a large mean, and none where all values are the same', async () => {
    await wasm.start();
    const kernels = heapKernels(tf.backend() as unknown as Pick<BackendWasm, 'wasm'>)!;
    tf.tidy(() => {
      const [rows, columns] = [1000, 5];
      const given = normal(rows * columns, 1, 0.01, 100).map((value, i) => (i % columns === 4 ? 7 : value));
      const backend = tf.backend() as unknown as Pick<BackendWasm, 'typedArrayFromHeap'>;
      const view = (tensor: tf.Tensor): Float32Array => backend.typedArrayFromHeap(tensor) as Float32Array;
      const [x, moments] = [tf.tensor1d(given), tf.zeros([2 * columns])];
      kernels.columnMoments(view(x), view(moments), rows, columns);
      const expected = new Float32Array(2 * columns);
      plainColumns.columnMoments(given, expected, rows, columns);
      const found = values(moments);
      near(found.subarray(0, columns), expected.subarray(0, columns), 1e-5);
      near(found.subarray(columns), expected.subarray(columns), 1e-7);
      expect([found[4], found[9]]).toEqual([7, 0]);
    });
  });
});

describe('the twins of the kernels of batch norm', () => {
  it('give what these give', async () => {
    await wasm.start();
    const kernels = heapKernels(tf.backend() as unknown as Pick<BackendWasm, 'wasm'>)!;
    const backend = tf.backend() as unknown as Pick<BackendWasm, 'typedArrayFromHeap'>;
    const [rows, columns] = [130, 6];
    const size = [rows, columns] as const;
    const given = {
      x: normal(rows * columns, 1),
      dy: normal(rows * columns, 2),
      scale: normal(columns, 3),
      shift: normal(columns, 4),
    };
    const through = (own: typeof plainColumns, place: (values: Float32Array) => Float32Array): Float32Array[] => {
      const [x, dy, scale, shift] = [given.x, given.dy, given.scale, given.shift].map(place);
      const [moments, sums, y, dx] = [2 * columns, 2 * columns, rows * columns, rows * columns].map((length) =>
        place(new Float32Array(length)),
      );
      own.columnMoments(x, moments, ...size);
      own.columnNorm(x, moments, scale, shift, y, ...size);
      own.columnNormSums(x, moments, dy, sums, ...size);
      own.columnNormBack(x, moments, scale, sums, dy, dx, ...size);
      return [moments, y, sums, dx].map((values) => values.slice());
    };
    const expected = through(plainColumns, (values) => values.slice());
    const found = tf.tidy(() => {
      // All of the room that is needed first: memory that grows moves.
      tf.zeros([1 << 20]).dispose();
      return through(kernels, (values) => {
        const view = backend.typedArrayFromHeap(tf.tensor1d(values)) as Float32Array;
        view.set(values);
        return view;
      });
    });
    found.forEach((one, i) => near(one, expected[i], 1e-6));
  });
});

describe('pools on wasm', () => {
  it.each([
    ['max', 2, 2],
    ['max', 3, 2],
    ['max', 3, 1],
    ['max', 1, 2],
    ['average', 2, 2],
    ['average', 3, 2],
  ] as const)('of the %s of %i places a side, %i apart, are those of cpu, with ties', async (of, size, stride) => {
    for (const channels of [1, 4, 6]) {
      const shape: [number, number, number, number] = [3, 7, 8, channels];
      const [expected, found] = await onBoth(() =>
        tf.tidy(() => {
          const x = tf.tensor4d(normal(168 * channels, 5).map(Math.round), shape);
          const layer = { kind: 'pool', of, size, stride } as const;
          const y = pool(x, layer);
          const slope = tf.tensor(normal(y.size, 6), y.shape);
          const gradient = tf.grad((a) => tf.sum(tf.mul(pool(a as tf.Tensor4D, layer), slope)))(x);
          expect(gradient.shape).toEqual(x.shape);
          return [y, gradient].map(values);
        }),
      );
      found.forEach((one, i) => near(one, expected[i], 1e-5));
    }
  });
});
