import { describe, expect, it } from 'vitest';
import { activationMaths } from '../../../../src/core/activations';
import { meanField } from '../../../../src/core/init/mean-field';
import { actualGains, denseGain, meanFieldLayers } from '../../../../src/core/init/mean-field-layers';
import type { FieldLayer } from '../../../../src/core/init/mean-field-layers';
import { baseInitialisations } from '../../../../src/core/init/registry';
import type { BaseInit } from '../../../../src/core/init/registry';
import type { Activation, Layer, LinearLayer } from '../../../../src/core/network';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';

const linear = (name: string, width: number): LinearLayer => ({ kind: 'linear', name, in: width, out: width });

const chain = (depth: number, width: number, fn: Activation): Layer[] =>
  Array.from({ length: depth }, (_, l): Layer[] => [linear(`fc${l + 1}`, width), { kind: 'activation', fn }]).flat();

const meanSquare = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of one random network: q of each layer, then chi of each but the first, measured over predicted. */
function ratios(
  seed: number,
  fn: Activation,
  { gain, biasGain, density }: { gain: number; biasGain: number; density: number },
): number[] {
  const [width, depth] = [200, 4];
  const rng = Rng.fromSeed(seed);
  const weights = Array.from({ length: depth }, () =>
    Float32Array.from({ length: width * width }, () =>
      rng.uniform() < density ? (gain / Math.sqrt(density * width)) * rng.normal() : 0,
    ),
  );
  const biases = weights.map(() => Float32Array.from({ length: width }, () => biasGain * rng.normal()));
  let x = Float64Array.from({ length: width }, () => 1.5 * rng.normal());
  const predicted = meanFieldLayers({ layers: chain(depth, width, fn) }, meanSquare(x), ({ name }) => {
    const l = Number(name.slice(2)) - 1;
    return actualGains(weights[l], width, biases[l]);
  });
  const of = (l: number): FieldLayer => predicted.get(`fc${l + 1}`)!;
  const { value, derivative } = activationMaths[fn];
  const before: Float64Array[] = [];
  const result: number[] = [];
  for (let l = 0; l < depth; l++) {
    const z = Float64Array.from(biases[l], (bias, r) => {
      let sum = bias;
      for (let c = 0; c < width; c++) sum += weights[l][r * width + c] * x[c];
      return sum;
    });
    result.push(meanSquare(z) / of(l).q);
    before.push(z);
    x = z.map((input) => value(input));
  }
  let gradient = Float64Array.from({ length: width }, () => rng.normal());
  for (let l = depth - 1; l > 0; l--) {
    const back = new Float64Array(width);
    for (let r = 0; r < width; r++) for (let c = 0; c < width; c++) back[c] += weights[l][r * width + c] * gradient[r];
    const next = back.map((g, c) => g * derivative(before[l - 1][c]));
    result.push(meanSquare(next) / meanSquare(gradient) / of(l).chi!);
    gradient = next;
  }
  return result;
}

describe('meanFieldLayers', () => {
  // One network differs from the theory by a fifth; the mean of thirty by a few percent.
  it.each<[Activation, number, number, number]>([
    ['tanh', 1.2, 0.3, 1],
    ['tanh', 1.2, 0.3, 0.1],
    ['relu', 1.4, 0, 1],
    ['selu', 1, 0.1, 0.2],
    ['linear', 0.9, 0, 0.1],
  ])('predicts what wide %s networks do, gains %d and %d, density %d', (fn, gain, biasGain, density) => {
    const found = Array.from({ length: 30 }, (_, seed) => ratios(seed, fn, { gain, biasGain, density }));
    for (const of of found[0].keys()) expect(Math.abs(mean(found.map((one) => one[of])) - 1)).toBeLessThan(0.12);
  });

  it('has no chi for the first layer', () => {
    const layers = meanFieldLayers({ layers: chain(2, 4, 'relu') }, 1, () => ({ weight: Math.SQRT2, bias: 0 }));
    expect([...layers.values()]).toEqual([
      { q: expect.closeTo(2, 12) as number, chi: null },
      { q: expect.closeTo(2, 12) as number, chi: expect.closeTo(1, 12) as number },
    ]);
  });

  it('comes to the fixed point of deep networks', () => {
    const gains = { weight: 1.5, bias: 0.2 };
    const last = meanFieldLayers({ layers: chain(60, 2, 'tanh') }, 3, () => gains).get('fc60')!;
    const { q, chi } = meanField('tanh', gains);
    expect(last.q).toBeCloseTo(q, 10);
    expect(last.chi).toBeCloseTo(chi, 10);
  });

  it('ends where the theory does, and where q is no number', () => {
    const gains = () => ({ weight: 1, bias: 0 });
    const norm: Layer = { kind: 'norm', over: 'batch', name: 'n', size: 4 };
    const layers: Layer[] = [linear('a', 4), { kind: 'flatten' }, linear('b', 4), norm, linear('c', 4)];
    expect([...meanFieldLayers({ layers }, 1, gains).keys()]).toEqual(['a', 'b']);
    expect([...meanFieldLayers({ layers: [{ kind: 'activation', fn: 'relu' }, linear('a', 4)] }, 1, gains)]).toEqual(
      [],
    );
    expect([...meanFieldLayers({ layers: chain(3, 4, 'relu') }, Infinity, gains)]).toEqual([]);
    expect(meanFieldLayers({ layers: chain(2, 4, 'tanh') }, 0, gains).get('fc2')!.q).toBeLessThan(1e-15);
  });
});

describe('denseGain', () => {
  it.each(Object.keys(baseInitialisations) as BaseInit[])('is the gain that %s draws with', (init) => {
    for (const shape of [
      { name: 'wide', rows: 60, columns: 90 },
      { name: 'tall', rows: 90, columns: 60 },
      { name: 'conv', rows: 40, columns: 24 * 9, kernel: [3, 3] as [number, number], groups: 1 },
    ]) {
      const drawn = finish(baseInitialisations[init]({ shape, gain: 1.3, rng: Rng.fromSeed(3) }));
      const found = actualGains(drawn, shape.rows, undefined).weight;
      expect(Math.abs(found / denseGain(init, shape, 1.3) - 1)).toBeLessThan(0.03);
    }
  });
});
