import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distribution, LayerShape } from '../../../../src/core/density';
import { distribute } from '../../../../src/core/density';
import { isSparseError } from '../../../../src/core/errors';
import { inAnotherOrder, someLayers } from '../methods/layers';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const weightsOf = (layers: readonly LayerShape[]): number => sum(layers.map(({ rows, columns }) => rows * columns));
const rule = fc.constantFrom<Distribution>('uniform', 'uniform-plus', 'er', 'erk', 'balanced');
const density = fc.oneof(fc.constantFrom(1, 0.5, 1e-9), fc.double({ min: 1e-4, max: 1, noNaN: true }));

describe('any densities of any layers', () => {
  it('come to the total, or are refused with a density that would', () => {
    let refused = 0;
    const own = fc.array(fc.option(fc.double({ min: 0.01, max: 1, noNaN: true }), { nil: undefined }), {
      maxLength: 7,
    });
    fc.assert(
      fc.property(someLayers, rule, density, own, ({ layers }, how, wanted, densities) => {
        const fixed = new Map<string, number>();
        densities.forEach((value, l) => {
          if (value !== undefined && l < layers.length) fixed.set(layers[l].name, value);
        });
        const check = (total: number): void => {
          const shared = distribute(layers, total, how, { fixed });
          expect(sum(shared.map(({ count }) => count))).toBe(Math.round(total * weightsOf(layers)));
          shared.forEach(({ name, count, density: share }, l) => {
            const capacity = weightsOf([layers[l]]);
            expect([name, share]).toEqual([layers[l].name, count / capacity]);
            expect(Number.isInteger(count) && count >= 0 && count <= capacity).toBe(true);
            const asked = fixed.get(name);
            if (asked !== undefined) expect(count).toBe(Math.round(asked * capacity));
          });
        };
        try {
          check(wanted);
        } catch (error) {
          if (!isSparseError(error)) throw error;
          expect(error.code).toMatch(/^density\.(rest-too-(small|large)|layer-empty)$/);
          refused++;
          // What its own density empties is refused by the layer's density, whatever that of the network.
          if (error.code !== 'density.layer-empty') check((error.details as { nearest: number }).nearest);
        }
      }),
      { seed: 31, numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(50);
    expect(refused).toBeLessThan(450);
  });

  it('are within one weight of the proportion where no layer is full', () => {
    fc.assert(
      fc.property(someLayers, density, ({ layers, shuffle }, wanted) => {
        const shared = distribute(inAnotherOrder(layers, shuffle), wanted, 'uniform');
        const total = Math.round(wanted * weightsOf(layers));
        for (const { name, count } of shared) {
          const capacity = weightsOf(layers.filter((layer) => layer.name === name));
          // Largest remainder: the share rounded down, or one more.
          const share = (total * capacity) / weightsOf(layers);
          expect(Math.abs(count - share)).toBeLessThan(1 + 1e-9);
        }
      }),
      { seed: 32, numRuns: 200 },
    );
  });

  it('are those of one layer alone: the rule does not count', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        density,
        (rows, columns, wanted) => {
          const count = Math.round(wanted * rows * columns);
          for (const how of ['uniform', 'er', 'erk', 'balanced'] as const)
            expect(distribute([{ name: 'only', rows, columns }], wanted, how)).toEqual([
              { name: 'only', count, density: count / (rows * columns) },
            ]);
        },
      ),
      { seed: 33, numRuns: 100 },
    );
  });
});
