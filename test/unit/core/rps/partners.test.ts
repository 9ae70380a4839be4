/** With whom weights share, held against counting one by one. */
import { describe, expect, it } from 'vitest';
import { finish } from '../../../../src/core/parts';
import { binOf, ownersOf } from '../../../../src/core/rps/audit';
import { loadsInParts, ofLocations, ownersWithinInParts, partnersInParts } from '../../../../src/core/rps/partners';
import { sharingOf } from '../../../../src/core/rps/sharing';
import { countedLoads, locations, smallLayers, specs } from './layers';

it('gives each location a part of its own where there are as many, whatever their number', () => {
  // (39 / 74) * 74 is below 39.
  for (let length = 1; length <= 300; length++) {
    const places = Array.from({ length }, (_, place) => place);
    expect(places.map((place) => binOf(place, length, length))).toEqual(places);
  }
});

describe.each(specs)('$kind, aligned $aligned', (spec) => {
  const sharing = sharingOf(smallLayers, { compression: 3, spec, scope: 'global' });
  const byLayer = smallLayers.map((_, layer) => {
    const counts = new Array<number>(sharing.m).fill(0);
    for (const location of locations(sharing, layer)) counts[location]++;
    return counts;
  });

  it('counts the weights of each location', () => {
    expect([...finish(loadsInParts(sharing))]).toEqual([...countedLoads(sharing)]);
  });

  it('finds the other layer of which there are the most', () => {
    smallLayers.forEach((_, layer) => {
      const partners = finish(partnersInParts(sharing, layer));
      for (const location of locations(sharing, layer)) {
        const others = byLayer.map((counts, l) => (l === layer ? 0 : counts[location]));
        const most = Math.max(...others);
        const expected = most > 0 ? others.indexOf(most) + 1 : byLayer[layer][location] > 1 ? layer + 1 : 0;
        expect(partners[location]).toBe(expected);
      }
    });
  });

  it('counts owners of any part of the memory', () => {
    const { m, layers } = sharing;
    const bins = 7;
    expect([...finish(ownersWithinInParts(sharing, { from: 0, to: m, bins }))]).toEqual([...ownersOf(sharing, bins)]);
    const [from, to] = [5, Math.min(m, 40)];
    const found = finish(ownersWithinInParts(sharing, { from, to, bins: to - from }));
    layers.forEach((_, layer) =>
      expect([...found.subarray(layer * (to - from), (layer + 1) * (to - from))]).toEqual(
        byLayer[layer].slice(from, to),
      ),
    );
  });

  it('tells a rectangle of a layer by its locations', () => {
    const { rows, columns } = sharing.layers[0];
    const range = { rowStart: 1, rowEnd: Math.min(3, rows), columnStart: 1, columnEnd: columns };
    const all = [...locations(sharing, 0)];
    const expected: number[] = [];
    for (let row = range.rowStart; row < range.rowEnd; row++)
      expected.push(...all.slice(row * columns + 1, (row + 1) * columns));
    expect([...ofLocations(sharing, 0, range, (location) => location)]).toEqual(expected);
  });
});
