import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { maskedOrthogonal, randomMask } from '../../../../src/core/init/base';
import { fans, keptPerInput, keptPerRow } from '../../../../src/core/init/fan';
import type { BaseInit } from '../../../../src/core/init/registry';
import { applyMask, baseInitialisations } from '../../../../src/core/init/registry';
import type { BaseRequest } from '../../../../src/core/init/base-request';
import { Mask } from '../../../../src/core/mask';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';
import { orthogonalityError } from '../../../../src/core/spectrum';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;
const draw = (init: BaseInit, request: Omit<BaseRequest, 'rng' | 'gain'> & { seed?: number; gain?: number }) =>
  finish(baseInitialisations[init]({ gain: 1, rng: Rng.fromSeed(request.seed ?? 1), ...request }));
const variance = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((sum, v) => sum + v * v, 0) / all.length;
};
/** Of the variance of n normals, in units of it. */
const tolerance = (n: number): number => 5 * Math.sqrt(2 / n);
const normals = ['kaiming-normal', 'xavier-normal', 'lecun-normal'] as const;

const layers: fc.Arbitrary<LayerShape> = fc
  .record({
    groups: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    inputs: fc.integer({ min: 1, max: 5 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  })
  .map(({ groups, outputs, inputs, kernel }) => ({
    name: 'conv',
    rows: groups * outputs,
    columns: inputs * kernel[0] * kernel[1],
    kernel,
    groups,
  }));

describe('fans', () => {
  it('counts a linear layer, a convolution and a grouped one', () => {
    expect(fans({ name: 'fc', rows: 10, columns: 100 })).toEqual({ fanIn: 100, fanOut: 10 });
    expect(fans({ name: 'c', rows: 32, columns: 16 * 9, kernel: [3, 3] })).toEqual({ fanIn: 144, fanOut: 288 });
    expect(fans({ name: 'g', rows: 32, columns: 4 * 9, kernel: [3, 3], groups: 4 })).toEqual({ fanIn: 36, fanOut: 72 });
  });

  it('are those of the full mask', () => {
    fc.assert(
      fc.property(layers, (shape) => {
        const { fanIn, fanOut } = fans(shape);
        const mask = Mask.full(shape.rows, shape.columns);
        expect(new Set(keptPerRow(mask))).toEqual(new Set([fanIn]));
        expect(new Set(keptPerInput(shape, mask))).toEqual(new Set([fanOut]));
      }),
      { seed: 1 },
    );
  });

  it('of a mask add up to its weights', () => {
    fc.assert(
      fc.property(layers, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (shape, share, seed) => {
        const count = Math.round(share * shape.rows * shape.columns);
        const mask = randomMask(shape.rows, shape.columns, count, Rng.fromSeed(seed));
        for (const kept of [keptPerRow(mask), keptPerInput(shape, mask)])
          expect(kept.reduce((a, b) => a + b, 0)).toBe(count);
      }),
      { seed: 2 },
    );
  });

  it('refuses groups and kernels that do not divide', () => {
    expect(() => fans({ name: 'c', rows: 9, columns: 9, kernel: [3, 3], groups: 2 })).toThrow(code('init.bad-groups'));
    expect(() => fans({ name: 'c', rows: 9, columns: 10, kernel: [3, 3] })).toThrow(code('init.bad-kernel'));
    expect(() => fans({ name: 'c', rows: 9, columns: 10, kernel: [0, 3] })).toThrow(code('init.bad-kernel'));
  });
});

describe('baseInitialisations', () => {
  const shape: LayerShape = { name: 'conv', rows: 60, columns: 40 * 9, kernel: [3, 3], groups: 3 };

  it('have the variance of their formula, times the square of the gain', () => {
    const wanted = { 'kaiming-normal': 2 / 360, 'xavier-normal': 2 / (360 + 180), 'lecun-normal': 1 / 360 };
    for (const init of normals) {
      const found = variance(draw(init, { shape, gain: 1.5 }));
      expect(Math.abs(found / (2.25 * wanted[init]) - 1)).toBeLessThan(tolerance(shape.rows * shape.columns));
    }
  });

  it('give each row of a mask the variance of a dense row, and leave an empty one 0', () => {
    const columns = 20000;
    const one: LayerShape = { name: 'fc', rows: 3, columns };
    const bytes = new Uint8Array(3 * columns).map((_, i) => +(i < columns || (i < 2 * columns && i % 10 === 0)));
    const mask = Mask.fromBytes(bytes, 3, columns);
    for (const [init, numerator] of [
      ['kaiming-normal', 2],
      ['lecun-normal', 1],
    ] as const) {
      const weights = draw(init, { shape: one, mask, sparseFan: true });
      applyMask('fc', weights, mask);
      const row = (r: number) => weights.subarray(r * columns, (r + 1) * columns);
      for (const r of [0, 1]) {
        // The sum of a row's squares is what its unit multiplies an input's variance by.
        const sum = variance(row(r)) * columns;
        expect(Math.abs(sum / numerator - 1)).toBeLessThan(tolerance(columns / 10));
      }
      expect(row(2).every((w) => w === 0)).toBe(true);
    }
  });

  it('xavier scales by row and input channel', () => {
    // Rows of 2 and 4 kept of 4; channels of 2, 2, 1 and 1.
    const small: LayerShape = { name: 'fc', rows: 2, columns: 4 };
    const mask = Mask.fromBytes(Uint8Array.of(1, 1, 0, 0, 1, 1, 1, 1), 2, 4);
    const dense = draw('xavier-normal', { shape: small });
    const sparse = draw('xavier-normal', { shape: small, mask, sparseFan: true });
    const ratio = (sum: number) => Math.sqrt(6 / sum);
    [4, 4, 3, 3, 6, 6, 5, 5].forEach((sum, i) => {
      expect(sparse[i] / dense[i]).toBeCloseTo(ratio(sum), 5);
    });
  });

  it('do not depend on the mask without sparse fan-in, and with a full mask are the dense ones', () => {
    const mask = randomMask(shape.rows, shape.columns, 999, Rng.fromSeed(3));
    const full = Mask.full(shape.rows, shape.columns);
    for (const init of normals) {
      const dense = draw(init, { shape });
      expect(draw(init, { shape, mask })).toEqual(dense);
      expect(draw(init, { shape, mask: full, sparseFan: true })).toEqual(dense);
      expect(draw(init, { shape, seed: 2 })).not.toEqual(dense);
    }
  });

  it('orthogonal draws what maskedOrthogonal does, bit for bit', () => {
    for (const [rows, columns] of [
      [20, 50],
      [50, 20],
      [1, 7],
    ]) {
      const { weights, mask } = maskedOrthogonal({ rows, columns, count: rows * 3, rng: Rng.fromSeed(9) });
      const drawn = draw('orthogonal', { shape: { name: 'fc', rows, columns }, seed: 9 });
      applyMask('fc', drawn, mask);
      expect(drawn).toEqual(weights);
    }
  });

  it('orthogonal is orthogonal per group; delta-orthogonal in the centre tap only', () => {
    fc.assert(
      fc.property(layers, fc.nat(), (conv, seed) => {
        const groups = conv.groups ?? 1;
        const outputs = conv.rows / groups;
        const [height, width] = conv.kernel ?? [1, 1];
        const whole = draw('orthogonal', { shape: conv, seed, gain: 1 });
        const delta = draw('delta-orthogonal', { shape: conv, seed, gain: 1 });
        const at = Math.floor((height - 1) / 2) * width + Math.floor((width - 1) / 2);
        const centre = delta.filter((_, i) => i % (height * width) === at);
        expect(delta.reduce((n, w) => n + +(w !== 0), 0)).toBeLessThanOrEqual(centre.length);
        for (let g = 0; g < groups; g++)
          for (const all of [whole, centre]) {
            const size = all.length / groups;
            expect(orthogonalityError(all.subarray(g * size, (g + 1) * size), outputs, size / outputs)).toBeLessThan(
              1e-6,
            );
          }
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('refuse a bad gain, a mask of another shape, and sparse fan-in where there is none', () => {
    for (const gain of [0, -1, NaN, Infinity])
      expect(() => draw('kaiming-normal', { shape, gain })).toThrow(code('init.bad-gain'));
    for (const init of normals)
      expect(() => draw(init, { shape, mask: Mask.full(2, 2) })).toThrow(code('init.mask-mismatch'));
    for (const init of ['orthogonal', 'delta-orthogonal'] as const)
      expect(() => draw(init, { shape, sparseFan: true })).toThrow(code('init.no-sparse-fan'));
    expect(() => {
      applyMask('fc', new Float32Array(3), Mask.full(2, 2));
    }).toThrow(code('init.mask-mismatch'));
  });
});
