/** What is told of the layers beside those that share weights: how far they move, and where the numbers were left first. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Network } from '../../../../src/core/network';
import { activation, convNorm, linear } from '../../../../src/core/presets/parts';
import { valuesInPlace } from '../../../../src/engine/backends/in-place';
import { wasm } from '../../../../src/engine/backends/wasm';
import type { Executor } from '../../../../src/engine/executor';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { beforeMoves } from '../../../../src/engine/rps/rest-moves';
import { sharingRule } from '../../../../src/engine/rps/rule';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import type { NetworkState } from '../../../../src/engine/states';
import { Trainer } from '../../../../src/engine/trainer';
import { drawnBatch, drawnState } from '../nets';
import { mappedNetwork, projected, withMemory } from './shared-nets';

const network: Network = {
  inputs: 32,
  picture: [2, 4, 4],
  classes: 4,
  layers: [
    ...convNorm('conv1', 2, 6),
    activation('tanh'),
    { kind: 'flatten' },
    linear('fc1', 96, 12),
    activation('tanh'),
    linear('fc2', 12, 12),
    activation('tanh'),
    linear('fc3', 12, 4),
  ],
};
const shared = ['conv1', 'fc2'];
/** Without a norm, which large numbers do not pass. */
const plain: Network = { inputs: 32, classes: 4, layers: [linear('fc1', 32, 12), ...network.layers.slice(-4)] };

const optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;
const ruleOf = (own: Network) =>
  sharingRule(
    mappedNetwork(own, { compression: 3, only: shared }),
    { method: 'stable-rps', scaler: 'theory' },
    optimizer,
  );
const stride = { learningRate: 0.05, count: 1 };
const batch = drawnBatch(network, 8, 3);

/** The parameters of a layer, to be spoiled. */
const layerOf = (state: NetworkState, name: string) =>
  [...state.layers, ...state.others].find((layer) => layer.name === name)!;

function stateWith(own: Network, spoil: (state: NetworkState) => void): NetworkState {
  const dense = drawnState(own, 1);
  const rule = ruleOf(own);
  const state = withMemory(dense, rule, projected(dense, rule));
  spoil(state);
  return state;
}

const norm = (values: Iterable<number>): number => Math.hypot(...values);
const { kernels } = loadKernels();

beforeAll(() => wasm.start());

describe.each<[string, (own: Network, state: NetworkState) => Executor]>([
  ['tensors', (own, state) => new Trainer(own, state, { optimizer, sharing: ruleOf(own) })],
  ['sparse', (own, state) => new SparseExecutor(own, state, { optimizer, sharing: ruleOf(own) }, kernels)],
])('by the %s executor', (_, executorOf) => {
  const stepped = (spoil: (state: NetworkState) => void, examples = batch, own = network) => {
    const executor = executorOf(own, stateWith(own, spoil));
    const begun = executor.lookAtMemory()!;
    const before = executor.state();
    const result = executor.step(examples, stride);
    const [after, move] = [executor.state(), executor.lastMove!];
    executor.dispose();
    return { begun, before, after, result, move };
  };

  it('norms and dense layers are told in the order of the network, with what they moved', () => {
    const { begun, before, after, move } = stepped(() => undefined);
    const rest = ['conv1-norm', 'fc1', 'fc3'];
    expect(begun.rest.map(({ layer, update }) => [layer, update])).toEqual(rest.map((name) => [name, 0]));
    expect(move.rest.map(({ layer }) => layer)).toEqual(rest);
    expect(move.layers.map(({ layer }) => layer)).toEqual(shared);
    expect(move).not.toHaveProperty('lost');
    move.rest.forEach(({ layer, update, weight }, k) => {
      const [from, to] = [layerOf(before, layer).weight, layerOf(after, layer).weight];
      expect(weight / norm(from)).toBeCloseTo(1, 5);
      expect(begun.rest[k].weight).toBeCloseTo(weight, 4);
      expect(update).toBeGreaterThan(0);
      expect(update / norm(from.map((value, i) => to[i] - value))).toBeCloseTo(1, 5);
    });
  });

  it('a layer or a norm whose parameters are no numbers before a step is told', () => {
    for (const [name, of] of [
      ['fc1', 'weight'],
      ['conv1-norm', 'weight'],
      ['conv1-norm', 'bias'],
      ['fc2', 'bias'],
    ] as const) {
      const { move } = stepped((state) => (layerOf(state, name)[of]![0] = NaN));
      expect(move.lost?.weights, `${name} ${of}`).toEqual([name]);
    }
  });

  it('a gradient that is lost on its way back is told where it was', () => {
    const { move, result } = stepped(
      (state) => {
        // Nothing comes of the large numbers but in the gradient of the layer that they go into.
        layerOf(state, 'fc1').weight.fill(0);
        layerOf(state, 'fc3').weight.forEach((value, i, all) => (all[i] = 1e4 * value));
      },
      { ...batch, x: batch.x.map((value) => 3e38 * Math.sign(value)) },
      plain,
    );
    expect(result.loss).toBeLessThan(Infinity);
    expect(Number.isFinite(result.gradientNorm)).toBe(false);
    expect(move.lost).toEqual({ weights: [], gradients: ['fc1'] });
  });
});

it('of values out of reach the backend computes the same', () => {
  const values = (shift: number) =>
    tf.tensor2d(
      Float32Array.from({ length: 200 }, (_, i) => Math.sin(i) + shift),
      [10, 20],
    );
  const found = [valuesInPlace(), undefined].map((read) => {
    const weight = tf.variable(values(0));
    let moved: ReturnType<ReturnType<typeof beforeMoves>> = [];
    tf.tidy(() => {
      const after = beforeMoves([{ name: 'a', weight }], read);
      weight.assign(values(0.25));
      moved = after();
    });
    weight.dispose();
    return moved[0];
  });
  expect(found[0].update).toBeCloseTo(0.25 * Math.sqrt(200), 4);
  expect(found[1].update).toBeCloseTo(found[0].update, 4);
  expect(found[1].weight).toBeCloseTo(found[0].weight, 4);
});
