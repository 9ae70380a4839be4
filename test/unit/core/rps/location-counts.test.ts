import { describe, expect, it } from 'vitest';
import { finish } from '../../../../src/core/parts';
import { audit } from '../../../../src/core/rps/audit';
import { countedInParts } from '../../../../src/core/rps/location-counts';
import type { Counting } from '../../../../src/core/rps/location-counts';
import { recover, recoverRange } from '../../../../src/core/rps/recover';
import { normalisedScales } from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { Sharing } from '../../../../src/core/rps/sharing';
import { normals, oneByOne, smallLayers, specs } from './layers';

// A layer of a few weights, far below an eighth of the locations, beside those above it.
const layers = [{ name: 'tiny', rows: 4, columns: 8, deviation: 1 }, ...smallLayers];

describe.each(specs)('$kind, aligned $aligned', (spec) => {
  it.each([
    [1, 'global'],
    [3.1, 'global'],
    [40, 'global'],
    [2, 'local'],
  ] as const)(
    'at %d, %s: each location that a layer reaches is told once, with how many of its weights',
    (compression, scope) => {
      const small = spec.kind === 'roast' ? { ...spec, tile: [2, 2] as [number, number] } : spec;
      const sharing = sharingOf(layers, { compression, spec: small, scope });
      const told = sharing.layers.map(() => new Map<number, number>());
      const tell = (layer: number, place: number, times: number): void => {
        expect(told[layer].has(place)).toBe(false);
        told[layer].set(place, times);
      };
      finish(
        countedInParts(sharing, {
          add: (layer, places, times, size) => {
            for (let k = 0; k < size; k++) tell(layer, places[k], times[k]);
          },
          addRun: (layer, from, to, times) => {
            for (let place = from; place < to; place++) tell(layer, place, times);
          },
        }),
      );
      sharing.layers.forEach((_, l) => {
        const expected = new Map<number, number>();
        for (const { location } of oneByOne(sharing, l)) expected.set(location, (expected.get(location) ?? 0) + 1);
        expect([...told[l]].sort(([a], [b]) => a - b)).toEqual([...expected].sort(([a], [b]) => a - b));
      });
    },
  );

  it('weights are the same to the last bit, whether few are asked for or all', () => {
    const small = spec.kind === 'roast' ? { ...spec, tile: [2, 2] as [number, number] } : spec;
    const sharing = sharingOf(layers, { compression: 2, spec: small, scope: 'global' });
    const scales = normalisedScales(sharing);
    const memory = Float32Array.from(normals(sharing.m, 5));
    const fc1 = sharing.layers.findIndex(({ name }) => name === 'fc1');
    const { weights } = sharing.layers[fc1];
    // Above and below the share of the memory from which on every location is looked at.
    expect(weights).toBeGreaterThan(sharing.m / 4);
    const all = new Float32Array(weights);
    recover(sharing, scales, memory, fc1, all);
    const few = new Float32Array(7);
    expect(few.length).toBeLessThan(sharing.m / 4);
    for (let from = 0; from + 7 <= weights; from += 7) {
      recoverRange(sharing, scales, memory, { layer: fc1, from, to: from + 7 }, few);
      expect(few).toEqual(all.slice(from, from + 7));
    }
  });
});

describe('region by region', () => {
  const region = 2 ** 14;
  // More than a chunk of 2 ** 18 weights, and less than a region.
  const wide = [
    { name: 'few', rows: 60, columns: 80, deviation: 1 },
    { name: 'many', rows: 600, columns: 500, deviation: 1 },
    { name: 'tiny', rows: 3, columns: 5, deviation: 1 },
    { name: 'more', rows: 100, columns: 200, deviation: 1 },
  ];
  /** Of each layer in each region: layer, first location of the region, and places with their times. */
  type Told = number[];
  const same = (a: Told, b: Told): boolean =>
    Buffer.from(Float64Array.from(a).buffer).equals(Buffer.from(Float64Array.from(b).buffer));

  /** By the weights one by one: a map keeps its keys in the order in which they came. */
  function countedOneByOne(sharing: Sharing): {
    told: Told;
    byLayer: Map<number, number>[];
    loads: number[];
    collisions: number[];
  } {
    const told: Told = [];
    const byLayer = sharing.layers.map(() => new Map<number, number>());
    const loads = new Array<number>(sharing.m).fill(0);
    const collisions = sharing.layers.map(() => 0);
    const places = sharing.layers.map((_, l) => oneByOne(sharing, l).map(({ location }) => location));
    for (let start = 0; start < sharing.m; start += region)
      places.forEach((own, l) => {
        const times = new Map<number, number>();
        for (const place of own)
          if (place >= start && place < start + region) times.set(place, (times.get(place) ?? 0) + 1);
        if (times.size > 0) told.push(l, start);
        for (const [place, sharers] of times) {
          told.push(place, sharers);
          byLayer[l].set(place, sharers);
          loads[place] += sharers;
          if (sharers > 1) collisions[l] += sharers;
        }
      });
    return { told, byLayer, loads, collisions };
  }

  const telling = (told: Told): Counting => ({
    add(layer, places, times, size, start) {
      told.push(layer, start);
      for (let k = 0; k < size; k++) told.push(places[k], times[k]);
    },
    addRun: () => expect.unreachable(),
  });

  function expectAudit(sharing: Sharing, loads: readonly number[], collisions: readonly number[]): void {
    const max = loads.reduce((a, b) => Math.max(a, b));
    const by = new Array<number>(max + 1).fill(0);
    for (const load of loads) by[load]++;
    expect(audit(sharing)).toMatchObject({ loads: by, max, collisions, unused: by[0], injective: max <= 1 });
  }

  it.each([
    ...(['random', 'robe'] as const).flatMap((kind) =>
      [1, 1.7, 100].map((compression) => ['global', compression, kind] as const),
    ),
    ['local', 3, 'hashednet'],
  ] as const)('%s, at %d, %s: what is told in which order, and the audit of it', (scope, compression, kind) => {
    const sharing = sharingOf(wide, { compression, spec: { kind, seed: 3 }, scope });
    const { told: expected, loads, collisions } = countedOneByOne(sharing);
    // All at once, and in turns: of some regions each, and of one.
    for (const most of [undefined, 100_000, 1]) {
      const told: Told = [];
      const ends = [0];
      const counting: Counting = {
        ...telling(told),
        done(from, to) {
          expect(from).toBe(ends.at(-1));
          ends.push(to);
        },
      };
      finish(countedInParts(sharing, counting, { most }));
      expect(ends).toEqual([...Array.from({ length: Math.ceil(sharing.m / region) }, (_, r) => r * region), sharing.m]);
      expect(same(told, expected)).toBe(true);
    }
    expectAudit(sharing, loads, collisions);
  });

  it.each([
    ['global', 1],
    ['global', 1.7],
    ['global', 9],
    ['global', 100],
    ['local', 1],
    ['local', 3],
  ] as const)('a fold run by run, and the audit of it: %s, at %d', (scope, compression) => {
    for (const seed of [1, 2, 3]) {
      const sharing = sharingOf(wide, { compression, spec: { kind: 'fold', seed }, scope });
      const { byLayer, loads, collisions } = countedOneByOne(sharing);
      const told: Told[] = sharing.layers.map(() => []);
      const counting: Counting = {
        add: () => expect.unreachable(),
        addRun(layer, from, to, times) {
          expect(to).toBeGreaterThan(from);
          for (let place = from; place < to; place++) told[layer].push(place, times);
        },
      };
      finish(countedInParts(sharing, counting));
      byLayer.forEach((times, l) => {
        const inOrder = [...times].sort(([a], [b]) => a - b);
        expect(same(told[l], inOrder.flat())).toBe(true);
      });
      expectAudit(sharing, loads, collisions);
    }
  });

  it('lets others in while it counts', () => {
    const sharing = sharingOf(wide, { compression: 1000, spec: { kind: 'random', seed: 1 }, scope: 'global' });
    expect([...countedInParts(sharing, telling([]))].length).toBeGreaterThan(0);
  });
});

it('loads above those that are counted in an array are counted too', () => {
  const sharing = sharingOf(layers, { compression: 600, spec: { kind: 'random', seed: 1 }, scope: 'global' });
  const loads = new Array<number>(sharing.m).fill(0);
  sharing.layers.forEach((_, l) => oneByOne(sharing, l).forEach(({ location }) => loads[location]++));
  const max = Math.max(...loads);
  expect(max).toBeGreaterThan(255);
  const by = Array.from({ length: max + 1 }, (_, k) => loads.filter((load) => load === k).length);
  expect(audit(sharing)).toMatchObject({ loads: by, max, unused: 0 });
});
