import { describe, expect, it } from 'vitest';
import { finish } from '../../../../src/core/parts';
import { countedInParts } from '../../../../src/core/rps/location-counts';
import { recover, recoverRange } from '../../../../src/core/rps/recover';
import { normalisedScales } from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
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
