import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveWeights } from '../../../src/core/effective';
import { maskableLayers, weightShape } from '../../../src/core/network';
import type { ConvLayer, Layer, LinearLayer, Network } from '../../../src/core/network';
import { finish } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';

const linear = (name: string, from: number, to: number): LinearLayer => ({ kind: 'linear', name, in: from, out: to });
const conv = (name: string, from: number, to: number, groups = 1): ConvLayer => ({
  kind: 'conv',
  name,
  in: from,
  out: to,
  kernel: [2, 2],
  stride: 1,
  padding: 'circular',
  groups,
});

/** Pictures are 2 x 2. */
const side = 2;

type Weights = ReadonlyMap<string, ArrayLike<number>>;

/** Every input 1, all weights whole numbers from 0: what the network comes to, exactly. */
function run(layers: readonly Layer[], x: readonly number[], weights: Weights): number[] {
  return layers.reduce<readonly number[]>((value, each) => {
    const layer = each.kind === 'again' ? each.of : each;
    if (layer.kind === 'linear') {
      const w = weights.get(layer.name)!;
      return Array.from({ length: layer.out }, (_, r) => value.reduce((sum, v, c) => sum + v * w[r * layer.in + c], 0));
    }
    if (layer.kind === 'conv') return convolved(layer, value, weights.get(layer.name)!);
    if (layer.kind === 'residual') {
      const [branch, shortcut] = [layer.branch, layer.shortcut].map((some) => run(some, value, weights));
      return branch.map((v, i) => v + shortcut[i]);
    }
    return value;
  }, x) as number[];
}

function convolved({ in: channels, out, groups }: ConvLayer, x: readonly number[], w: ArrayLike<number>): number[] {
  const [outputs, inputs, places] = [out / groups, channels / groups, side * side];
  const y = new Array<number>(out * places).fill(0);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < inputs; i++)
      for (let tap = 0; tap < 4; tap++)
        for (let p = 0; p < places; p++) {
          const row = ((p >> 1) + (tap >> 1)) % side;
          const column = ((p & 1) + (tap & 1)) % side;
          const from = (Math.floor(o / outputs) * inputs + i) * places + row * side + column;
          y[o * places + p] += w[(o * inputs + i) * 4 + tap] * x[from];
        }
  return y;
}

/** Weights without which the sum of the outputs would be another: all paths together, one weight left out at a time. */
function bruteForce(network: Network, masks: ReadonlyMap<string, Uint8Array>): Record<string, number> {
  const total = (weights: Weights): number =>
    run(network.layers, new Array<number>(network.inputs).fill(1), weights).reduce((a, b) => a + b, 0);
  const whole = total(masks);
  return Object.fromEntries(
    [...masks].map(([name, mask]) => {
      const missed = [...mask.keys()].filter(
        (i) => mask[i] === 1 && total(new Map([...masks, [name, mask.map((v, j) => (i === j ? 0 : v))]])) !== whole,
      );
      return [name, missed.length];
    }),
  );
}

const masksOf = (network: Network, density: number, seed: number): Map<string, Uint8Array> =>
  new Map(
    maskableLayers(network).map((layer) => {
      const { name, rows, columns } = weightShape(layer);
      const rng = Rng.fromSeed(seed).split(name);
      return [name, Uint8Array.from({ length: rows * columns }, () => Number(rng.uniform() < density))];
    }),
  );

const counts = (network: Network, masks: ReadonlyMap<string, Uint8Array>): Record<string, number> =>
  Object.fromEntries(finish(effectiveWeights(network, masks)));

const tied = linear('a', 4, 4);

const networks: Record<string, Network> = {
  mlp: {
    inputs: 6,
    classes: 3,
    layers: [linear('a', 6, 5), { kind: 'activation', fn: 'relu' }, linear('b', 5, 4), linear('c', 4, 3)],
  },
  convolutions: {
    inputs: 12,
    picture: [3, side, side],
    classes: 3,
    layers: [conv('a', 3, 4), conv('b', 4, 6, 2), { kind: 'flatten' }, linear('c', 24, 3)],
  },
  'a layer again': {
    inputs: 4,
    classes: 3,
    layers: [tied, { kind: 'activation', fn: 'relu' }, { kind: 'again', of: tied }, linear('b', 4, 3)],
  },
  residuals: {
    inputs: 8,
    picture: [2, side, side],
    classes: 2,
    layers: [
      { kind: 'residual', branch: [conv('a', 2, 3), conv('b', 3, 2)], shortcut: [] },
      { kind: 'residual', branch: [conv('c', 2, 4), conv('d', 4, 4, 4)], shortcut: [conv('e', 2, 4)] },
      linear('f', 16, 2),
    ],
  },
};

describe('effectiveWeights', () => {
  it.each(Object.keys(networks))('counts what a search without each weight finds, %s', (name) => {
    const network = networks[name];
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 0.6, noNaN: true }), fc.nat(), (density, seed) => {
        const masks = masksOf(network, density, seed);
        expect(counts(network, masks)).toEqual(bruteForce(network, masks));
      }),
      { numRuns: 25 },
    );
  });

  it('counts every weight of a dense network, and none where a layer lets nothing through', () => {
    const network = networks['residuals'];
    const dense = masksOf(network, 1.1, 1);
    expect(counts(network, dense)).toEqual(Object.fromEntries([...dense].map(([name, mask]) => [name, mask.length])));
    const cut = new Map([...dense, ['f', new Uint8Array(32)]]);
    expect(Object.values(counts(network, cut))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('counts queries and keys that have each other and a value to look at', () => {
    const network: Network = {
      inputs: 8,
      picture: [2, side, side],
      classes: 2,
      layers: [
        { kind: 'tokens' },
        { kind: 'attention', heads: 2, input: { ...linear('in', 2, 6), stack: 3 }, output: linear('out', 2, 2) },
        { kind: 'mean' },
        linear('fc', 2, 2),
      ],
    };
    const full = masksOf(network, 1.1, 1);
    expect(counts(network, full)).toEqual({ in: 12, out: 4, fc: 4 });
    // The second head's value row is gone: its query and key have nothing to look at.
    const noValue = full.get('in')!.slice().fill(0, 10, 12);
    expect(counts(network, new Map([...full, ['in', noValue]]))).toEqual({ in: 6, out: 2, fc: 4 });
    // The first head's key row is gone: its query counts no more.
    const noKey = full.get('in')!.slice().fill(0, 4, 6);
    expect(counts(network, new Map([...full, ['in', noKey]]))).toEqual({ in: 8, out: 4, fc: 4 });
  });

  it('follows what channels are scaled by, and what a layer norm mixes', () => {
    const network: Network = {
      inputs: 8,
      picture: [2, side, side],
      classes: 1,
      layers: [
        conv('a', 2, 2),
        { kind: 'squeeze-excite', reduce: linear('reduce', 2, 1), expand: linear('expand', 1, 2) },
        { kind: 'mean' },
        linear('b', 2, 1),
      ],
    };
    const full = masksOf(network, 1.1, 1);
    // The first channel is read by nobody, but the second one is scaled by it.
    const second = new Map([...full, ['b', Uint8Array.of(0, 1)]]);
    expect(counts(network, second)).toEqual({ a: 16, reduce: 2, expand: 1, b: 1 });
    const unscaled = new Map([...second, ['expand', Uint8Array.of(1, 0)]]);
    expect(counts(network, unscaled)).toEqual({ a: 8, reduce: 0, expand: 0, b: 1 });
    const mixed: Network = {
      inputs: 2,
      classes: 2,
      layers: [linear('a', 2, 2), { kind: 'norm', over: 'layer', name: 'n', size: 2 }, linear('b', 2, 2)],
    };
    const half = new Map([
      ['a', Uint8Array.of(1, 1, 1, 1)],
      ['b', Uint8Array.of(1, 0, 0, 0)],
    ]);
    expect(counts(mixed, half)).toEqual({ a: 4, b: 1 });
  });

  it('refuses a mask of another size', () => {
    const masks = new Map([...masksOf(networks['mlp'], 1, 1), ['b', new Uint8Array(3)]]);
    expect(() => counts(networks['mlp'], masks)).toThrow('A 4 x 5 mask needs 20 values; got 3.');
  });
});
