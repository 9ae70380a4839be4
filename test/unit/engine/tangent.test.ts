/** Hessian times vector through every type of layer and every preset, against mixed differences of the loss in float64. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { vocabularyOf } from '../../../src/core/network';
import type { Network } from '../../../src/core/network';
import { finish } from '../../../src/core/parts';
import { presetNames } from '../../../src/core/presets';
import { Rng } from '../../../src/core/rng';
import { cpu } from '../../../src/engine/backends/cpu';
import { wasm } from '../../../src/engine/backends/wasm';
import { hessianVectorProduct, lossGradients } from '../../../src/engine/gradients';
import type { ByParameter } from '../../../src/engine/gradients';
import { valuesByName, weightName } from '../../../src/engine/parameter-tensors';
import type { Parameters } from '../../../src/engine/parameter-tensors';
import type { Batch } from '../../../src/engine/training';
import { logits64, loss64 } from './float64';
import type { Parameters64 } from './float64';
import { drawnBatch, drawnState, presetNetwork, smallPresets } from './nets';
import { kindsOfLayers } from './random-layers';

interface Case {
  network: Network;
  parameters: Parameters;
  batch: Batch;
  seed: number;
}

function caseOf(network: Network, examples: number, seed: number): Case {
  const { layers, others } = drawnState(network, 0.8, seed);
  const batch = drawnBatch(network, examples, seed);
  const rng = Rng.fromSeed(seed).split('numbers');
  const vocabulary = vocabularyOf(network);
  if (vocabulary !== undefined) batch.x.forEach((_, i) => (batch.x[i] = rng.below(vocabulary)));
  return {
    network,
    parameters: { layers: layers.map(({ weight, ...own }) => ({ ...own, weights: weight })), others },
    batch,
    seed,
  };
}

function dot(a: ByParameter, b: ByParameter): number {
  let sum = 0;
  for (const [name, values] of a) {
    const other = b.get(name);
    if (other) for (let i = 0; i < values.length; i++) sum += values[i] * other[i];
  }
  return sum;
}

/** Factors times values, added up. */
const combined = (...terms: readonly [ByParameter, number][]): Map<string, Float64Array> =>
  new Map(
    [...terms[0][0]].map(([name, first]): [string, Float64Array] => [
      name,
      Float64Array.from(first, (_, i) => terms.reduce((sum, [of, factor]) => sum + factor * of.get(name)![i], 0)),
    ]),
  );

const length = (a: ByParameter): number => Math.sqrt(dot(a, a));

/** Normal values for each of the parameters, of length 1 together; float32, as the product takes them. */
function drawnDirection(parameters: Parameters, names: readonly string[], seed: number): Map<string, Float32Array> {
  const rng = Rng.fromSeed(seed);
  const all = valuesByName(parameters);
  const drawn = names.map((name): [string, Float32Array] => [name, all.get(name)!.values.map(() => rng.normal())]);
  const size = length(new Map(drawn));
  return new Map(drawn.map(([name, values]) => [name, values.map((value) => value / size)]));
}

/** The loss in float64 where the parameters are moved along directions; `sides`: of all kinks. */
function lossAt({ network, parameters, batch }: Case, moves: readonly [ByParameter, number][], temperature: number) {
  const at = new Map<string, Parameters64>();
  for (const [key, { values }] of valuesByName(parameters)) {
    const moved = Float64Array.from(values);
    for (const [along, by] of moves) along.get(key)?.forEach((value, i) => (moved[i] += by * value));
    const [name, which] = [key.slice(0, key.lastIndexOf('.')), key.slice(key.lastIndexOf('.') + 1)];
    at.set(name, { ...(at.get(name) ?? { weight: moved }), [which]: moved });
  }
  const sides: number[] = [];
  const logits = logits64(network, batch.x, { parameters: at, training: true, sides });
  return { loss: loss64(logits, batch.labels, temperature), sides: sides.join() };
}

/** u' H v by four losses; nothing across a kink. */
function mixedDifference(
  around: Case,
  u: ByParameter,
  v: ByParameter,
  step: number,
  temperature: number,
): number | undefined {
  const corners = [
    [1, 1],
    [-1, -1],
    [1, -1],
    [-1, 1],
  ].map(([a, b]) =>
    lossAt(
      around,
      [
        [u, a * step],
        [v, b * step],
      ],
      temperature,
    ),
  );
  if (corners.some(({ sides }) => sides !== corners[0].sides)) return undefined;
  const [a, b, c, d] = corners.map(({ loss }) => loss);
  return (a + b - c - d) / (4 * step * step);
}

/**
 * Of up to `most` parameters, by a direction that has as much of the product itself as of anything else. Answers how many were
 * compared.
 */
function expectProducts(around: Case, most: number, tolerance: number): number {
  const { network, parameters, batch, seed } = around;
  const names = [...valuesByName(parameters).keys()];
  const apart = Math.ceil(names.length / most);
  let seen = 0;
  const v = drawnDirection(parameters, names, seed);
  for (const temperature of [1, 2]) {
    const product = finish(hessianVectorProduct(network, parameters, batch, v, { temperature }));
    expect([...product.keys()]).toEqual(names);
    const step = 2e-4 / Math.sqrt(Math.max(1, length(product)));
    for (const name of names.filter((_, i) => i % apart === seed % apart)) {
      const own: ByParameter = new Map([[name, product.get(name)!]]);
      const size = length(own);
      const u = combined([drawnDirection(parameters, [name], seed + 1), 1], [own, size > 0 ? 1 / size : 0]);
      const expected = mixedDifference(around, u, v, step, temperature);
      if (expected === undefined) continue;
      const off = Math.abs(dot(u, product) - expected);
      expect(off, `${name}, ${expected}`).toBeLessThan(tolerance * (size + 0.05 * length(product)) + 1e-6);
      if (Math.abs(expected) > 0.1 * size) seen++;
    }
  }
  return seen;
}
describe.each([
  ['wasm', wasm, 10],
  ['cpu', cpu, 2],
] as const)('on %s', (_, backend, numRuns) => {
  beforeAll(() => backend.start());

  it.each(Object.keys(kindsOfLayers))('is what differences of the loss say: %s', (kind) => {
    let seen = 0;
    fc.assert(
      fc.property(kindsOfLayers[kind], ({ network, examples, seed }) => {
        seen += expectProducts(caseOf(network, examples, seed), 20, 1e-3);
      }),
      { seed: 46, numRuns },
    );
    expect(seen).toBeGreaterThan(numRuns);
  });
});

describe('of a preset', () => {
  beforeAll(() => wasm.start());

  it.each(presetNames)(
    'is what differences of the loss say: %s',
    (name) => {
      const { picture, options } = smallPresets[name];
      // Batch norms over so few single places make third derivatives that no difference sees past.
      const size = name === 'efficientnet-b0' ? 8 : 3;
      const around = caseOf(presetNetwork(name, picture, options), size, 7);
      expect(expectProducts(around, 5, 3e-3)).toBeGreaterThan(4);
    },
    120_000,
  );
});

describe('the product', () => {
  beforeAll(() => wasm.start());

  const small = (): Case => {
    const network = presetNetwork('vgg-11', [3, 16, 16], { width: 4 });
    return caseOf({ ...network, layers: network.layers.filter(({ kind }) => kind !== 'norm') }, 6, 3);
  };

  it('is linear in the direction, symmetric, and of the parameters that it names', () => {
    const { network, parameters, batch } = caseOf(presetNetwork('resnet-20', [3, 8, 8], { width: 4 }), 6, 3);
    const names = parameters.layers.map(weightName);
    const [u, v] = [1, 2].map((seed) => drawnDirection(parameters, names, seed));
    const times = (direction: ByParameter) => finish(hessianVectorProduct(network, parameters, batch, direction));
    const [hu, hv] = [times(u), times(v)];
    expect(dot(u, hv) / dot(v, hu)).toBeCloseTo(1, 3);
    const sum = times(combined([u, 2], [v, -1]));
    const apart = combined([sum, 1], [hu, -2], [hv, 1]);
    expect(length(apart) / length(sum)).toBeLessThan(1e-4);
    const [first] = names;
    expect([...times(new Map([[first, u.get(first)!]])).keys()]).toEqual([first]);
    expect(times(new Map()).size).toBe(0);
  });

  it('is the same by parts of the batch where no norm sees the others', () => {
    const { network, parameters, batch } = small();
    const names = parameters.layers.map(weightName);
    const v = drawnDirection(parameters, names, 1);
    const whole = finish(hessianVectorProduct(network, parameters, batch, v));
    const parts = [...hessianVectorProduct(network, parameters, batch, v, { microBatch: 4 })];
    expect(parts).toHaveLength(2);
    const product = finish(hessianVectorProduct(network, parameters, batch, v, { microBatch: 4 }));
    const apart = combined([whole, 1], [product, -1]);
    expect(length(apart) / length(whole)).toBeLessThan(1e-5);
  });

  it('leaves nothing on the backend', () => {
    const { network, parameters, batch } = caseOf(presetNetwork('efficientnet-b0', [3, 16, 16], { width: 6 }), 4, 3);
    const names = [...valuesByName(parameters).keys()];
    const before = tf.memory().numTensors;
    const gradient = finish(lossGradients(network, parameters, batch, names));
    finish(hessianVectorProduct(network, parameters, batch, gradient));
    expect(tf.memory().numTensors).toBe(before);
  });
});
