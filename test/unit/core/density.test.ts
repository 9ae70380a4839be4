import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../src/core/density';
import { distribute } from '../../../src/core/density';

/** MLP-7: 784-100x6-10. */
const mlp7: LayerShape[] = [784, 100, 100, 100, 100, 100, 100].map((columns, l) => ({
  name: `fc${l + 1}`,
  rows: l === 6 ? 10 : 100,
  columns,
}));

describe('distribute', () => {
  it.each([
    [0.1, [0.0732, 0.1298, 0.7138]],
    [0.05, [0.0366, 0.0649, 0.3569]],
  ])('gives the published ERK densities of MLP-7 at %f', (density, [input, hidden, output]) => {
    const densities = distribute(mlp7, density, 'erk').map((layer) => layer.density);
    expect(densities[0]).toBeCloseTo(input, 4);
    // 4 decimals, and at most one weight of 10,000 by rounding to whole counts.
    for (const value of densities.slice(1, 6)) expect(Math.abs(value - hidden)).toBeLessThan(1.5e-4);
    // The output has 1000 weights: whole counts are 0.001 apart.
    expect(Math.abs(densities[6] - output)).toBeLessThan(1e-3);
  });

  it('gives every layer the same density when uniform', () => {
    expect(distribute(mlp7, 0.1, 'uniform').map(({ count }) => count)).toEqual([
      7840, 1000, 1000, 1000, 1000, 1000, 100,
    ]);
  });

  it('keeps small layers dense when ERK would over-fill them, the largest ratio first', () => {
    const densities = distribute(
      [
        { name: 'big', rows: 1000, columns: 1000 },
        { name: 'small', rows: 10, columns: 10 },
        { name: 'tiny', rows: 2, columns: 2 },
      ],
      0.1,
      'erk',
    );
    expect(densities.map(({ count }) => count)).toEqual([Math.round(0.1 * 1_000_104) - 104, 100, 4]);
    expect(densities[2].density).toBe(1);
  });

  it('meets the total exactly and no layer exceeds its capacity', () => {
    const size = fc.integer({ min: 1, max: 60 });
    const layer = fc.record({ name: fc.constant('layer'), rows: size, columns: size });
    const input = fc.record({
      layers: fc.array(layer, { minLength: 1, maxLength: 12 }),
      density: fc.oneof(fc.double({ min: 1e-4, max: 1, noNaN: true }), fc.constantFrom(1, 0.5, 0.1)),
      distribution: fc.constantFrom('uniform' as const, 'erk' as const),
    });
    fc.assert(
      fc.property(input, ({ layers, density, distribution }) => {
        const result = distribute(layers, density, distribution);
        const capacity = layers.map(({ rows, columns }) => rows * columns);
        const total = capacity.reduce((a, b) => a + b);
        expect(result.reduce((sum, { count }) => sum + count, 0)).toBe(Math.round(density * total));
        result.forEach(({ count, density: share }, l) => {
          expect(Number.isInteger(count)).toBe(true);
          expect(count).toBeGreaterThanOrEqual(0);
          expect(count).toBeLessThanOrEqual(capacity[l]);
          expect(share).toBe(count / capacity[l]);
          if (distribution === 'uniform') expect(Math.abs(count - density * capacity[l])).toBeLessThan(2);
        });
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('is in proportion to rows + columns where no layer is dense', () => {
    const result = distribute(
      [
        { name: 'a', rows: 300, columns: 200 },
        { name: 'b', rows: 100, columns: 900 },
      ],
      0.05,
      'erk',
    );
    expect(result[0].count / result[1].count).toBeCloseTo(500 / 1000, 2);
  });

  it('refuses what is no density and no network', () => {
    for (const density of [0, -1, 1.01, NaN])
      expect(() => distribute(mlp7, density, 'erk')).toThrow(expect.objectContaining({ code: 'density.out-of-range' }));
    expect(() => distribute([], 0.1, 'erk')).toThrow(expect.objectContaining({ code: 'density.no-layers' }));
    expect(() => distribute([{ name: 'x', rows: 0, columns: 2 }], 0.1, 'erk')).toThrow(
      expect.objectContaining({ code: 'shape.invalid' }),
    );
  });
});
