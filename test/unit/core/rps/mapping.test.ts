import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { presetNames } from '../../../../src/core/presets';
import { Rng } from '../../../../src/core/rng';
import { loadOf } from '../../../../src/core/rps/location-sums';
import { locationsOf, signsOf, slicesOf } from '../../../../src/core/rps/mapping';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { Sharing } from '../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../src/core/rps/pieces';
import { countedLoads, locations, oneByOne, presetToShare, smallLayers, specs } from './layers';

const small = (spec: MappingSpec, compression: number, scope: 'global' | 'local' = 'global'): Sharing =>
  sharingOf(smallLayers, { compression, spec, scope });

const range = (values: ArrayLike<number>): [number, number] => {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) [least, most] = [Math.min(least, values[i]), Math.max(most, values[i])];
  return [least, most];
};

describe('a fold', () => {
  it.each(presetNames)('loads every location of %s with floor(c) or ceil(c) weights, one at compression 1', (name) => {
    const layers = presetToShare(name);
    for (const compression of [1, 2.5, 10, 333]) {
      const sharing = sharingOf(layers, { compression, spec: { kind: 'fold', seed: 5 }, scope: 'global' });
      const { n, m } = sharing;
      const [least, most] = range(loadOf(sharing));
      expect([least, most]).toEqual([Math.floor(n / m), Math.ceil(n / m)]);
    }
  });

  it.each(['global', 'local'] as const)('the same, counted weight by weight, %s', (scope) => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 400, noNaN: true }), fc.nat(), (compression, seed) => {
        const sharing = small({ kind: 'fold', seed }, compression, scope);
        const loads = countedLoads(sharing);
        expect(loadOf(sharing)).toEqual(loads);
        sharing.parts.forEach(({ start, length }, l) => {
          const weights = scope === 'global' ? sharing.n : sharing.layers[l].weights;
          const [least, most] = range(loads.subarray(start, start + length));
          expect([least, most]).toEqual([Math.floor(weights / length), Math.ceil(weights / length)]);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('lies in slices that say the same as the locations', () => {
    for (const compression of [1, 3.3, 50]) {
      const sharing = small({ kind: 'fold', seed: 8 }, compression);
      smallLayers.forEach((_, l) => {
        const each = oneByOne(sharing, l).map(({ location }) => location);
        const slices = slicesOf(sharing, l);
        expect(slices.flatMap((s) => Array.from({ length: s.length }, (_, k) => s.location + k))).toEqual(each);
        expect(slices.map(({ from }) => from)).toEqual(
          slices.map((_, k) => slices.slice(0, k).reduce((sum, { length }) => sum + length, 0)),
        );
      });
    }
  });

  it('puts two weights of different partitions together with probability 1/m', () => {
    const m = 100;
    const layers = [{ name: 'fc', rows: 2, columns: m, deviation: 1 }];
    let together = 0;
    const seeds = 40_000;
    const place = new Int32Array(2 * m);
    for (let seed = 0; seed < seeds; seed++) {
      locationsOf(
        sharingOf(layers, { compression: 2, spec: { kind: 'fold', seed }, scope: 'global' }),
        0,
        0,
        2 * m,
        place,
      );
      if (place[17] === place[m + 60]) together++;
    }
    // Four standard errors.
    expect(Math.abs(together - seeds / m)).toBeLessThan(4 * Math.sqrt(seeds / m));
  });
});

describe('placed by chance', () => {
  const layers = presetToShare('resnet-20');

  it.each(['random', 'hashednet'] as const)('%s leaves e^-c of the memory without a use', (kind) => {
    for (const compression of [1, 2, 5]) {
      const sharing = sharingOf(layers, { compression, spec: { kind, seed: 1 }, scope: 'global' });
      const unused = loadOf(sharing).filter((load) => load === 0).length / sharing.m;
      const expected = Math.exp(-compression);
      expect(Math.abs(unused - expected)).toBeLessThan(5 * Math.sqrt(expected / sharing.m));
    }
  });

  it.each(['random', 'hashednet'] as const)('%s spreads its loads as Poisson', (kind) => {
    const sharing = sharingOf(layers, { compression: 10, spec: { kind, seed: 2 }, scope: 'global' });
    const loads = loadOf(sharing);
    const mean = sharing.n / sharing.m;
    const variance = loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / sharing.m;
    // The variance of a variance of m Poisson numbers is about (2 mean^2 + mean) / m.
    expect(Math.abs(variance - mean)).toBeLessThan(5 * Math.sqrt((2 * mean ** 2 + mean) / sharing.m));
  });

  it.each([
    { kind: 'roast', seed: 4, tile: [4, 4] },
    { kind: 'robe', seed: 4, chunk: 16 },
  ] as const)('pieces of $kind leave about as much', (spec) => {
    const sharing = sharingOf(layers, { compression: 1, spec, scope: 'global' });
    const unused = loadOf(sharing).filter((load) => load === 0).length / sharing.m;
    // Of 270896 / 16 pieces, each 16 long: fewer, so a rougher mean.
    expect(Math.abs(unused - Math.exp(-1))).toBeLessThan(0.02);
  });
});

describe.each(specs)('$kind, aligned $aligned', (spec) => {
  it.each([
    [1, 'global'],
    [7.7, 'global'],
    [1, 'local'],
    [3, 'local'],
  ] as const)('compression %d, %s: any range, in any order, gives the same places and signs', (compression, scope) => {
    const sharing = small(spec, compression, scope);
    const order = Uint32Array.from(smallLayers, (_, l) => l);
    Rng.fromSeed(9).shuffle(order);
    for (const l of order) {
      const { weights } = sharing.layers[l];
      const each = oneByOne(sharing, l);
      const { start, length } = sharing.parts[l];
      for (const { location } of each) {
        expect(location).toBeGreaterThanOrEqual(start);
        expect(location).toBeLessThan(start + length);
      }
      for (const [from, to] of [
        [0, weights],
        [1, weights - 1],
        [33, 70],
        [weights - 5, weights],
      ]) {
        const [places, signs] = [new Int32Array(to - from), new Int8Array(to - from)];
        locationsOf(sharing, l, from, to, places);
        signsOf(sharing, l, from, to, signs);
        expect([...places]).toEqual(each.slice(from, to).map(({ location }) => location));
        expect([...signs]).toEqual(each.slice(from, to).map(({ sign }) => sign));
      }
    }
  });

  it('another seed gives other places', () => {
    const [a, b] = [small(spec, 2), small({ ...spec, seed: 4 }, 2)];
    const same = locations(a, 2).filter((location, i) => location === locations(b, 2)[i]).length;
    expect(same).toBeLessThan(200);
  });

  it('with local scope no two layers share', () => {
    const sharing = small(spec, 3, 'local');
    expect(sharing.m).toBe(sharing.parts.reduce((sum, { length }) => sum + length, 0));
    expect(sharing.parts.map(({ length }) => length)).toEqual(
      sharing.layers.map(({ weights }) => Math.floor(weights / 3)),
    );
  });
});

describe('pieces', () => {
  const layer = { name: 'fc', rows: 37, columns: 50, deviation: 1 };
  const one = (spec: MappingSpec, compression: number): Sharing =>
    sharingOf([layer], { compression, spec, scope: 'global' });

  it.each([false, true])('tiles of roast lie side by side, aligned %s', (aligned) => {
    const tile = [4, 8] as const;
    const sharing = one({ kind: 'roast', seed: 2, tile, aligned }, 3);
    const places = locations(sharing, 0);
    const starts = new Map<string, number>();
    for (let r = 0; r < 37; r++)
      for (let c = 0; c < 50; c++) {
        const start = places[r * 50 + c] - (r % 4) * 8 - (c % 8);
        const key = `${Math.floor(r / 4)} ${Math.floor(c / 8)}`;
        expect(starts.get(key) ?? start).toBe(start);
        starts.set(key, start);
      }
    for (const start of starts.values()) {
      expect(start).toBeGreaterThanOrEqual(0);
      // Whole tiles, also those that the edge of the matrix cuts: they end before the memory does.
      expect(start + 32).toBeLessThanOrEqual(sharing.m);
      if (aligned) expect(start % 32).toBe(0);
    }
    expect(new Set(starts.values()).size).toBeGreaterThan(15);
  });

  it('chunks of robe lie side by side and begin anew in each row', () => {
    const sharing = one({ kind: 'robe', seed: 2, chunk: 8 }, 3);
    const places = locations(sharing, 0);
    for (let i = 0; i < places.length; i++) if ((i % 50) % 8 > 0) expect(places[i]).toBe(places[i - 1] + 1);
    const starts = [...places].filter((_, i) => (i % 50) % 8 === 0);
    expect(Math.max(...starts)).toBeLessThanOrEqual(sharing.m - 8);
    expect(new Set(starts).size).toBeGreaterThan(180);
  });

  it('a piece larger than the layer is clipped to it', () => {
    const sharing = one({ kind: 'roast', seed: 1, tile: [64, 64] }, 1);
    const places = locations(sharing, 0);
    expect([...places]).toEqual([...places.keys()].map((i) => places[0] + i));
  });
});

describe('signs', () => {
  it('are as often 1 as -1, of each layer and whatever the place', () => {
    const sharing = sharingOf(presetToShare('resnet-20'), {
      compression: 10,
      spec: { kind: 'random', seed: 6 },
      scope: 'global',
    });
    let [sum, byPlace, pairs, before] = [0, 0, 0, 1];
    sharing.layers.forEach((layer, l) => {
      const signs = new Int8Array(layer.weights);
      signsOf(sharing, l, 0, layer.weights, signs);
      const places = locations(sharing, l);
      for (let i = 0; i < signs.length; i++) {
        sum += signs[i];
        byPlace += signs[i] * (1 - 2 * (places[i] & 1));
        pairs += signs[i] * before;
        before = signs[i];
      }
    });
    const bound = 4 * Math.sqrt(sharing.n);
    for (const value of [sum, byPlace, pairs]) expect(Math.abs(value)).toBeLessThan(bound);
  });

  test('one hash for the model: they depend on the number of the weight, not on the layers', () => {
    const cut = sharingOf(smallLayers, { compression: 2, spec: specs[0], scope: 'global' });
    const { n } = cut;
    const whole = sharingOf([{ name: 'all', rows: 1, columns: n, deviation: 1 }], {
      ...{ compression: 2, spec: specs[0] },
      scope: 'global',
    });
    const all = new Int8Array(n);
    signsOf(whole, 0, 0, n, all);
    cut.layers.forEach(({ offset, weights }, l) => {
      const signs = new Int8Array(weights);
      signsOf(cut, l, 0, weights, signs);
      expect(signs).toEqual(all.slice(offset, offset + weights));
    });
  });
});
