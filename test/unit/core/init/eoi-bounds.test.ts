/** What exact orthogonal initialisation promises of any shape, density, angles and seed, against supports followed by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Angles } from '../../../../src/core/angles';
import type { LayerShape } from '../../../../src/core/density/layer-shape';
import { replayDouble } from '../../../../src/core/givens';
import { exactOrthogonal, minimumDensity } from '../../../../src/core/init/eoi';
import { exactOrthogonalConv, exactOrthogonalKernels } from '../../../../src/core/init/eoi-conv';
import { guidedOrthogonal } from '../../../../src/core/init/guided';
import { Mask } from '../../../../src/core/mask';
import { Rng } from '../../../../src/core/rng';
import type { RotationSequence } from '../../../../src/core/rotation-sequence';
import { orthogonalityError } from '../../../../src/core/spectrum';
import { conv } from './conv-operator';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;

/** Non-zeros after each rotation, from none on: one set of entries an axis, joined pair by pair. */
function nonZerosAfter({ rows, columns, first, second }: RotationSequence): number[] {
  const entries = Math.min(rows, columns);
  const axes = Array.from({ length: Math.max(rows, columns) }, (_, a) => new Set(a < entries ? [a] : []));
  const counts = [entries];
  first.forEach((i, t) => {
    const both = new Set([...axes[i], ...axes[second[t]]]);
    counts.push(counts[t] + 2 * both.size - axes[i].size - axes[second[t]].size);
    axes[i] = new Set(both);
    axes[second[t]] = new Set(both);
  });
  return counts;
}

const degrees = fc.double({ min: 1, max: 89, noNaN: true });
const angles: fc.Arbitrary<Angles> = fc.oneof(
  fc.constant<Angles>('uniform'),
  degrees.map((fixed) => ({ fixed })),
  degrees.map((low) => ({ range: [low, low + 200] as [number, number] })),
  fc.array(degrees, { minLength: 1, maxLength: 4 }).map((list) => ({ list })),
);
// Wide, tall, square, 1 x k and k x 1 alike.
const side = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }));
const share = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const input = fc.record({ rows: side, columns: side, share, angles, seed: fc.nat(1e6) });

describe('exactOrthogonal', () => {
  it('misses the density by no more than the two states at the stop allow', () => {
    fc.assert(
      fc.property(input, ({ rows, columns, share: s, angles: turns, seed }) => {
        const least = minimumDensity(rows, columns);
        const density = Math.min(1, least + s * (1 - least));
        const made = exactOrthogonal({ rows, columns, density, angles: turns, rng: Rng.fromSeed(seed), seed });
        const counts = nonZerosAfter(made.sequence);
        const wanted = density * rows * columns;
        const rounding = 1e-9 * wanted;
        const [before, last] = [counts.at(-2) ?? counts[0], counts[counts.length - 1]];
        // It stops at the first state that reaches the density ...
        expect(last).toBeGreaterThanOrEqual(wanted - rounding);
        if (counts.length > 1) expect(before).toBeLessThan(wanted);
        // ... and keeps the nearer of the two.
        const missed = Math.abs(made.mask.count() - wanted);
        expect(missed).toBeLessThanOrEqual(Math.min(Math.abs(last - wanted), Math.abs(before - wanted)) + rounding);
        expect(missed).toBeLessThanOrEqual((last - before) / 2 + rounding);
        expect(last - before).toBeLessThanOrEqual(Math.min(rows, columns));
        expect(made.mask.count()).toBe(counts[made.sequence.lastUndone ? counts.length - 2 : counts.length - 1]);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('is orthogonal to 1e-6 in float32 and 1e-13 in double, by any angles', () => {
    fc.assert(
      fc.property(input, ({ rows, columns, share: s, angles: turns, seed }) => {
        const least = minimumDensity(rows, columns);
        const density = Math.min(1, least + s * (1 - least));
        const request = { rows, columns, density, angles: turns, seed };
        const made = exactOrthogonal({ ...request, rng: Rng.fromSeed(seed) });
        expect(orthogonalityError(made.weights, rows, columns)).toBeLessThan(1e-6);
        expect(orthogonalityError(replayDouble(made.sequence), rows, columns)).toBeLessThan(1e-13);
        expect(exactOrthogonal({ ...request, rng: Rng.fromSeed(seed) })).toEqual(made);
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it.each([
    [256, 256],
    [128, 384],
    [384, 128],
  ])('stays within them at %i x %i, dense', (rows, columns) => {
    const rng = Rng.fromSeed(1);
    const { weights, sequence } = exactOrthogonal({ rows, columns, density: 1, angles: 'uniform', rng, seed: 1 });
    expect(orthogonalityError(weights, rows, columns)).toBeLessThan(1e-6);
    expect(orthogonalityError(replayDouble(sequence), rows, columns)).toBeLessThan(1e-13);
  });
});

describe('exactOrthogonalKernels', () => {
  it('keeps whole kernels at a density that misses by half a rotation a group at most', () => {
    const shapes = fc.record({
      outputs: fc.integer({ min: 1, max: 14 }),
      inputs: fc.integer({ min: 1, max: 14 }),
      groups: fc.integer({ min: 1, max: 4 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    });
    fc.assert(
      fc.property(shapes, share, fc.nat(1e6), ({ outputs, inputs, groups, kernel }, s, seed) => {
        const shape = conv(groups * outputs, groups * inputs, kernel, groups);
        const least = minimumDensity(outputs, inputs);
        const density = Math.min(1, least + s * (1 - least));
        const made = exactOrthogonalKernels({ shape, density, angles: 'uniform', rng: Rng.fromSeed(seed), seed });
        const taps = kernel[0] * kernel[1];
        const held = made.mask.count() / taps;
        const wanted = density * shape.rows * inputs;
        expect(Math.abs(held - wanted)).toBeLessThanOrEqual((groups * Math.min(outputs, inputs)) / 2 + 1e-9 * wanted);
        for (const sequence of made.sequences)
          expect(orthogonalityError(replayDouble(sequence), outputs, inputs)).toBeLessThan(1e-13);
      }),
      { seed: 13, numRuns: 150 },
    );
  });
});

describe('angles by which the density never rises', () => {
  const shape: LayerShape = conv(6, 6);
  const draws = (turns: Angles): Record<string, () => unknown> => {
    const request = { angles: turns, rng: Rng.fromSeed(1), seed: 1, density: 0.5 };
    return {
      linear: () => exactOrthogonal({ ...request, rows: 6, columns: 6 }),
      convolution: () => exactOrthogonalConv({ ...request, shape, convDensity: 'as-given' }),
      'whole kernels': () => exactOrthogonalKernels({ ...request, shape }),
      guided: () => guidedOrthogonal({ ...request, pattern: Mask.full(6, 6) }),
    };
  };

  it('are refused at once, wherever they stand in a list', () => {
    const turn = fc.integer({ min: -8, max: 8 }).map((quarters) => 90 * quarters);
    const some = fc.array(degrees, { maxLength: 3 });
    fc.assert(
      fc.property(some, turn, some, (before, degenerate, after) => {
        for (const refused of [{ list: [...before, degenerate, ...after] }, { fixed: degenerate }])
          for (const draw of Object.values(draws(refused))) expect(draw).toThrow(code('eoi.degenerate-angle'));
      }),
      { seed: 14, numRuns: 60 },
    );
  });

  it('cannot be all of a range: one that holds no other is refused', () => {
    for (const range of [
      [90, 90],
      [180 - 1e-7, 180 + 1e-7],
      [0, -0],
      [45, 44],
    ] as [number, number][])
      for (const draw of Object.values(draws({ range }))) expect(draw).toThrow(code('eoi.bad-angles'));
    for (const draw of Object.values(draws({ range: [89.9995, 90.0005] }))) expect(draw).not.toThrow();
  });
});
