import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerScores } from '../../../../src/core/prune/select';
import { checkNoEmptyLayer, selectGlobal, selectPerLayer } from '../../../../src/core/prune/select';
import { largest } from '../../../../src/core/prune/threshold';
import { Rng } from '../../../../src/core/rng';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;
const layer = (name: string, scores: number[]): LayerScores => ({ name, scores: Float64Array.from(scores) });
const ones = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);
const total = (masks: Uint8Array[]): number => masks.reduce((sum, mask) => sum + ones(mask), 0);

describe('largest', () => {
  it('agrees with sorting, for any numbers of either sign and any ties', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, -1, 5e-324, -5e-324, 1e308, -1e308),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.nat(), (values, draw) => {
        const rank = (draw % values.length) + 1;
        const found = largest([values.slice(0, 3), values.slice(3)], rank);
        const wanted = values.map((v) => v + 0).sort((a, b) => b - a)[rank - 1];
        expect(found).toEqual({
          value: wanted,
          above: values.filter((v) => v > wanted).length,
          equal: values.filter((v) => v === wanted).length,
        });
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('selectGlobal', () => {
  const some = fc
    .array(
      fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ noNaN: true, noDefaultInfinity: true })), {
        maxLength: 30,
      }),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((layers) => layers.map((scores, l) => layer(`layer${l}`, scores)))
    .filter((layers) => new Set(layers.flatMap(({ scores }) => [...scores])).size > 1);

  it('keeps exactly so many, none below one that goes, whatever the order of the layers', () => {
    fc.assert(
      fc.property(some, fc.double({ min: 0, max: 1, noNaN: true }), (layers, share) => {
        const weights = layers.reduce((sum, { scores }) => sum + scores.length, 0);
        const count = Math.round(share * weights);
        const masks = selectGlobal(layers, count);
        expect(total(masks)).toBe(count);
        const of = (bit: number): number[] =>
          layers.flatMap(({ scores }, l) => [...scores].filter((_, i) => masks[l][i] === bit));
        expect(Math.min(...of(1))).toBeGreaterThanOrEqual(Math.max(...of(0)));
        expect(selectGlobal(layers.toReversed(), count).toReversed()).toEqual(masks);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('gives every layer its least, the best of its own, and the rest to the highest', () => {
    fc.assert(
      fc.property(
        some,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (layers, least, share) => {
          const weights = layers.reduce((sum, { scores }) => sum + scores.length, 0);
          const needed = layers.reduce((sum, { scores }) => sum + Math.min(least, scores.length), 0);
          const count = needed + Math.round(share * (weights - needed));
          const masks = selectGlobal(layers, count, { leastPerLayer: least });
          expect(total(masks)).toBe(count);
          masks.forEach((mask, l) => {
            const { scores } = layers[l];
            expect(ones(mask)).toBeGreaterThanOrEqual(Math.min(least, scores.length));
            const kept = [...scores].filter((_, i) => mask[i] === 1);
            const gone = [...scores].filter((_, i) => mask[i] === 0);
            expect(Math.min(...kept)).toBeGreaterThanOrEqual(Math.max(...gone));
          });
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it('spreads a tie over the layers', () => {
    const layers = ['a', 'b', 'c'].map((name) => layer(name, [9, ...new Array<number>(1000).fill(0)]));
    for (const mask of selectGlobal(layers, 303)) expect(Math.abs(ones(mask) - 101)).toBeLessThan(30);
  });

  it('refuses what has no answer', () => {
    const two = [layer('a', [1, 2]), layer('b', [3])];
    const refused = (layers: LayerScores[], count: number, wanted: string, leastPerLayer?: number) =>
      expect(() => selectGlobal(layers, count, { leastPerLayer })).toThrow(code(wanted));
    refused([], 0, 'prune.no-scores');
    refused([layer('a', [])], 0, 'prune.no-scores');
    refused([layer('a', [1]), layer('a', [2])], 1, 'prune.duplicate-layer');
    for (const value of [NaN, Infinity, -Infinity]) refused([layer('a', [1, value])], 1, 'prune.non-finite');
    refused([layer('a', [0, 0]), layer('b', [0])], 1, 'prune.all-equal');
    for (const count of [-1, 4, 1.5, NaN]) refused(two, count, 'prune.count-out-of-range');
    refused(two, 1, 'prune.count-below-least', 1);
    // The only weight is for a; 2 of 3 are enough.
    expect(() => selectGlobal(two, 1, { leastPerLayer: 1 })).toThrow(
      /not enough for "b"\. Use a density of at least 0\.6667/,
    );
    expect(() => selectGlobal(two, 1, { leastPerLayer: 2 })).toThrow(
      expect.objectContaining({ details: { layer: 'a', nearest: 1 } }) as Error,
    );
    expect(selectGlobal([layer('a', [0, 0])], 2)).toEqual([Uint8Array.of(1, 1)]);
  });
});

describe('checkNoEmptyLayer', () => {
  it('names the layer and the smallest density that works', () => {
    const rng = Rng.fromSeed(4);
    const layers = ['a', 'b', 'c'].map((name, l) => ({
      name,
      scores: Float32Array.from({ length: 200 }, () => Math.round(rng.uniform() * 20) + 10 * l),
    }));
    const masks = selectGlobal(layers, 60);
    let nearest = 0;
    try {
      checkNoEmptyLayer(layers, masks);
    } catch (error) {
      expect(error).toEqual(code('prune.empty-layer'));
      const { details } = error as { details: { layer: string; nearest: number } };
      expect(details.layer).toBe('a');
      nearest = details.nearest;
    }
    const needed = Math.round(nearest * 600);
    expect(() => checkNoEmptyLayer(layers, selectGlobal(layers, needed))).not.toThrow();
    expect(() => checkNoEmptyLayer(layers, selectGlobal(layers, needed - 1))).toThrow(code('prune.empty-layer'));
  });

  it('counts the layers that take no part, so that the density is that of the whole network', () => {
    const layers = [layer('a', [9, 8, 7, 6]), layer('b', [5, 4, 3, 2])];
    const masks = selectGlobal(layers, 3);
    // The fifth of the eight is b's first; with 10 of 12 beside them that is 15 of 20.
    expect(() => checkNoEmptyLayer(layers, masks, { kept: 10, weights: 12 })).toThrow(
      expect.objectContaining({ details: { layer: 'b', nearest: 0.75 } }) as Error,
    );
  });

  it('counts ties by the rule of the selection', () => {
    const layers = [layer('a', [5, ...new Array<number>(50).fill(1)]), layer('b', [1, 0])];
    let nearest = 0;
    try {
      checkNoEmptyLayer(layers, selectGlobal(layers, 1));
    } catch (error) {
      nearest = (error as { details: { nearest: number } }).details.nearest;
    }
    const needed = Math.round(nearest * 53);
    expect(ones(selectGlobal(layers, needed)[1])).toBe(1);
    expect(ones(selectGlobal(layers, needed - 1)[1])).toBe(0);
  });
});

describe('selectPerLayer', () => {
  it('keeps the highest of one layer', () => {
    expect([...selectPerLayer(layer('a', [3, -1, 2, 9]), 2)]).toEqual([1, 0, 0, 1]);
  });

  it('says of which layer all scores are equal', () => {
    expect(() => selectPerLayer(layer('conv3', [2, 2, 2]), 1)).toThrow(/All 3 scores of layer "conv3" are 2/);
    expect(() => selectGlobal([layer('a', [2, 2]), layer('b', [2])], 1)).toThrow(/All 3 scores are 2/);
  });
});
