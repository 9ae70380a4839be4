import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropFractionAt } from '../../../../src/core/dst/schedule';
import { applyUpdate, updateMask } from '../../../../src/core/dst/update';
import { Rng } from '../../../../src/core/rng';

const ones = (mask: Uint8Array): number => mask.reduce((sum, bit) => sum + bit, 0);

interface Layer {
  weights: Float32Array;
  mask: Uint8Array;
  momentum: Float32Array;
}

const layerOf = (size: number, kept: number, seed: number): Layer => {
  const rng = Rng.fromSeed(seed);
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  rng.shuffle(order);
  const mask = new Uint8Array(size);
  order.slice(0, kept).forEach((place) => (mask[place] = 1));
  const weights = Float32Array.from(mask, (bit) => (bit === 1 ? rng.normal() : 0));
  return { weights, mask, momentum: Float32Array.from(mask, (bit) => bit * rng.normal()) };
};

const sorted = (places: readonly number[]): number[] => [...places].sort((a, b) => a - b);

const gaussian = (size: number, rng: Rng): Float32Array => new Float32Array(size).map(() => rng.normal());

describe.each(['set', 'rigl'] as const)('%s', (method) => {
  it('keeps the count exactly over 1,000 updates, drops the smallest and resets what is new', () => {
    const layer = layerOf(600, 137, 4);
    const rng = Rng.fromSeed(9);
    let { mask } = layer;
    let regrown = 0;
    for (let step = 1; step <= 1_000; step++) {
      const gradients = gaussian(600, rng.split(`gradients/${step}`));
      const fraction = dropFractionAt('cosine', 0.5, step, 1_200);
      const before = mask;
      const update = updateMask({
        name: 'fc1',
        method,
        weights: layer.weights,
        mask,
        gradients,
        fraction,
        rng: rng.split(`update/${step}`),
      });
      const count = Math.floor(fraction * 137);
      const places = [...before.keys()];
      // By the definition, written down once more: no two scores are equal here.
      const smallest = places
        .filter((i) => before[i] === 1)
        .sort((a, b) => Math.abs(layer.weights[a]) - Math.abs(layer.weights[b]))
        .slice(0, count);
      const inactive = places.filter((i) => before[i] === 0 || smallest.includes(i));
      if (method === 'rigl') {
        const chosen = inactive.sort((a, b) => Math.abs(gradients[b]) - Math.abs(gradients[a])).slice(0, count);
        expect([...update.drop]).toEqual(sorted(smallest.filter((i) => !chosen.includes(i))));
        expect([...update.grow]).toEqual(sorted(chosen.filter((i) => before[i] === 0)));
      } else {
        expect(update.drop.every((i) => smallest.includes(i))).toBe(true);
        expect(update.grow.every((i) => before[i] === 0)).toBe(true);
      }
      regrown += count - update.drop.length;
      expect([update.drop.length, ones(update.mask)]).toEqual([update.grow.length, 137]);
      const kept = places.filter((i) => update.mask[i] === 1 && before[i] === 1);
      const remembered = kept.map((i) => [layer.weights[i], layer.momentum[i]]);
      applyUpdate(update, layer.weights, [layer.momentum]);
      const changed = [...update.grow, ...update.drop];
      expect(changed.every((place) => layer.weights[place] === 0 && layer.momentum[place] === 0)).toBe(true);
      // What was dropped and grown again among them.
      expect(kept.map((i) => [layer.weights[i], layer.momentum[i]])).toEqual(remembered);
      mask = update.mask;
      // Training goes on: what is kept moves.
      mask.forEach((bit, i) => {
        if (bit === 1) layer.weights[i] += 0.1 * gradients[i];
      });
    }
    expect(regrown).toBeGreaterThan(100);
  });

  it('keeps the count of any mask, by any fraction, whatever is equal', () => {
    const input = fc.record({
      size: fc.integer({ min: 1, max: 60 }),
      share: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      fraction: fc.oneof(fc.constantFrom(0, 0.3, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      rough: fc.boolean(),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(input, ({ size, share, fraction, rough, seed }) => {
        const kept = Math.round(share * size);
        const { weights, mask } = layerOf(size, kept, seed);
        const gradients = gaussian(size, Rng.fromSeed(seed).split('gradients'));
        // Hardly a number but 0 and 1: nearly all scores are equal.
        if (rough) for (const values of [weights, gradients]) values.forEach((v, i) => (values[i] = Math.round(v)));
        const p = { name: 'fc1', method, weights, mask, gradients, fraction };
        // Scores that are all equal are refused.
        if (rough && size > 0) {
          weights.forEach((w, i) => (weights[i] = mask[i] * (w + (i === mask.indexOf(1) ? 9 : 0))));
          gradients.forEach((g, i) => (gradients[i] = g + (i === mask.indexOf(0) ? 9 : 0)));
        }
        const given = structuredClone({ weights, mask, gradients });
        const update = updateMask({ ...p, rng: Rng.fromSeed(seed) });
        expect(updateMask({ ...p, rng: Rng.fromSeed(seed) })).toEqual(update);
        expect({ weights, mask, gradients }).toEqual(given);

        expect(update.drop.length).toBeLessThanOrEqual(Math.min(Math.floor(fraction * kept + 1e-9), size - kept));
        expect([update.grow.length, ones(update.mask)]).toEqual([update.drop.length, kept]);
        for (const places of [update.drop, update.grow])
          expect([...places]).toEqual([...new Set(places)].sort((a, b) => a - b));
        const next = mask.slice();
        for (const place of update.drop) {
          expect(next[place]).toBe(1);
          next[place] = 0;
        }
        for (const place of update.grow) {
          expect([mask[place], next[place]]).toEqual([0, 0]);
          next[place] = 1;
        }
        expect(update.mask).toEqual(next);
      }),
      { seed: 41, numRuns: 200 },
    );
  });

  it('keeps the count of any layer over 1,000 updates', () => {
    const input = fc.record({
      size: fc.integer({ min: 2, max: 40 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      fraction: fc.double({ min: 0, max: 1, noNaN: true }),
      schedule: fc.constantFrom('constant', 'cosine', 'inverse-power'),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(input, ({ size, share, fraction: begin, schedule, seed }) => {
        const kept = Math.round(share * size);
        const { weights, mask: first, momentum } = layerOf(size, kept, seed);
        const rng = Rng.fromSeed(seed);
        let mask = first;
        for (let step = 1; step <= 1_000; step++) {
          const gradients = gaussian(size, rng);
          const fraction = dropFractionAt(schedule, begin, step, 1_000);
          const update = updateMask({ name: 'fc1', method, weights, mask, gradients, fraction, rng });
          applyUpdate(update, weights, [momentum]);
          ({ mask } = update);
          if (ones(mask) !== kept || update.drop.length !== update.grow.length) expect.unreachable(`step ${step}`);
          mask.forEach((bit, i) => {
            if (bit === 0 && (weights[i] !== 0 || momentum[i] !== 0)) expect.unreachable(`step ${step}, place ${i}`);
            weights[i] += bit * 0.1 * gradients[i];
            momentum[i] += bit * gradients[i];
          });
        }
      }),
      { seed: 42, numRuns: 12 },
    );
  });

  it('takes the share that was meant: 29 of 100 for 0.29', () => {
    const { weights, mask } = layerOf(400, 100, 1);
    // So small that RigL grows none of those again; SET sometimes does.
    const gradients = gaussian(400, Rng.fromSeed(1)).map((value, i) => (mask[i] === 1 ? 0 : value));
    for (const percent of Array.from({ length: 101 }, (_, k) => k)) {
      const p = { name: 'fc1', method, weights, mask, gradients, fraction: percent / 100 };
      if (method === 'rigl') expect(updateMask({ ...p, rng: Rng.fromSeed(2) }).drop).toHaveLength(percent);
      else {
        const updates = Array.from({ length: 40 }, (_, seed) => updateMask({ ...p, rng: Rng.fromSeed(seed) }));
        const dropped = new Set(updates.flatMap(({ drop }) => [...drop]));
        expect(dropped.size).toBe(percent);
      }
    }
  });

  it('is refused what does not fit', () => {
    const { weights, mask } = layerOf(20, 9, 1);
    const gradients = gaussian(20, Rng.fromSeed(1));
    const p = { name: 'fc1', method, weights, mask, gradients, fraction: 0.5, rng: Rng.fromSeed(2) };
    const refused = (change: Partial<typeof p>, code: string) =>
      expect(() => updateMask({ ...p, ...change })).toThrow(expect.objectContaining({ code }) as Error);
    for (const fraction of [-0.1, 1.1, NaN, Infinity]) refused({ fraction }, 'dst.bad-fraction');
    refused({ mask: mask.subarray(1) }, 'dst.size-mismatch');
    for (const wrong of [NaN, Infinity, -Infinity])
      refused({ weights: weights.map((value, i) => (mask[i] === 1 ? wrong : value)) }, 'dst.non-finite');
    if (method === 'set') return;
    refused({ gradients: gradients.subarray(1) }, 'dst.size-mismatch');
    refused({ gradients: gradients.map((value, i) => (mask[i] === 0 ? NaN : value)) }, 'dst.non-finite');
  });

  it.each([
    [19, 1],
    [20, 0],
  ])('changes no more places of a nearly dense layer than were free: %i of 20 kept', (kept, free) => {
    const { weights, mask } = layerOf(20, kept, 1);
    // Free places have the largest gradients: floor(0.9 * 19) = 17 are dropped, and all but one of them grown again.
    const gradients = Float32Array.from(mask, (bit) => (bit === 1 ? 0.1 : 5));
    const p = { name: 'fc1', method, weights, mask, gradients, fraction: 0.9 };
    const updates = Array.from({ length: 50 }, (_, seed) => updateMask({ ...p, rng: Rng.fromSeed(seed) }));
    expect(Math.max(...updates.map(({ drop }) => drop.length))).toBe(free);
    for (const { drop, grow, mask: next } of updates) expect([grow.length, ones(next)]).toEqual([drop.length, kept]);
  });

  it('may grow what it has just dropped, which then keeps its value and its momentum', () => {
    const weights = Float32Array.of(0.1, 2, 3, 0, 0);
    const mask = Uint8Array.of(1, 1, 1, 0, 0);
    const gradients = Float32Array.of(9, 100, 100, 1, 2);
    const p = { name: 'fc1', method, weights, mask, gradients, fraction: 0.34 };
    // Of three places to grow one at; SET meets the dropped one by chance.
    const updates = Array.from({ length: 30 }, (_, seed) => updateMask({ ...p, rng: Rng.fromSeed(seed) }));
    const again = updates.filter(({ mask: next }) => next[0] === 1);
    expect(again.length).toBeGreaterThan(0);
    if (method === 'rigl') expect(again).toHaveLength(30);
    const momentum = Float32Array.of(5, 6, 7, 0, 0);
    const left = [weights.slice(), momentum.slice()];
    applyUpdate(again[0], left[0], [left[1]]);
    expect(left).toEqual([weights, momentum]);
    expect(again[0]).toMatchObject({ drop: new Uint32Array(), grow: new Uint32Array(), dropThreshold: null, mask });
  });

  it('parts equal scores the same way each time, and is refused scores that are not numbers', () => {
    // Of 20 kept weights one is larger; 6 of the others are dropped. Of the gradients too all but one are equal.
    const weights = new Float32Array(40).fill(0.5).fill(2, 1, 2);
    const mask = Uint8Array.from(weights, (_, i) => i % 2);
    const gradients = new Float32Array(40).fill(1).fill(3, 0, 1);
    const p = { name: 'fc1', method, weights, mask, gradients, fraction: 0.3 };
    const once = updateMask({ ...p, rng: Rng.fromSeed(5) });
    expect(updateMask({ ...p, rng: Rng.fromSeed(5) })).toEqual(once);
    expect(once.drop.length).toBeGreaterThan(0);
    expect(once.drop).not.toContain(1);
    if (method === 'rigl') expect(once.grow).toContain(0);
    const broken = weights.slice();
    broken[1] = NaN;
    expect(() => updateMask({ ...p, weights: broken, rng: Rng.fromSeed(5) })).toThrow(
      expect.objectContaining({ code: 'dst.non-finite' }),
    );
  });
});

it('SET reaches every free place alike', () => {
  const mask = Uint8Array.from({ length: 12 }, (_, i) => Number(i < 6));
  const weights = Float32Array.from(mask, (bit, i) => bit * (1 + i));
  const hits = new Float64Array(12);
  const rounds = 3_000;
  for (let seed = 0; seed < rounds; seed++)
    for (const place of updateMask({ name: 'a', method: 'set', weights, mask, fraction: 0.34, rng: Rng.fromSeed(seed) })
      .grow)
      hits[place]++;
  // Two of eight places each time, those just dropped among them: 750 each, standard deviation 24.
  for (const count of hits.slice(6)) expect(Math.abs(count - rounds / 4)).toBeLessThan(5 * 24);
  expect(hits.slice(0, 6).every((count) => count === 0)).toBe(true);
});

it('RigL is refused without gradients', () => {
  const p = { name: 'fc1', weights: Float32Array.of(1, 2, 0, 0), mask: Uint8Array.of(1, 1, 0, 0), fraction: 0.5 };
  expect(() => updateMask({ ...p, method: 'rigl', rng: Rng.fromSeed(1) })).toThrow(
    expect.objectContaining({ code: 'dst.no-gradients' }),
  );
});

describe('the share that is dropped', () => {
  it.each([
    ['constant', [0.3, 0.3, 0.3, 0.3, 0]],
    ['cosine', [0.3, 0.256066, 0.15, 0, 0]],
    ['inverse-power', [0.3, 0.1265625, 0.0375, 0, 0]],
  ] as const)('%s', (schedule, expected) => {
    const steps = [0, 25, 50, 100, 101];
    steps.forEach((step, i) => expect(dropFractionAt(schedule, 0.3, step, 100)).toBeCloseTo(expected[i], 6));
  });

  it('is refused when it is no share, and a schedule when it is none', () => {
    expect(() => dropFractionAt('cosine', 1.2, 1, 10)).toThrow(expect.objectContaining({ code: 'dst.bad-fraction' }));
    expect(() => dropFractionAt('cosine', 0.3, 1, 0)).toThrow(expect.objectContaining({ code: 'dst.bad-schedule' }));
  });
});
