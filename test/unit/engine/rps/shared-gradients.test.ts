/** The gradient of a shared memory against central differences, in float64, whatever kind of layer shares it. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { everyLayer, vocabularyOf } from '../../../../src/core/network';
import { mappingNames } from '../../../../src/core/rps/names';
import { recover } from '../../../../src/core/rps/recover';
import { Rng } from '../../../../src/core/rng';
import { cpu } from '../../../../src/engine/backends/cpu';
import { wasm } from '../../../../src/engine/backends/wasm';
import { sharingRule } from '../../../../src/engine/rps/rule';
import type { SharingRule } from '../../../../src/engine/rps/rule';
import { Trainer } from '../../../../src/engine/trainer';
import type { Batch } from '../../../../src/engine/training';
import { logits64, loss64 } from '../float64';
import type { Parameters64 } from '../float64';
import { drawnBatch, drawnState } from '../nets';
import { kindsOfLayers } from '../random-layers';
import type { Around } from '../random-layers';
import { mappedNetwork, withMemory } from './shared-nets';

const optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;
const step = 1e-5;

const batchFor = ({ network, seed, examples }: Around): Batch => {
  const batch = drawnBatch(network, examples, seed);
  const vocabulary = vocabularyOf(network);
  const rng = Rng.fromSeed(seed);
  if (vocabulary !== undefined) batch.x.forEach((_, i) => (batch.x[i] = rng.below(vocabulary)));
  return batch;
};

/** Answers how many differences were no rounding. */
function expectGradient(around: Around, rule: SharingRule, microBatch?: number): number {
  const { network, seed } = around;
  const { sharing, scales } = rule;
  const rng = Rng.fromSeed(seed).split('memory');
  const memory = Float32Array.from({ length: sharing.m }, () => rng.normal());
  const dense = drawnState(network, 1, seed);
  const batch = batchFor(around);
  const settings = { optimizer, sharing: rule, ...(microBatch !== undefined && { microBatch }) };
  const trainer = new Trainer(network, withMemory(dense, rule, memory), settings);
  // The momentum after the first update is the gradient.
  const { loss } = trainer.step(batch, { learningRate: 0, count: 1 });
  const found = trainer.state().shared!.slots[0];
  trainer.dispose();
  const values = Float64Array.from(memory);
  const lossNow = (sides: number[]): number => {
    const parameters = new Map<string, Parameters64>([...dense.layers, ...dense.others].map((own) => [own.name, own]));
    sharing.layers.forEach(({ name, weights }, l) => {
      const weight = new Float64Array(weights);
      recover(sharing, scales, values, l, weight);
      parameters.set(name, { ...parameters.get(name), weight });
    });
    return loss64(logits64(network, batch.x, { parameters, training: true, sides }), batch.labels);
  };
  expect(Math.abs(loss - lossNow([]))).toBeLessThan(1e-5 * Math.max(1, loss));
  const slopes = Array.from(values, (before, at) => {
    const [ahead, behind] = [step, -step].map((by) => {
      const sides: number[] = [];
      values[at] = before + by;
      return { value: lossNow(sides), sides: sides.join() };
    });
    values[at] = before;
    return ahead.sides === behind.sides ? (ahead.value - behind.value) / (2 * step) : undefined;
  });
  const most = slopes.reduce<number>((a, b) => Math.max(a, Math.abs(b ?? 0)), 0);
  slopes.forEach((slope, j) => {
    if (slope !== undefined) expect(Math.abs(found[j] - slope), `location ${j}`).toBeLessThan(1e-5 + 1e-4 * most);
  });
  return slopes.filter((slope) => slope !== undefined && Math.abs(slope) > 1e-3).length;
}

/** Every kind with a weight to share; two forms, every mapping and a compression that shares within and between layers. */
const kinds = [
  'linear, of values',
  'linear, of tokens',
  'a linear layer again, of values',
  'conv, with groups',
  'conv, depthwise',
  'embedding',
] as const;

describe.each([
  ['wasm', wasm, 4],
  ['cpu', cpu, 1],
] as const)('the gradient of a memory on %s', (_, backend, numRuns) => {
  beforeAll(() => backend.start());

  it.each(kinds.flatMap((kind) => mappingNames.map((mapping) => [kind, mapping] as const)))(
    'is what differences say: %s, %s',
    (kind, mapping) => {
      let seen = 0;
      fc.assert(
        fc.property(kindsOfLayers[kind], fc.constantFrom('stable-rps', 'roast'), (around, method) => {
          const sharing = mappedNetwork(around.network, { compression: 3, kind: mapping });
          seen += expectGradient(around, sharingRule(sharing, { method, initStd: 0.7, scaler: 'none' }, optimizer));
        }),
        { seed: 11, numRuns },
      );
      expect(seen).toBeGreaterThan(3 * numRuns);
    },
  );

  it('adds up over the parts of a batch and over memories of the layers by themselves', () => {
    fc.assert(
      fc.property(kindsOfLayers['linear, of values'], (around) => {
        const sharing = mappedNetwork(around.network, { compression: 2, kind: 'hashednet', scope: 'local' });
        const rule = sharingRule(sharing, { method: 'hashednet', initStd: 1, scaler: 'none' }, optimizer);
        expect(expectGradient(around, rule, 2)).toBeGreaterThan(0);
      }),
      { seed: 12, numRuns },
    );
  });
});

it('every kind of layer whose weight can be shared is among them', () => {
  const seen = new Set(
    kinds.flatMap((kind) =>
      fc
        .sample(kindsOfLayers[kind], { seed: 1, numRuns: 20 })
        .flatMap(({ network }) => [...everyLayer(network.layers)])
        .map((layer) => (layer.kind === 'conv' && layer.groups > 1 ? 'grouped conv' : layer.kind)),
    ),
  );
  for (const kind of ['linear', 'conv', 'grouped conv', 'embedding']) expect(seen).toContain(kind);
});
