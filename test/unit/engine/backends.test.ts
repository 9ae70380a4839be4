import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it, vi } from 'vitest';
import { isSparseError } from '../../../src/core/errors';
import type { Backend } from '../../../src/engine/backends/backend';
import { BackendLost } from '../../../src/engine/backends/backend';
import type { BackendName } from '../../../src/protocol/run';
import { choose } from '../../../src/engine/backends/choose';
import { heapKernels } from '../../../src/engine/backends/heap-kernels';
import { cpu } from '../../../src/engine/backends/cpu';
import { compiledModule } from '../../../src/engine/kernels/load';
import { withoutNewListeners } from '../../../src/engine/backends/process-listeners';
import { wasmFiles } from '../../../src/engine/backends/wasm-files';
import { wasm } from '../../../src/engine/backends/wasm';

const fake = (name: BackendName, ok: boolean, reason: string): Backend => ({
  name,
  available: () => Promise.resolve({ ok, reason }),
  start: () => Promise.resolve({ version: '0' }),
});

describe('choosing a backend', () => {
  it('takes wasm by itself and says why there is no GPU', async () => {
    const { backend, reason, available } = await choose('auto');
    expect(backend.name).toBe('wasm');
    expect(reason).toMatch(
      /^with(out)? SIMD.*, taken by auto\.\ntensorflow-gpu: not installed \(.*install-gpu\)\.\nwebgpu: .+\ntensorflow: not installed/,
    );
    expect(available).toEqual(['wasm', 'cpu']);
  });

  it('takes what was asked for', async () => {
    expect((await choose('cpu')).backend.name).toBe('cpu');
    expect((await choose('cpu')).reason).toBe('plain JavaScript, as asked for.');
  });

  it('passes over what does not work and gives its reason', async () => {
    const { backend, reason } = await choose('auto', [fake('wasm', false, 'No files.'), fake('cpu', true, 'slow')]);
    expect(backend.name).toBe('cpu');
    expect(reason).toBe('slow, taken by auto.\nwasm: No files.');
  });

  it('looks at what takes seconds only where it may be taken', async () => {
    const slow: Backend = { ...fake('tensorflow-gpu', false, 'No card.'), costly: true };
    expect((await choose('auto', [slow, fake('cpu', true, 'slow')])).reason).toMatch(/tensorflow-gpu: No card\.$/);
    const asked = { ...slow, available: () => Promise.reject(new Error('looked at')) };
    expect((await choose('cpu', [asked, fake('cpu', true, 'slow')])).reason).toBe('slow, as asked for.');
  });

  it('refuses what does not work or does not exist', async () => {
    await expect(choose('wasm', [fake('wasm', false, 'No files.')])).rejects.toMatchObject({
      code: 'engine.backend-unavailable',
      message: expect.stringContaining('No files.') as string,
    });
    await expect(choose('abacus' as 'cpu')).rejects.toMatchObject({ code: 'engine.unknown-backend' });
  });

  it('names the folders in which the WebAssembly files are not', () => {
    expect(() => wasmFiles(true, '/nowhere')).toThrow(/\/nowhere/);
  });
});

it('tells of a lost device with a code and what the driver said', () => {
  const lost = new BackendLost('wasm', 'A valid external Instance reference no longer exists.');
  expect(isSparseError(lost)).toBe(true);
  expect(lost).toMatchObject({ code: 'engine.backend-lost', backend: 'wasm', details: { backend: 'wasm' } });
  expect(lost.message).toContain('no longer exists.');
});

/** Of a WebAssembly module, by its specification, section 5.5.2. */
const dataSection = 11;

function sectionsOf(binary: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 8; at < binary.length;) {
    found.push(binary[at++]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      size |= (binary[at] & 127) << shift;
      if (binary[at++] < 128) break;
    }
    at += size;
  }
  return found;
}

const values = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i * 1.7) * 2);

describe('products on wasm', () => {
  /** Within rounding, by how much is summed up. */
  const near = (found: ArrayLike<number>, expected: ArrayLike<number>, count: number): void => {
    expect(found.length).toBe(expected.length);
    let most = 0;
    for (let i = 0; i < found.length; i++) most = Math.max(most, Math.abs(found[i] - expected[i]));
    expect(most).toBeLessThan(2e-6 * count + 1e-6);
  };
  const flip = (shape: number[]): number[] => [...shape.slice(0, -2), ...shape.slice(-2).reverse()];
  const tensor = (shape: number[], seed: number): tf.Tensor =>
    tf.tensor(
      values(
        shape.reduce((x, y) => x * y),
        seed,
      ),
      shape,
    );

  // Beyond what is packed at a time, 256 rows by 256 by 32, with rests of every width.
  const cases: [number[], number[]][] = [
    ...[1, 2, 3, 4, 5, 7, 8, 33, 259].map((rows): [number[], number[]] => [
      [rows, 7],
      [7, 12 + (rows % 8)],
    ]),
    [
      [5, 515],
      [515, 70],
    ],
    [
      [3, 1],
      [1, 9],
    ],
    [
      [2, 5, 7],
      [2, 7, 3],
    ],
    [
      [2, 3, 6, 5],
      [2, 3, 5, 8],
    ],
    // Spread: left to TensorFlow.js.
    [
      [1, 5, 7],
      [3, 7, 4],
    ],
  ];

  it('equal those of cpu in all four forms, with and without a batch, and leave no tensor', async () => {
    const compute = (): Float32Array[] =>
      cases.flatMap(([left, right]) =>
        [false, true].flatMap((ta) =>
          [false, true].map((tb) =>
            tf.tidy(() => {
              const a = tensor(ta ? flip(left) : left, 1);
              const b = tensor(tb ? flip(right) : right, 2);
              return tf.matMul(a, b, ta, tb).dataSync().slice() as Float32Array;
            }),
          ),
        ),
      );
    await cpu.start();
    const expected = compute();
    await wasm.start();
    expect(tf.getBackend()).toBe('wasm');
    const before = tf.memory().numTensors;
    const found = compute();
    expect(tf.memory().numTensors).toBe(before);
    found.forEach((list, i) => near(list, expected[i], cases[i >> 2][0].at(-1)!));
  });

  it('are computed by kernels in the memory of the backend, which have no bytes of their own there', async () => {
    await wasm.start();
    expect(heapKernels(tf.backend() as unknown as Pick<BackendWasm, 'wasm'>)).toBeDefined();
    const { module } = compiledModule('heap-kernels');
    expect(module).toBeDefined();
    for (const file of ['heap-kernels.wasm', 'heap-kernels-relaxed.wasm'])
      expect(sectionsOf(await readFile(join('dist', file)))).not.toContain(dataSection);
  });

  it('does not change the operands', async () => {
    await wasm.start();
    tf.tidy(() => {
      const a = tf.tensor2d(values(12, 3), [3, 4]);
      tf.matMul(a, a, true, false).dataSync();
      expect([...a.dataSync()]).toEqual([...values(12, 3)]);
    });
  });
});

describe('an identity on wasm', () => {
  it('is the same values by reference, which outlive whichever of the two is disposed of first', async () => {
    await wasm.start();
    const before = tf.memory();
    const [first, second] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 5, 6])];
    const [copyOfFirst, copyOfSecond] = [tf.clone(first), tf.clone(second)];
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 2);
    copyOfFirst.dispose();
    second.dispose();
    // What was given back would be written over.
    const others = [tf.tensor1d([7, 8, 9]), tf.tensor1d([7, 8, 9])];
    expect([...first.dataSync()]).toEqual([1, 2, 3]);
    expect([...copyOfSecond.dataSync()]).toEqual([4, 5, 6]);
    tf.dispose([first, copyOfSecond, ...others]);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(tf.memory().numTensors).toBe(before.numTensors);
  });
});

describe('errors of the process', () => {
  it('stay with those who listened before the WebAssembly files were started', async () => {
    const events = ['uncaughtException', 'unhandledRejection'] as const;
    const listeners = () => events.map((event) => process.listenerCount(event));
    const before = listeners();
    await withoutNewListeners(() => {
      for (const event of events) process.on(event, () => undefined);
      return Promise.resolve();
    });
    expect(listeners()).toEqual(before);
  });
});

describe('the console', () => {
  it('stays silent when a backend starts and computes', async () => {
    const spies = (['log', 'warn', 'info', 'error'] as const).map((name) => vi.spyOn(console, name));
    await cpu.start();
    tf.tidy(() => void tf.add(tf.scalar(1), 2).dataSync());
    await wasm.start();
    tf.tidy(() => void tf.add(tf.scalar(1), 2).dataSync());
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
