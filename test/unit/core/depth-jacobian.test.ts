import { describe, expect, it } from 'vitest';
import { activationMaths } from '../../../src/core/activations';
import { chainActivations, depthExamples, depthSpectra, spreadDepths } from '../../../src/core/depth-jacobian';
import type { ChainLayer } from '../../../src/core/depth-jacobian';
import { singularValues } from '../../../src/core/linalg/svd';
import { activations } from '../../../src/core/network';
import type { Activation, Layer, LinearLayer } from '../../../src/core/network';
import { finish } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';

/** Widths: inputs, then the outputs of each layer. */
function randomChain(widths: readonly number[], activation: Activation, seed: number, gain = 1): ChainLayer[] {
  const rng = Rng.fromSeed(seed);
  return widths.slice(1).map((out, l) => ({
    weight: Float32Array.from({ length: out * widths[l] }, () =>
      rng.uniform() < 0.5 ? 0 : gain * Math.sqrt(2 / widths[l]) * rng.normal(),
    ),
    ...(l % 2 === 0 && { bias: Float32Array.from({ length: out }, () => 0.3 * rng.normal()) }),
    activation,
  }));
}

/** Preactivations of layer `depth` of the chain. */
function preactivations(chain: readonly ChainLayer[], x: readonly number[], depth: number): number[] {
  let flow = [...x];
  for (let l = 0; ; l++) {
    const { weight, bias, activation } = chain[l];
    const z = Array.from({ length: weight.length / flow.length }, (_, r) =>
      flow.reduce((sum, value, c) => sum + weight[r * flow.length + c] * value, bias?.[r] ?? 0),
    );
    if (l === depth) return z;
    flow = z.map((value) => activationMaths[activation].value(value));
  }
}

/** By central differences. */
function differences(chain: readonly ChainLayer[], x: readonly number[], depth: number): Float64Array {
  const step = 1e-5;
  const columns = x.map((_, c) => {
    const [up, down] = [step, -step].map((by) =>
      preactivations(
        chain,
        x.map((value, i) => (i === c ? value + by : value)),
        depth,
      ),
    );
    return up.map((value, r) => (value - down[r]) / (2 * step));
  });
  return Float64Array.from(columns[0].flatMap((_, r) => columns.map((column) => column[r])));
}

describe('depthSpectra', () => {
  it.each(
    activations.flatMap((fn) => [[9, 6, 6, 4].join(), [3, 6, 5, 7].join(), [6, 2, 5].join()].map((w) => [fn, w])),
  )('are those of what small changes of the inputs make: %s, widths %s', (fn, text) => {
    const widths = text.split(',').map(Number);
    const chain = randomChain(widths, fn as Activation, 4);
    const [inputs] = widths;
    const rng = Rng.fromSeed(8);
    const x = Float32Array.from({ length: 2 * inputs }, () => rng.normal());
    const depths = chain.map((_, l) => l);
    const found = finish(depthSpectra(chain, { x, inputs }, depths));
    expect(found.map(({ index }) => index)).toEqual(depths);
    for (const { index, summary, meanSquare } of found) {
      const values = [0, 1].flatMap((example) => {
        const own = [...x.subarray(example * inputs, (example + 1) * inputs)];
        return [...singularValues(differences(chain, own, index), widths[index + 1], inputs)];
      });
      expect(summary.max).toBeCloseTo(Math.max(...values), 6);
      expect(summary.min).toBeCloseTo(Math.min(...values), 6);
      expect(summary.mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 6);
      expect(meanSquare).toBeCloseTo(values.reduce((a, b) => a + b * b, 0) / values.length, 6);
    }
  });

  it('are looked at where they are asked for, and are the same for it', () => {
    const chain = randomChain([5, 4, 4, 4], 'tanh', 1);
    const x = Float32Array.of(1, 0, -1, 0.5, 2);
    const all = finish(depthSpectra(chain, { x, inputs: 5 }, [0, 1, 2]));
    expect(finish(depthSpectra(chain, { x, inputs: 5 }, [1]))).toEqual([all[1]]);
    expect(finish(depthSpectra(chain, { x, inputs: 5 }, []))).toEqual([]);
  });

  it('do not vanish where float32 would, and end before they are no number', () => {
    const widths = [4, ...Array.from({ length: 200 }, () => 4)];
    const one = Float32Array.of(1, 2, 3, 4);
    const small = finish(depthSpectra(randomChain(widths, 'linear', 1, 0.05), { x: one, inputs: 4 }, [0, 199]));
    expect(small[1].summary.max).toBeGreaterThan(0);
    expect(small[1].summary.max).toBeLessThan(1e-100);
    const large = finish(depthSpectra(randomChain(widths, 'linear', 1, 1e3), { x: one, inputs: 4 }, [0, 20, 199]));
    expect(large.map(({ index }) => index)).toEqual([0, 20]);
  });
});

const linear = (name: string, from: number, out: number): LinearLayer => ({ kind: 'linear', name, in: from, out });
const tanh: Layer = { kind: 'activation', fn: 'tanh' };

describe('chainActivations', () => {
  it('names what follows each layer', () => {
    const layers: Layer[] = [{ kind: 'flatten' }, linear('a', 4, 3), tanh, linear('b', 3, 3), linear('c', 3, 2)];
    expect([...chainActivations({ layers })!]).toEqual([
      ['a', 'tanh'],
      ['b', 'linear'],
      ['c', 'linear'],
    ]);
  });

  it.each<[string, Layer[]]>([
    ['nothing', []],
    ['an activation first', [tanh, linear('a', 4, 3)]],
    ['two activations', [linear('a', 4, 3), tanh, { kind: 'activation', fn: 'relu' }]],
    ['a norm', [linear('a', 4, 3), { kind: 'norm', over: 'layer', name: 'n', size: 3 }]],
    ['a residual', [linear('a', 3, 3), { kind: 'residual', branch: [linear('b', 3, 3)], shortcut: [] }]],
  ])('is nothing with %s', (_, layers) => expect(chainActivations({ layers })).toBeUndefined());
});

describe('spreadDepths', () => {
  it('has the first and the last, evenly, each once', () => {
    expect(spreadDepths(7, 16)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(spreadDepths(1000, 4)).toEqual([0, 333, 666, 999]);
    expect([spreadDepths(1, 16), spreadDepths(9, 1), spreadDepths(9, 0)]).toEqual([[0], [8], []]);
    for (const [count, most] of [
      [17, 16],
      [100, 64],
      [1000, 33],
    ]) {
      const depths = spreadDepths(count, most);
      expect([depths.length, new Set(depths).size, depths.at(-1)]).toEqual([most, most, count - 1]);
    }
  });
});

describe('depthExamples', () => {
  const network = (width: number, depth: number) => ({
    inputs: 784,
    layers: Array.from({ length: depth }, (_, l) => linear(`fc${l}`, l === 0 ? 784 : width, width)),
  });
  const of = (width: number, depth: number, density: number, budget = 8): number => {
    const kept = Array.from({ length: depth }, () => density * width * width);
    return depthExamples(network(width, depth), kept, spreadDepths(depth, 16), { most: 32, budget });
  };
  it('is fewer the more it costs, at least one, and none where one is too many', () => {
    expect(of(100, 7, 1)).toBe(8);
    expect(of(128, 1000, 0.125)).toBeGreaterThanOrEqual(2);
    expect(of(128, 1000, 1)).toBe(1);
    expect(of(1024, 7, 0.1)).toBe(0);
    expect(depthExamples(network(10, 2), [10, 10], [0, 1], { most: 3, budget: 8 })).toBe(3);
    expect(of(1024, 7, 0.1, 1000)).toBe(8);
    expect(of(100, 7, 1, 0.001)).toBe(0);
  });
});
