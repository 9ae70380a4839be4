import { describe, expect, it } from 'vitest';
import { finish } from '../../../../src/core/parts';
import { auditInParts } from '../../../../src/core/rps/audit';
import { countedInParts, stretchesApart } from '../../../../src/core/rps/location-counts';
import type { CountVisitor } from '../../../../src/core/rps/location-counts';
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
      finish(
        countedInParts(sharing, (layer, places, times, size) => {
          for (let k = 0; k < size; k++) {
            expect(told[layer].has(places[k])).toBe(false);
            told[layer].set(places[k], times[k]);
          }
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

describe('of a fold whose weights have a location each nothing is counted', () => {
  const wide = [
    { name: 'few', rows: 60, columns: 80, deviation: 1 },
    { name: 'many', rows: 150, columns: 200, deviation: 1 },
    { name: 'tiny', rows: 3, columns: 5, deviation: 1 },
    { name: 'more', rows: 100, columns: 200, deviation: 1 },
  ];
  const block = 4096;
  /** By counting: of a layer of few weights in their order, else in that of the memory, by blocks of 4096 of it. */
  const counted = (sharing: Sharing): [layer: number, places: number[], times: number[]][] =>
    sharing.layers.flatMap(({ weights }, l): [number, number[], number[]][] => {
      const { start, length } = sharing.parts[l];
      const times = new Map<number, number>();
      for (const { location } of oneByOne(sharing, l)) times.set(location, (times.get(location) ?? 0) + 1);
      const few = weights < length / 8;
      const reached = [...times.keys()];
      const blocks = few
        ? Array.from({ length: Math.ceil(reached.length / block) }, (_, b) => reached.slice(b * block, (b + 1) * block))
        : Array.from({ length: Math.ceil(length / block) }, (_, b) => {
            const from = start + b * block;
            return reached.filter((j) => j >= from && j < Math.min(start + length, from + block)).sort((x, y) => x - y);
          });
      return blocks.map((places) => [l, places, places.map((j) => times.get(j)!)]);
    });

  it.each([
    ...[1, 1.1, 1.7, 2.4, 9].flatMap((compression) => [1, 2].map((seed) => ['global', compression, seed] as const)),
    ...[1, 1.1, 3].map((compression) => ['local', compression, 3] as const),
  ])(
    '%s, at %d (seed %d): the same is told in the same order, and the audit is that of counted loads',
    (scope, compression, seed) => {
      const sharing = sharingOf(wide, { compression, spec: { kind: 'fold', seed }, scope });
      const told: ReturnType<typeof counted> = [];
      const tell: CountVisitor = (layer, places, times, size) =>
        void told.push([layer, [...places.subarray(0, size)], [...times.subarray(0, size)]]);
      finish(countedInParts(sharing, tell));
      expect(told).toEqual(counted(sharing));
      told.length = 0;
      const found = finish(auditInParts(sharing, tell));
      expect(told).toEqual(counted(sharing));
      const loads = new Array<number>(sharing.m).fill(0);
      const collisions = wide.map(() => 0);
      for (const [l, places, times] of told)
        places.forEach((j, k) => {
          loads[j] += times[k];
          if (times[k] > 1) collisions[l] += times[k];
        });
      const max = loads.reduce((a, b) => Math.max(a, b));
      const by = Array.from({ length: max + 1 }, (_, k) => loads.filter((load) => load === k).length);
      expect(found).toMatchObject({ loads: by, max, collisions, unused: by[0], injective: max <= 1 });
    },
  );

  it('which is seen by its stretches, at any compression', () => {
    const of = (compression: number, kind: 'fold' | 'random' = 'fold', seed = 1): Sharing =>
      sharingOf(wide, { compression, spec: { kind, seed }, scope: 'global' });
    const all = [0, 1, 2, 3];
    expect(stretchesApart(of(1), all)!.reduce((sum, { length }) => sum + length, 0)).toBe(of(1).n);
    expect(stretchesApart(of(1, 'random'), all)).toBeUndefined();
    expect(stretchesApart(of(1.1), all)).toBeUndefined();
    // A layer that goes from one partition into the next may lie in one place twice, or not.
    const apart = Array.from({ length: 40 }, (_, seed) => stretchesApart(of(1.5, 'fold', seed), [3]) !== undefined);
    const alone = Array.from({ length: 40 }, (_, seed) => {
      const places = oneByOne(of(1.5, 'fold', seed), 3).map(({ location }) => location);
      return new Set(places).size === places.length;
    });
    expect(apart).toEqual(alone);
    expect(new Set(apart).size).toBe(2);
  });
});
