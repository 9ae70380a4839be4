import { describe, expect, it } from 'vitest';
import { audit, ownersOf, sharersOf } from '../../../../src/core/rps/audit';
import { cacheLinesOf, lineSize } from '../../../../src/core/rps/cache-lines';
import { finish } from '../../../../src/core/parts';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../src/core/rps/pieces';
import { sharersInParts } from '../../../../src/core/rps/audit';
import { countedLoads, locations, oneByOne, presetToShare, smallLayers, specs } from './layers';

describe.each(specs)('$kind, aligned $aligned', (spec) => {
  it.each(['global', 'local'] as const)('an audit says what counting says, %s', (scope) => {
    const sharing = sharingOf(smallLayers, { compression: 3, spec, scope });
    const loads = countedLoads(sharing);
    const found = audit(sharing);
    expect(found.loads).toEqual(
      Array.from({ length: Math.max(...loads) + 1 }, (_, k) => loads.filter((load) => load === k).length),
    );
    expect(found.unused).toBe(loads.filter((load) => load === 0).length);
    expect(found.max).toBe(Math.max(...loads));
    expect(found.injective).toBe(Math.max(...loads) === 1);
    const mean = sharing.n / sharing.m;
    expect(found.mean).toBeCloseTo(mean, 12);
    const variance = loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / sharing.m;
    expect(found.cv).toBeCloseTo(Math.sqrt(variance) / mean, 10);
    const collisions = sharing.layers.map((_, l) => {
      const own = new Map<number, number>();
      locations(sharing, l).forEach((j) => own.set(j, (own.get(j) ?? 0) + 1));
      return [...own.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
    });
    expect(found.collisions).toEqual(collisions);
  });

  it('tells who shares a location, and who owns what part', () => {
    const sharing = sharingOf(smallLayers, { compression: 5, spec, scope: 'global' });
    for (const location of [0, 77, sharing.m - 1]) {
      const expected = smallLayers.flatMap((_, layer) =>
        oneByOne(sharing, layer).flatMap((at, index) =>
          at.location === location ? [{ layer, index, sign: at.sign }] : [],
        ),
      );
      expect(sharersOf(sharing, location)).toEqual(expected);
    }
    const owners = ownersOf(sharing, 10);
    sharing.layers.forEach((_, l) => {
      const counts = new Uint32Array(10);
      locations(sharing, l).forEach((j) => counts[Math.floor((j * 10) / sharing.m)]++);
      expect(owners.subarray(l * 10, l * 10 + 10)).toEqual(counts);
    });
  });
});

it('a layer inside one partition of a fold never shares with itself', () => {
  const sharing = sharingOf(smallLayers, { compression: 1.5, spec: { kind: 'fold', seed: 3 }, scope: 'global' });
  // Of 1327 weights in 884 locations: no layer is larger than the memory, so none needs to.
  expect(audit(sharing).collisions[0]).toBe(0);
});

it('refuses a location that is none', () => {
  const sharing = sharingOf(smallLayers, { compression: 5, spec: specs[0], scope: 'global' });
  for (const location of [-1, 0.5, sharing.m])
    expect(() => finish(sharersInParts(sharing, location))).toThrow(/no location/);
});

describe('cache lines', () => {
  it('of weights placed by themselves are those that they lie in', () => {
    // One piece of each layer, of as many weights as the default tile has, or of all.
    const own = smallLayers.slice(0, 2);
    for (const kind of ['random', 'hashednet'] as const) {
      const sharing = sharingOf(own, { compression: 1.5, spec: { kind, seed: 4 }, scope: 'global' });
      const touched = own.map((_, l) => new Set([...locations(sharing, l)].map((j) => Math.floor(j / lineSize))).size);
      expect(cacheLinesOf(sharing).perPiece).toBe((touched[0] + touched[1]) / 2);
    }
  });

  const layers = presetToShare('vgg-11', 100).slice(3, 5);
  const lines = (spec: MappingSpec, compression = 10): ReturnType<typeof cacheLinesOf> =>
    cacheLinesOf(sharingOf(layers, { compression, spec, scope: 'global' }));

  it.each<[MappingSpec, number]>([
    [{ kind: 'fold', seed: 1 }, 1024],
    [{ kind: 'roast', seed: 1, tile: [32, 32] }, 1024],
    [{ kind: 'roast', seed: 1, tile: [4, 4] }, 16],
    [{ kind: 'robe', seed: 1, chunk: 32 }, 32],
  ])('a piece of %o lies in 1 + (Z - 1)/B lines', (spec, size) => {
    const { perPiece, expected, pieceSize } = lines(spec);
    expect(pieceSize).toBe(size);
    expect(expected).toBeCloseTo(1 + (size - 1) / lineSize, 12);
    // 1024 pieces, each with one line more or less by chance.
    expect(Math.abs(perPiece - expected)).toBeLessThan(0.1);
  });

  it('a piece that is longer than the memory in all lines of it, and no more', () => {
    const own = [{ name: 'fc', rows: 69, columns: 100, deviation: 0.1 }];
    const sharing = sharingOf(own, { compression: 10, spec: { kind: 'fold', seed: 1 }, scope: 'global' });
    const { perPiece, expected, pieceSize } = cacheLinesOf(sharing);
    expect([sharing.m, pieceSize, expected]).toEqual([690, 1024, 44]);
    // A rotation in the middle of it leaves out a few.
    expect(perPiece).toBeLessThanOrEqual(44);
    expect(perPiece).toBeGreaterThan(40);
  });

  it('an aligned tile in Z/B', () => {
    const { perPiece, expected } = lines({ kind: 'roast', seed: 1, tile: [8, 8], aligned: true });
    expect(expected).toBe(4);
    expect(perPiece).toBe(4);
  });

  it.each(['random', 'hashednet'] as const)('%s in almost as many as it has weights', (kind) => {
    const { perPiece, expected, pieceSize } = lines({ kind, seed: 1 });
    expect(pieceSize).toBe(1024);
    expect(Math.abs(perPiece / expected - 1)).toBeLessThan(0.01);
    expect(perPiece).toBeGreaterThan(900);
  });
});
