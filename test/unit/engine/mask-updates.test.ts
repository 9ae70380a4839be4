/** When masks change, and what that does to the optimizer's step. */
import { beforeAll, expect, it } from 'vitest';
import type { Config } from '../../../src/config/types';
import { Rng } from '../../../src/core/rng';
import type { Network } from '../../../src/core/network';
import { cpu } from '../../../src/engine/backends/cpu';
import { dropAndGrow, UpdatePlan } from '../../../src/engine/mask-updates';
import type { LayerState } from '../../../src/engine/states';
import { Trainer } from '../../../src/engine/trainer';
import type { Batch } from '../../../src/engine/training';

type Update = Config['sparsity']['update'];
const update: Update = { method: 'rigl', every: 10, dropFraction: 0.3, schedule: 'cosine', until: 0.5 };

const stepsOf = (change: Partial<Update>, total = 100): number[] => {
  const plan = new UpdatePlan({ ...update, ...change }, total);
  return Array.from({ length: total }, (_, i) => i + 1).filter((step) => plan.fractionAt(step) !== undefined);
};

it.each(['set', 'rigl'] as const)('%s leaves the last update out where nothing would be dropped', (method) => {
  // `every` divides the end, step 50: only the constant schedule drops there.
  expect(stepsOf({ method })).toEqual([10, 20, 30, 40]);
  expect(stepsOf({ method, schedule: 'inverse-power' })).toEqual([10, 20, 30, 40]);
  expect(stepsOf({ method, schedule: 'constant' })).toEqual([10, 20, 30, 40, 50]);
  expect(stepsOf({ method, every: 15 })).toEqual([15, 30, 45]);
});

it.each(['static', 'gradual-magnitude', 'one-shot'] as const)('%s drops no share to grow as many', (method) => {
  expect(stepsOf({ method })).toEqual([]);
});

const network: Network = { inputs: 6, classes: 4, layers: [{ kind: 'linear', name: 'fc', in: 6, out: 4 }] };
const rng = Rng.fromSeed(3);
const normals = (size: number): Float32Array => new Float32Array(size).map(() => rng.normal());
const mask = Uint8Array.from({ length: 24 }, (_, i) => i % 2);
const state: LayerState = {
  name: 'fc',
  rows: 4,
  columns: 6,
  weight: normals(24).map((value, i) => value * mask[i]),
  mask,
  bias: normals(4),
  weightSlots: [normals(24).map((value, i) => value * mask[i])],
  biasSlots: [normals(4)],
};
const batch: Batch = { size: 5, x: normals(30), labels: Uint8Array.of(0, 1, 2, 3, 0) };

const optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;
const stride = { learningRate: 0.1, count: 1 };

const trained = (act: (trainer: Trainer) => void, bias = state.bias): LayerState => {
  const trainer = new Trainer(network, { layers: [{ ...state, bias }], others: [] }, { optimizer });
  try {
    act(trainer);
    return trainer.state().layers[0];
  } finally {
    trainer.dispose();
  }
};

beforeAll(() => cpu.start());

it.each([
  ['set', 'after', (trainer: Trainer) => void trainer.step(batch, stride)],
  ['rigl', 'in place of', () => undefined],
] as const)('%s changes the mask %s the step of the optimizer', (method, _, before) => {
  const p = { method, fraction: 0.4, seed: 1, step: 10, stride };
  const expected = trained(before);
  const found = trained((trainer) => void dropAndGrow(trainer, batch, p));
  expect(found.bias).toEqual(expected.bias);
  expect(found.biasSlots).toEqual(expected.biasSlots);
  const kept = [...mask.keys()].filter((i) => mask[i] === 1 && found.mask[i] === 1);
  expect(kept.length).toBeLessThan(12);
  for (const i of kept)
    expect([found.weight[i], found.weightSlots[0][i]]).toEqual([expected.weight[i], expected.weightSlots[0][i]]);
});

it.each(['set', 'rigl'] as const)('%s leaves the mask as it is where the loss is not finite', (method) => {
  const p = { method, fraction: 0.4, seed: 1, step: 10, stride };
  const found = trained(
    (trainer) => {
      const { result, updates } = dropAndGrow(trainer, batch, p);
      expect([result.loss, updates]).toEqual([NaN, []]);
    },
    state.bias!.map(() => NaN),
  );
  expect(found.mask).toEqual(mask);
});
