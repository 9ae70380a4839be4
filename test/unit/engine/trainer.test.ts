import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpu } from '../../../src/engine/backends/cpu';
import { finish } from '../../../src/core/parts';
import { wasm } from '../../../src/engine/backends/wasm';
import { Trainer } from '../../../src/engine/trainer';
import type { Stride } from '../../../src/engine/training';
import type { NetworkState } from '../../../src/engine/states';
import { drawnBatch, drawnState, presetNetwork } from './nets';
import { batchOf, reference, smallNetwork, smallState } from './reference';

const sgd = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-2 } as const;
const settings = { optimizer: sgd };

const at = (step: number, learningRate = 0.3): Stride => ({ learningRate, count: step + 1 });

describe.each([
  ['wasm', wasm],
  ['cpu', cpu],
] as const)('training on %s', (_, backend) => {
  beforeAll(async () => {
    await backend.start();
  });

  it.each([
    sgd,
    { ...sgd, nesterov: false, weightDecay: 0 },
    { ...sgd, momentum: 0, nesterov: false },
    // Of which the bias must show it.
    { ...sgd, weightDecay: 0.3, decayAll: true },
  ])('follows a plain implementation of torch.optim.SGD: %o', (options) => {
    const trainer = new Trainer(smallNetwork, smallState(), { optimizer: options });
    const plain = reference(smallState(), options);
    for (let step = 0; step < 8; step++) {
      const batch = batchOf(smallNetwork, 6, step);
      const found = trainer.step(batch, at(step));
      const expected = plain.step(batch, 0.3);
      expect(found.loss).toBeCloseTo(expected.loss, 4);
      expect(found.accuracy).toBe(expected.accuracy);
      expect(found.gradientNorm).toBeCloseTo(expected.gradientNorm, 4);
    }
    trainer.state().layers.forEach((layer, i) => {
      const expected = plain.state()[i];
      for (const key of ['weight', 'bias'] as const)
        layer[key]!.forEach((value, j) => expect(value).toBeCloseTo(expected[key][j], 4));
      if (options.momentum > 0)
        layer.weightSlots[0].forEach((value, j) => expect(value).toBeCloseTo(expected.weightMomentum[j], 4));
    });
    trainer.dispose();
  });

  it.each([false, true])('decays biases, norms and positions: %s', (decayAll) => {
    const network = presetNetwork('deit-blocks', [1, 8, 8], { depth: 1, width: 8 });
    const state = drawnState(network);
    const others = (found: NetworkState): [name: string, values: Float32Array][] => [
      ...found.layers.flatMap(({ name, bias }) => (bias ? [[`${name}.bias`, bias] as [string, Float32Array]] : [])),
      ...found.others.flatMap(({ name, weight, bias }): [string, Float32Array][] => [
        [`${name}.weight`, weight],
        ...(bias ? [[`${name}.bias`, bias] as [string, Float32Array]] : []),
      ]),
    ];
    const after = (weightDecay: number): NetworkState => {
      const optimizer = { name: 'sgd', momentum: 0, nesterov: false, weightDecay, decayAll } as const;
      const trainer = new Trainer(network, state, { optimizer });
      trainer.step(drawnBatch(network, 3, 1), at(0));
      const found = trainer.state();
      trainer.dispose();
      return found;
    };
    const [still, decayed] = [after(0), after(0.5)];
    const before = new Map(others(state));
    const moved = new Map(others(decayed));
    expect([...before.keys()].some((name) => /position/.test(name))).toBe(true);
    for (const [name, values] of others(still))
      values.forEach((value, i) => {
        const pulled = decayAll ? 0.3 * 0.5 * before.get(name)![i] : 0;
        expect(moved.get(name)![i], name).toBeCloseTo(value - pulled, 5);
      });
    still.layers.forEach(({ weight }, l) =>
      weight.forEach((value, i) =>
        expect(decayed.layers[l].weight[i]).toBeCloseTo(value - 0.3 * 0.5 * state.layers[l].weight[i], 5),
      ),
    );
  });

  it('keeps pruned weights exactly zero and the number of tensors constant', () => {
    const trainer = new Trainer(smallNetwork, smallState(), settings);
    trainer.step(batchOf(smallNetwork, 6, 0), at(0));
    const before = tf.memory().numTensors;
    for (let step = 1; step <= 50; step++) {
      trainer.step(batchOf(smallNetwork, 6, step), at(step));
      trainer.evaluate(batchOf(smallNetwork, 5, step));
    }
    finish(trainer.jacobians(batchOf(smallNetwork, 3, 0)));
    expect(tf.memory().numTensors).toBe(before);
    expect(trainer.firstChangedMask()).toBeUndefined();
    for (const { weight, mask } of trainer.state().layers)
      weight.forEach((value, i) => expect(mask[i] === 1 || value === 0).toBe(true));
    const all = tf.memory().numTensors;
    trainer.dispose();
    expect(tf.memory().numTensors).toBeLessThan(all);
  });

  it('notices a pruned weight that moved and names the layer', () => {
    const state = smallState();
    const layer = state.layers[1];
    layer.weight[layer.mask.indexOf(0)] = 1e-30;
    const trainer = new Trainer(smallNetwork, state, settings);
    expect(trainer.firstChangedMask()).toEqual({ layer: 'fc2', count: 1 });
    trainer.dispose();
  });

  it('evaluates without changing anything', () => {
    const trainer = new Trainer(smallNetwork, smallState(), settings);
    const plain = reference(smallState(), sgd);
    const batch = batchOf(smallNetwork, 9, 3);
    const expected = plain.step(batch, 0);
    const { loss, correct } = trainer.evaluate(batch);
    expect(loss / 9).toBeCloseTo(expected.loss, 5);
    expect(correct / 9).toBe(expected.accuracy);
    expect(trainer.state()).toEqual(smallState());
    trainer.dispose();
  });

  it('answers the Jacobian of each example as finite differences do', () => {
    const trainer = new Trainer(smallNetwork, smallState(), settings);
    const plain = reference(smallState(), sgd);
    const { inputs, classes } = smallNetwork;
    const batch = batchOf(smallNetwork, 3, 5);
    finish(trainer.jacobians(batch)).forEach((matrix, i) => {
      const x = Float64Array.from(batch.x.subarray(i * inputs, (i + 1) * inputs));
      for (let j = 0; j < inputs; j++) {
        const nudge = (by: number): Float64Array => x.map((value, at) => (at === j ? value + by : value));
        const [up, down] = [plain.logits(nudge(1e-5)), plain.logits(nudge(-1e-5))];
        for (let k = 0; k < classes; k++) expect(matrix[k * inputs + j]).toBeCloseTo((up[k] - down[k]) / 2e-5, 4);
      }
    });
    trainer.dispose();
  });

  it('goes on from a saved state to bit-identical results', () => {
    const straight = new Trainer(smallNetwork, smallState(), settings);
    for (let step = 0; step < 10; step++) straight.step(batchOf(smallNetwork, 6, step), at(step));
    const first = new Trainer(smallNetwork, smallState(), settings);
    for (let step = 0; step < 4; step++) first.step(batchOf(smallNetwork, 6, step), at(step));
    const second = new Trainer(smallNetwork, first.state(), settings);
    for (let step = 4; step < 10; step++) second.step(batchOf(smallNetwork, 6, step), at(step));
    expect(second.state()).toEqual(straight.state());
    for (const trainer of [straight, first, second]) trainer.dispose();
  });

  it('takes turns with another network without disturbing it', () => {
    const alone = new Trainer(smallNetwork, smallState(), settings);
    for (let step = 0; step < 5; step++) alone.step(batchOf(smallNetwork, 6, step), at(step));
    const a = new Trainer(smallNetwork, smallState(), settings);
    const b = new Trainer(smallNetwork, smallState(), { optimizer: { ...sgd, momentum: 0.5 } });
    for (let step = 0; step < 5; step++)
      for (const trainer of [a, b]) trainer.step(batchOf(smallNetwork, 6, step), at(step));
    expect(a.state()).toEqual(alone.state());
    for (const trainer of [alone, a, b]) trainer.dispose();
  });
});

it('answers a loss that is not finite instead of hiding it', async () => {
  await wasm.start();
  const trainer = new Trainer(smallNetwork, smallState(), settings);
  const batch = batchOf(smallNetwork, 4, 0);
  batch.x.fill(Number.NaN);
  expect(trainer.step(batch, at(0, 1)).loss).toBeNaN();
  trainer.dispose();
});
