import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { isSparseError } from '../../../src/core/errors';
import type { Backend } from '../../../src/engine/backends/backend';
import { BackendLost } from '../../../src/engine/backends/backend';
import type { BackendName } from '../../../src/protocol/run';
import { choose } from '../../../src/engine/backends/choose';
import { cpu } from '../../../src/engine/backends/cpu';
import { withoutNewListeners } from '../../../src/engine/backends/process-listeners';
import { wasmFolder } from '../../../src/engine/backends/wasm-files';
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
      /^with(out)? SIMD.*, taken by auto\. tensorflow-gpu: not installed \(.*install-gpu\)\. webgpu: .+ tensorflow: not installed/,
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
    expect(reason).toBe('slow, taken by auto. wasm: No files.');
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
    expect(() => wasmFolder('/nowhere')).toThrow(/\/nowhere/);
  });
});

it('tells of a lost device with a code and what the driver said', () => {
  const lost = new BackendLost('wasm', 'A valid external Instance reference no longer exists.');
  expect(isSparseError(lost)).toBe(true);
  expect(lost).toMatchObject({ code: 'engine.backend-lost', backend: 'wasm', details: { backend: 'wasm' } });
  expect(lost.message).toContain('no longer exists.');
});

const values = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i * 1.7) * 2);

describe('transposed products on wasm', () => {
  it('equal those of cpu in all four forms, with and without a batch, and leave no tensor', async () => {
    const cases: [number[], number[]][] = [
      [
        [5, 7],
        [7, 3],
      ],
      [
        [1, 4],
        [4, 6],
      ],
      [
        [2, 5, 7],
        [2, 7, 3],
      ],
    ];
    const flip = (shape: number[]): number[] => [...shape.slice(0, -2), ...shape.slice(-2).reverse()];
    const compute = (): number[][] =>
      cases.flatMap(([left, right]) =>
        [false, true].flatMap((ta) =>
          [false, true].map((tb) =>
            tf.tidy(() => {
              const a = tf.tensor(
                values(
                  left.reduce((x, y) => x * y),
                  1,
                ),
                ta ? flip(left) : left,
              );
              const b = tf.tensor(
                values(
                  right.reduce((x, y) => x * y),
                  2,
                ),
                tb ? flip(right) : right,
              );
              return [...tf.matMul(a, b, ta, tb).dataSync()];
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
    found.forEach((list, i) => list.forEach((value, j) => expect(Math.abs(value - expected[i][j])).toBeLessThan(1e-5)));
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
