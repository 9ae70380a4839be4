import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpu } from '../../../src/engine/backends/cpu';
import type { Read } from '../../../src/engine/backends/in-place';
import { sumOfSquares, valuesInPlace } from '../../../src/engine/backends/in-place';
import { wasm } from '../../../src/engine/backends/wasm';
import { slotNames, update } from '../../../src/engine/optimizer';
import type { OptimizerSettings } from '../../../src/engine/optimizer';
import { Trainer } from '../../../src/engine/trainer';
import { batchOf, smallNetwork, smallState } from './reference';

const size = 301;
const wave = (i: number): number => Math.sin(i * 1.7) * (1 + (i % 5));

const sgd: OptimizerSettings = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-2 };
const all: OptimizerSettings[] = [
  sgd,
  { ...sgd, nesterov: false, weightDecay: 0 },
  { ...sgd, momentum: 0 },
  { ...sgd, name: 'adam' },
  { ...sgd, name: 'adamw' },
];

/** Twelve updates by gradients that change; every seventh weight is pruned. */
function moved(settings: OptimizerSettings, read: Read | undefined): Float32Array[] {
  return tf.tidy(() => {
    const kept = (i: number): boolean => i % 7 !== 0;
    const variable = tf.variable(tf.tensor1d(Float32Array.from({ length: size }, (_, i) => (kept(i) ? wave(i) : 0))));
    const slots = slotNames(settings).map(() => tf.variable(tf.zeros([size])));
    for (let count = 1; count <= 12; count++) {
      const gradient = tf.tensor1d(Float32Array.from({ length: size }, (_, i) => (kept(i) ? wave(i + 31 * count) : 0)));
      update({ variable, slots, gradient }, settings, 0.01, count, read);
    }
    const answer = [variable, ...slots].map((tensor) => Float32Array.from(tensor.dataSync()));
    tf.dispose([variable, ...slots]);
    return answer;
  });
}

describe.each([
  ['wasm', wasm],
  ['cpu', cpu],
] as const)('values in place on %s', (_, backend) => {
  beforeAll(async () => {
    await backend.start();
  });

  it.each(all)('are moved as the operations of TensorFlow.js move them: %o', (settings) => {
    const read = valuesInPlace();
    expect(read).toBeDefined();
    const own = moved(settings, read);
    moved(settings, undefined).forEach((values, at) =>
      values.forEach((value, i) => {
        expect(Math.abs(own[at][i] - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
        if (i % 7 === 0) expect([own[at][i], value]).toEqual([0, 0]);
      }),
    );
  });

  it('have the sum of squares that TensorFlow.js finds', () => {
    const tensors = [tf.tensor1d([3, 4]), tf.tensor2d([[1], [-2]])];
    expect(sumOfSquares(tensors, valuesInPlace())).toBe(30);
    expect(sumOfSquares(tensors, undefined)).toBe(30);
    tf.dispose(tensors);
  });

  it('are not those of the state a trainer was made of, or was given later', () => {
    const state = smallState();
    const trainer = new Trainer(smallNetwork, state, { optimizer: sgd });
    trainer.step(batchOf(smallNetwork, 6, 0), { learningRate: 0.3, count: 1 });
    trainer.replace(0, state.layers[0]);
    trainer.step(batchOf(smallNetwork, 6, 1), { learningRate: 0.3, count: 2 });
    expect(state).toEqual(smallState());
    expect(trainer.state()).not.toEqual(smallState());
    trainer.dispose();
  });
});
