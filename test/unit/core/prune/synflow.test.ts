import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowScores, openFlow } from '../../../../src/core/prune/flow';
import type { FlowLayer } from '../../../../src/core/prune/synflow';
import { synflow, synflowInParts } from '../../../../src/core/prune/synflow';
import { Rng } from '../../../../src/core/rng';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;
const ones = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);

function layer(name: string, rows: number, columns: number, more: { groups?: number; scale?: number } = {}): FlowLayer {
  const rng = Rng.fromSeed(7).split(name);
  const weights = Float32Array.from({ length: rows * columns }, () => (more.scale ?? 1) * rng.normal());
  return { name, rows, columns, weights, groups: more.groups };
}

/** R of eoi.md 3.2 for linear layers, written out. */
function flow(layers: readonly FlowLayer[]): number {
  let x = new Array<number>(layers[0].columns).fill(1);
  for (const { rows, columns, weights } of layers)
    x = Array.from({ length: rows }, (_, r) =>
      x.reduce((sum, value, c) => sum + Math.abs(weights[r * columns + c]) * value, 0),
    );
  return x.reduce((a, b) => a + b, 0);
}

describe('flowScores', () => {
  it('is |w dR/dw| / R, by finite differences', () => {
    const layers = [layer('a', 4, 3), layer('b', 5, 4), layer('c', 2, 5)];
    const total = flow(layers);
    const scores = flowScores(openFlow(layers)) ?? [];
    layers.forEach(({ weights }, l) => {
      for (let i = 0; i < weights.length; i++) {
        const without = layers.map((other, k) =>
          k === l ? { ...other, weights: weights.map((w, at) => (at === i ? 0 : w)) } : other,
        );
        // R is linear in each weight, so taking it away is exact.
        expect(scores[l][i]).toBeCloseTo((total - flow(without)) / total, 6);
      }
    });
  });

  it('knows kernel taps, flattening and groups', () => {
    // 2 groups, 4 -> 6 channels, 2 taps; then flattened over 3 positions.
    const layers = [layer('a', 4, 3), layer('conv', 6, 4, { groups: 2 }), layer('fc', 2, 18)];
    const { kept, inputs } = openFlow(layers);
    expect(inputs).toEqual([3, 4, 6]);
    expect([...kept[1].input.slice(0, 4)]).toEqual([0, 0, 1, 1]);
    expect([...kept[1].input.slice(12, 16)]).toEqual([2, 2, 3, 3]);
    expect([...kept[2].input.slice(0, 6)]).toEqual([0, 0, 0, 1, 1, 1]);
    for (const scores of flowScores(openFlow(layers)) ?? []) expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe('synflow', () => {
  const layers = [layer('a', 30, 20), layer('b', 40, 30), layer('c', 10, 40)];

  it('keeps exactly the count, on an exponential schedule, and is reproducible', () => {
    const result = synflow(layers, 0.1, 20);
    const weights = 600 + 1200 + 400;
    expect(result.counts).toEqual(Array.from({ length: 20 }, (_, k) => Math.round(weights * 0.1 ** ((k + 1) / 20))));
    expect(result.masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(220);
    expect(synflow(layers, 0.1, 20)).toEqual(result);
  });

  it('does one iteration per part', () => {
    const parts = synflowInParts(layers, 0.5, 5);
    let yielded = 0;
    while (!parts.next().done) yielded++;
    expect(yielded).toBe(5);
  });

  it('lets a path survive at a density near the least', () => {
    const { masks } = synflow(layers, 6 / 2200);
    const kept = layers.map((of, l) => ({ ...of, weights: of.weights.map((w, i) => w * masks[l][i]) }));
    expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(6);
    expect(flow(kept)).toBeGreaterThan(0);
  });

  // The plain product would be about 1e+3000 and 1e-4000. A hundred rounds are the paper's; the widest takes two, for the time.
  it.each([
    [128, 2, 0.125, 100],
    [24, 100, 0.125, 1e-5],
    [32, 100, 0.125, 100],
    // Five weights a layer on average: most rounds decide between layers that are nearly empty.
    [16, 100, 0.02, 100],
    [16, 100, 0.02, 1e-5],
  ])(
    'neither overflows nor empties a layer at 1000 layers %i wide, %i rounds to density %d, weights of scale %d',
    (width, iterations, density, scale) => {
      const deep = Array.from({ length: 1000 }, (_, l) => layer(`l${l}`, width, width, { scale }));
      const { masks, counts } = synflow(deep, density, iterations);
      const wanted = 1000 * density * width ** 2;
      expect(counts).toHaveLength(iterations);
      expect(counts.at(-1)).toBe(wanted);
      expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(wanted);
      for (const mask of masks) expect(mask.includes(1)).toBe(true);
      // What is left is still a network: its scores are finite, and those of each layer share one flow.
      const left = deep.map((of, l) => ({ ...of, weights: of.weights.map((w, i) => w * masks[l][i]) }));
      const scores = flowScores(openFlow(left)) ?? [];
      expect(scores).toHaveLength(1000);
      for (const ofLayer of scores) expect(ofLayer.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    },
    60_000,
  );

  it('neither overflows nor empties a layer of any thousand layers', () => {
    const given = fc.record({
      widest: fc.integer({ min: 3, max: 7 }),
      share: fc.double({ min: 0.3, max: 1, noNaN: true }),
      scale: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      iterations: fc.integer({ min: 5, max: 12 }),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(given, ({ widest, share, scale, iterations, seed }) => {
        const draws = Rng.fromSeed(seed);
        const widths = Array.from({ length: 1001 }, () => 3 + draws.below(widest - 2));
        const deep = widths.slice(1).map((rows, l) => layer(`l${l}`, rows, widths[l], { scale }));
        const weights = deep.reduce((sum, of) => sum + of.weights.length, 0);
        const wanted = Math.round(share * weights);
        const { masks } = synflow(deep, wanted / weights, iterations);
        expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(wanted);
        for (const mask of masks) expect(mask.includes(1)).toBe(true);
      }),
      { seed: 68, numRuns: 8 },
    );
  }, 60_000);

  it('keeps exactly the count, and a path through every layer, of any chain at a density that has one', () => {
    const given = fc.record({
      widths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 60 }),
      density: fc.double({ min: 0.05, max: 1, noNaN: true }),
      scale: fc.constantFrom(1e-4, 1, 1e3),
    });
    fc.assert(
      fc.property(given, ({ widths, density, scale }) => {
        const chain = widths.slice(1).map((rows, l) => layer(`l${l}`, rows, widths[l], { scale }));
        const weights = chain.reduce((sum, of) => sum + of.weights.length, 0);
        const wanted = Math.round(density * weights);
        fc.pre(wanted >= 2 * chain.length);
        const { masks } = synflow(chain, density, 20);
        expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(wanted);
        for (const mask of masks) expect(mask.includes(1)).toBe(true);
      }),
      { seed: 64, numRuns: 60 },
    );
  });

  it('refuses what has no answer', () => {
    const refused = (of: FlowLayer[], density: number, wanted: string, iterations?: number) =>
      expect(() => synflow(of, density, iterations)).toThrow(code(wanted));
    refused([], 0.1, 'prune.no-scores');
    for (const density of [0, 1.1, NaN]) refused(layers, density, 'density.out-of-range');
    for (const iterations of [0, 1.5, 10_001]) refused(layers, 0.1, 'prune.bad-iterations', iterations);
    refused(layers, 2 / 2200, 'prune.count-below-least');
    refused([layers[0], layers[2]], 0.1, 'prune.chain-broken');
    refused([layer('a', 4, 4), layer('g', 6, 4, { groups: 4 })], 0.5, 'prune.bad-groups');
    refused([{ ...layers[0], weights: new Float32Array(3) }], 0.5, 'prune.size-mismatch');
    refused([{ ...layers[0], weights: layers[0].weights.map(() => NaN) }], 0.5, 'prune.non-finite');
    refused([layers[0], { ...layers[1], weights: new Float32Array(1200) }], 0.5, 'prune.no-flow');
    refused([{ ...layers[0], weights: new Float32Array(600).fill(1) }], 0.5, 'prune.all-equal');
  });
});
