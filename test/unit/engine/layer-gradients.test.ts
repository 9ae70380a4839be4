/** Every type of layer against float64 loops: what it gives, and its gradients against central differences of the loss. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { everyLayer, vocabularyOf } from '../../../src/core/network';
import type { Layer, Network, NormLayer } from '../../../src/core/network';
import { finish } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';
import { cpu } from '../../../src/engine/backends/cpu';
import { wasm } from '../../../src/engine/backends/wasm';
import { forward } from '../../../src/engine/network';
import { disposeNetwork, passOf, uploadNetwork } from '../../../src/engine/parameters';
import type { NetworkState } from '../../../src/engine/states';
import { Trainer } from '../../../src/engine/trainer';
import type { Batch } from '../../../src/engine/training';
import { logits64, loss64 } from './float64';
import type { Parameters64 } from './float64';
import { drawnBatch, drawnState } from './nets';
import { kindsOfLayers } from './random-layers';
import type { Around } from './random-layers';

/** With running averages that are not those of a beginning. */
function startOf({ network, seed, examples }: Around): { state: NetworkState; batch: Batch } {
  const state = drawnState(network, 0.8, seed);
  const rng = Rng.fromSeed(seed).split('running');
  for (const { running } of state.others) {
    running?.mean.forEach((_, i) => (running.mean[i] = 0.3 * rng.normal()));
    running?.variance.forEach((_, i) => (running.variance[i] = 0.5 + rng.uniform()));
  }
  const batch = drawnBatch(network, examples, seed);
  const vocabulary = vocabularyOf(network);
  if (vocabulary !== undefined) batch.x.forEach((_, i) => (batch.x[i] = rng.below(vocabulary)));
  return { state, batch };
}

/** In float64, to be moved. */
const wide = ({ layers, others }: NetworkState): Map<string, Parameters64 & { weight: Float64Array }> =>
  new Map(
    [...layers, ...others].map((own) => [
      own.name,
      {
        weight: Float64Array.from(own.weight),
        bias: own.bias && Float64Array.from(own.bias),
        running: 'running' in own ? own.running : undefined,
      },
    ]),
  );

const step = 1e-5;

/** The central difference by one number; none across a kink. */
function slopeBy(values: Float64Array, at: number, value: (sides: number[]) => number): number | undefined {
  const before = values[at];
  const [ahead, behind] = [step, -step].map((by) => {
    const sides: number[] = [];
    values[at] = before + by;
    return { value: value(sides), sides: sides.join() };
  });
  values[at] = before;
  return ahead.sides === behind.sides ? (ahead.value - behind.value) / (2 * step) : undefined;
}

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));

/** To 1e-4 of the largest. Answers how many differences were no rounding. */
function expectSlopes(what: string, found: ArrayLike<number>, slopes: readonly (number | undefined)[]): number {
  expect(found.length, what).toBe(slopes.length);
  const most = largest(slopes.map((slope) => slope ?? 0));
  slopes.forEach((slope, i) => {
    if (slope !== undefined) expect(Math.abs(found[i] - slope), `${what}[${i}]`).toBeLessThan(1e-5 + 1e-4 * most);
  });
  return slopes.filter((slope) => slope !== undefined && Math.abs(slope) > 1e-3).length;
}

/** Of every weight, pruned ones included, and of everything else that is trained. */
function gradientsOf({ network }: Around, state: NetworkState, batch: Batch) {
  const optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;
  const trainer = new Trainer(network, state, { optimizer });
  try {
    // Before the running averages move.
    const jacobians = finish(trainer.jacobians(batch));
    const { result, gradients } = trainer.measure(batch);
    // The momentum after the first update is the gradient.
    trainer.step(batch, { learningRate: 0, count: 1 });
    const after = trainer.state();
    const slopes = new Map(
      [...after.layers, ...after.others].map(({ name, weightSlots, biasSlots }, l) => [
        name,
        { weight: l < gradients.length ? gradients[l] : weightSlots[0], bias: biasSlots.at(0) },
      ]),
    );
    return { loss: result.loss, slopes, jacobians };
  } finally {
    trainer.dispose();
  }
}

/** In training and by running averages. */
function expectLogits({ network }: Around, state: NetworkState, batch: Batch): void {
  const tensors = uploadNetwork(network, state, 0);
  for (const training of [true, false]) {
    const found = tf.tidy(() => {
      const pass = { ...passOf(tensors), ...(training && { onBatch: () => undefined }) };
      return forward(network, pass, tf.tensor2d(batch.x, [batch.size, network.inputs])).dataSync();
    });
    const logits = logits64(network, batch.x, { parameters: wide(state), training, sides: [] }).flat();
    expect(found).toHaveLength(logits.length);
    const close = 1e-5 * Math.max(1, largest(logits));
    logits.forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(close));
  }
  disposeNetwork(tensors);
}

function firstExample(network: Network, batch: Batch, parameters: ReadonlyMap<string, Parameters64>) {
  const x = Float64Array.from(batch.x.subarray(0, network.inputs));
  const [first, ...layers] = network.layers;
  if (first.kind !== 'embedding') return { rest: network, x };
  const { weight } = parameters.get(first.name)!;
  const { width } = first;
  const rows = [...x].flatMap((number) => Array.from({ length: width }, (_, i) => weight[number * width + i]));
  const rest = { ...network, inputs: rows.length, layers };
  return { rest, x: Float64Array.from(rows), shape: [x.length, width] };
}

/** Answers how many differences were no rounding. */
function expectGradients(around: Around): number {
  const { network } = around;
  const { state, batch } = startOf(around);
  expectLogits(around, state, batch);
  const { loss, slopes, jacobians } = gradientsOf(around, state, batch);
  const parameters = wide(state);
  const lossNow = (sides: number[]): number =>
    loss64(logits64(network, batch.x, { parameters, training: true, sides }), batch.labels);
  expect(Math.abs(loss - lossNow([]))).toBeLessThan(1e-5 * Math.max(1, loss));
  let seen = 0;
  expect([...slopes.keys()].sort()).toEqual([...parameters.keys()].sort());
  for (const [name, { weight, bias }] of slopes) {
    const own = parameters.get(name)!;
    const differences = (values: Float64Array): (number | undefined)[] =>
      Array.from(values, (_, i) => slopeBy(values, i, lossNow));
    seen += expectSlopes(`${name}.weight`, weight, differences(own.weight));
    expect(bias !== undefined).toBe(own.bias !== undefined);
    if (bias) seen += expectSlopes(`${name}.bias`, bias, differences(own.bias as Float64Array));
  }
  // Each example by itself: of the first, by its values, or by the rows of the table that they stand for.
  const { rest, x, shape } = firstExample(network, batch, parameters);
  for (let k = 0; k < network.classes; k++) {
    const logit = (sides: number[]): number => logits64(rest, x, { parameters, training: false, sides }, shape)[0][k];
    const row = jacobians[0].subarray(k * x.length, (k + 1) * x.length);
    seen += expectSlopes(
      `d logit ${k}`,
      row,
      Array.from(x, (_, i) => slopeBy(x, i, logit)),
    );
  }
  return seen;
}

describe.each([
  ['wasm', wasm, 10],
  ['cpu', cpu, 2],
] as const)('a layer on %s', (_, backend, numRuns) => {
  beforeAll(() => backend.start());

  it.each(Object.keys(kindsOfLayers))('gives and passes back what float64 loops say: %s', (kind) => {
    let seen = 0;
    fc.assert(
      fc.property(kindsOfLayers[kind], (around) => {
        seen += expectGradients(around);
      }),
      { seed: 64, numRuns },
    );
    expect(seen).toBeGreaterThan(5 * numRuns);
  });
});

it('no type of layer is left out', () => {
  const tested = new Set<string>();
  for (const kind of Object.values(kindsOfLayers))
    for (const { network } of fc.sample(kind, { seed: 1, numRuns: 20 }))
      for (const layer of everyLayer(network.layers)) tested.add(layer.kind === 'norm' ? layer.over : layer.kind);
  // The compiler holds this list against the types of layers.
  const all: Record<Exclude<Layer['kind'], 'norm'> | NormLayer['over'], true> = {
    ...{ linear: true, conv: true, activation: true, batch: true, layer: true, pool: true, mean: true, flatten: true },
    ...{
      tokens: true,
      embedding: true,
      position: true,
      attention: true,
      'squeeze-excite': true,
      residual: true,
      again: true,
    },
  };
  expect([...tested].sort()).toEqual(Object.keys(all).sort());
});
