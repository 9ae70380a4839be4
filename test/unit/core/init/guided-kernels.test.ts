import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { randomMask } from '../../../../src/core/init/base';
import { exactOrthogonalConv, exactOrthogonalKernels } from '../../../../src/core/init/eoi-conv';
import { guidedLayer } from '../../../../src/core/init/guided-kernels';
import type { GuidedLayer } from '../../../../src/core/init/guided-kernels';
import { wantedOfMatrix, wantedOfWeight } from '../../../../src/core/init/wanted-kernels';
import type { Wanted } from '../../../../src/core/init/wanted-kernels';
import { singularValues } from '../../../../src/core/linalg/svd';
import { intersectionOverUnion, Mask } from '../../../../src/core/mask';
import { blockPattern } from '../../../../src/core/patterns';
import { Rng } from '../../../../src/core/rng';
import { conv, operator } from './conv-operator';

/** 8 outputs in 2 groups of 4 x 3 kernels of 3 x 2: the centre is tap 2. */
const grouped = conv(8, 6, [3, 2], 2);

const draw = (shape: LayerShape, wanted: Wanted, wholeKernels = false, seed = 1): GuidedLayer =>
  guidedLayer({ shape, wanted, wholeKernels, angles: 'uniform', rng: Rng.fromSeed(seed), seed, gain: 1 });

const with1 = (shape: LayerShape, places: readonly (readonly [number, number])[]): Mask => {
  const mask = Mask.empty(shape.rows, shape.columns);
  for (const [r, c] of places) mask.set(r, c);
  return mask;
};

const placesOf = (mask: Mask): string[] =>
  Array.from({ length: mask.rows * mask.columns }, (_, k) => [Math.floor(k / mask.columns), k % mask.columns])
    .filter(([r, c]) => mask.get(r, c))
    .map((place) => place.join());

describe('what a mask of a whole weight wants', () => {
  /** Row 5 is the second of group 1; column 14 is input 2 at the centre, 12 the same input's first tap. */
  const few = with1(grouped, [
    [0, 2],
    [1, 8],
    [2, 14],
    [4, 2],
    [5, 14],
    [6, 12],
    [7, 8],
  ]);

  it('is the centre of each kernel, each group its block of rows', () => {
    const { matrices, weight, fill } = wantedOfWeight(grouped, few, false);
    expect(matrices.map(placesOf)).toEqual([
      ['0,0', '1,1', '2,2'],
      ['0,0', '1,2', '3,1'],
    ]);
    expect(weight.equals(few)).toBe(true);
    expect(fill).toBe(true);
  });

  it('is any tap of the kernel where kernels are kept whole, and then all of them', () => {
    const { matrices, weight, fill } = wantedOfWeight(grouped, few, true);
    expect(matrices.map(placesOf)[1]).toEqual(['0,0', '1,2', '2,2', '3,1']);
    expect(weight.count()).toBe(7 * 6);
    expect([12, 13, 14, 15, 16, 17].every((column) => weight.get(6, column))).toBe(true);
    expect(fill).toBe(false);
  });

  it('is refused when it has too few weights in all, whatever their places', () => {
    const five = with1(
      grouped,
      [0, 1, 2, 3, 4].map((r) => [r, 0] as const),
    );
    expect(() => wantedOfWeight(grouped, five, false)).toThrow(
      expect.objectContaining({ code: 'eoi.pattern-too-sparse', details: { least: 6 } }),
    );
    expect(() => wantedOfWeight(grouped, five, true)).toThrow(
      expect.objectContaining({ code: 'eoi.pattern-too-sparse', details: { least: 36 } }),
    );
  });
});

describe('guidedLayer', () => {
  it('finds the masks of exact orthogonal kernels again, whole or filled', () => {
    const shape = conv(16, 16, [3, 3], 2);
    const p = { shape, density: 0.3, angles: 'uniform' as const, rng: Rng.fromSeed(4), seed: 4 };
    const filled = exactOrthogonalConv({ ...p, convDensity: 'as-given' }).mask;
    const found = draw(shape, wantedOfWeight(shape, filled, false));
    expect(found.mask.count()).toBe(filled.count());
    expect(found.iou).toBeGreaterThan(0.9);
    const whole = exactOrthogonalKernels(p).mask;
    const kernels = draw(shape, wantedOfWeight(shape, whole, true), true);
    expect(kernels.iou).toBe(kernels.centreIou);
    expect(kernels.iou).toBeGreaterThan(0.7);
  });

  it('keeps the other taps that are wanted and no more, at 0', () => {
    const wanted = wantedOfWeight(grouped, randomMask(8, 18, 70, Rng.fromSeed(9)), false);
    const { mask, weights, iou, centreIou } = draw(grouped, wanted);
    expect(mask.count()).toBe(70);
    let [unwanted, atCentre] = [0, 0];
    for (let r = 0; r < 8; r++)
      for (let c = 0; c < 18; c++) {
        if (c % 6 !== 2) expect(weights[r * 18 + c]).toBe(0);
        if (!mask.get(r, c) || wanted.weight.get(r, c)) continue;
        unwanted++;
        if (c % 6 === 2) atCentre++;
      }
    // Only rotations take what is not wanted, and each such weight leaves one that is.
    expect(unwanted).toBe(atCentre);
    expect(iou).toBeCloseTo((70 - unwanted) / (70 + unwanted), 12);
    expect(iou).toBeGreaterThanOrEqual(centreIou);
  });

  it('makes the identity of depthwise kernels whose centres are not wanted, at the expense of other taps', () => {
    const shape = conv(6, 6, [3, 3], 6);
    const corners = with1(
      shape,
      [0, 1, 2, 3, 4, 5].flatMap((r) => [[r, 0] as const, [r, 8] as const]),
    );
    const { mask, weights, unmatched, iou, centreIou } = draw(shape, wantedOfWeight(shape, corners, false));
    expect(unmatched).toBe(6);
    expect(mask.count()).toBe(12);
    for (let r = 0; r < 6; r++) expect(weights[r * 9 + 4]).toBe(1);
    expect(centreIou).toBe(0);
    expect(iou).toBe(6 / 18);
  });

  it('is an isometry and keeps the count, whatever is wanted', () => {
    const input = fc.record({
      groups: fc.integer({ min: 1, max: 3 }),
      outputs: fc.integer({ min: 1, max: 5 }),
      inputs: fc.integer({ min: 1, max: 5 }),
      height: fc.integer({ min: 1, max: 3 }),
      width: fc.integer({ min: 1, max: 3 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      wholeKernels: fc.boolean(),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(input, ({ groups, outputs, inputs, height, width, share, wholeKernels, seed }) => {
        const shape = conv(groups * outputs, groups * inputs, [height, width], groups);
        const { rows, columns } = shape;
        // As many wanted at the centres as are needed, so that whole kernels are enough too.
        const mask = randomMask(rows, columns, Math.round(share * rows * columns), Rng.fromSeed(seed));
        const centre = Math.floor((height - 1) / 2) * width + Math.floor((width - 1) / 2);
        for (let r = 0; r < rows; r++) mask.set(r, ((r % outputs) % inputs) * height * width + centre);
        const wanted = wantedOfWeight(shape, mask, wholeKernels);
        const made = draw(shape, wanted, wholeKernels, seed);
        const dense = operator(shape, made.weights, [3, 3]);
        const values = singularValues(dense.matrix, dense.height, dense.width);
        values.forEach((value) => {
          expect(Math.abs(value - 1)).toBeLessThan(1e-5);
        });
        expect(made.iou).toBe(intersectionOverUnion(made.mask, wanted.weight));
        if (!wholeKernels) expect(made.mask.count()).toBeLessThanOrEqual(wanted.weight.count() + made.unmatched);
        if (!wholeKernels) expect(made.mask.count()).toBeGreaterThanOrEqual(wanted.weight.count());
        else expect(made.mask.count() % (height * width)).toBe(0);
        expect(draw(shape, wanted, wholeKernels, seed).weights).toEqual(made.weights);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('leads every group by the same pattern of the matrix, and fills nothing then', () => {
    const shape = conv(8, 8, [3, 3], 2);
    const wanted = wantedOfMatrix(shape, blockPattern(4, 4, [2, 2]), false);
    const { mask, iou, unmatched } = draw(shape, wanted);
    expect(mask.count()).toBe(16);
    expect([iou, unmatched]).toEqual([1, 0]);
    const whole = wantedOfMatrix(shape, blockPattern(4, 4, [2, 2]), true);
    expect(draw(shape, whole, true).mask.count()).toBe(16 * 9);
    expect(draw(shape, whole, true).iou).toBe(1);
  });
});
