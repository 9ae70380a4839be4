import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/rng';
import { divide, spreadOut, valueBytes } from '../../../../src/core/rps/location-values';
import { gammaOf, locationSums } from '../../../../src/core/rps/location-sums';
import { scalerNames } from '../../../../src/core/rps/names';
import type { ScalerName } from '../../../../src/core/rps/names';
import { gather, recover } from '../../../../src/core/rps/recover';
import { drawMemory, MemoryDrawing } from '../../../../src/core/rps/initial-draw';
import {
  adamMultipliers,
  neutralInitStd,
  normalisedScales,
  plainScales,
  scalerOf,
} from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { Sharing } from '../../../../src/core/rps/sharing';
import { normals, oneByOne, presetToShare, relativeError, smallLayers, specs } from './layers';

const share = (k: number, compression: number): Sharing =>
  sharingOf(smallLayers, { compression, spec: specs[k], scope: 'global' });

/** lambda of every sharer, by location. */
const sharers = (sharing: Sharing, lambda: ArrayLike<number>): number[][] => {
  const found = Array.from({ length: sharing.m }, () => [] as number[]);
  sharing.layers.forEach((_, l) => oneByOne(sharing, l).forEach(({ location }) => found[location].push(lambda[l])));
  return found;
};

const total = (values: number[]): number => values.reduce((a, b) => a + b, 0);
const close = (a: ArrayLike<number>, b: number[]): void => {
  expect(relativeError(a, b)).toBeLessThan(1e-12);
};

it.each([0, 1e-40, 1e40, Infinity, NaN])('a memory of deviation %d is none that float32 holds', (s) => {
  expect(() => plainScales(share(0, 2), s)).toThrow(expect.objectContaining({ code: 'rps.bad-init-std' }));
});

describe.each(specs.map((spec, k) => [spec.kind, k] as const))('%s', (_, k) => {
  it.each([1, 6, 40])('sums over the sharers as by counting them, compression %d', (compression) => {
    const sharing = share(k, compression);
    const { lambda } = plainScales(sharing, 0.03);
    const by = sharers(sharing, lambda);
    close(
      gammaOf(sharing, lambda),
      by.map((values) => total(values.map((value) => value * value))),
    );
    const expected: Record<ScalerName, (values: number[], a: number, b: number) => number> = {
      none: () => 1,
      v1: (values, a) => (a * a) / values.length,
      v2: (_values, a) => a,
      v3: (values, a) => a / values.length,
      v4: (_values, _a, b) => Math.sqrt(b),
      theory: (_values, _a, b) => b,
    };
    for (const mode of scalerNames)
      close(
        spreadOut(scalerOf(mode, sharing, lambda), sharing.m),
        by.map((values) =>
          values.length === 0 ? 1 : expected[mode](values, total(values), total(values.map((value) => value * value))),
        ),
      );
    const rms = by.map((values) => Math.sqrt(total(values.map((value) => value * value)) / values.length));
    close(
      spreadOut(adamMultipliers(sharing, plainScales(sharing, 0.03)), sharing.m),
      rms.map((value, j) => (by[j].length === 0 ? 1 : 1 / value)),
    );
    close(
      spreadOut(adamMultipliers(sharing, normalisedScales(sharing)), sharing.m),
      by.map((values) => (values.length === 0 ? 1 : Math.sqrt(values.length))),
    );
  });

  it('the scale at which the mean Gamma is 1', () => {
    const sharing = share(k, 7);
    const gamma = gammaOf(sharing, plainScales(sharing, neutralInitStd(sharing)).lambda);
    expect(total([...gamma]) / sharing.m).toBeCloseTo(1, 10);
  });
});

/** The step of the weights of gradient descent: R D⁻¹ Rᵀ g. */
function step(sharing: Sharing, mode: ScalerName, s: number): Float64Array {
  const scales = plainScales(sharing, s);
  const memory = new Float64Array(sharing.m);
  sharing.layers.forEach(({ weights }, l) => gather(sharing, scales, l, normals(weights, 30 + l), memory));
  divide(memory, scalerOf(mode, sharing, scales.lambda));
  const steps = sharing.layers.flatMap(({ weights }, l) => {
    const out = new Float64Array(weights);
    recover(sharing, scales, memory, l, out);
    return [...out];
  });
  return Float64Array.from(steps);
}

describe('the scale of the memory', () => {
  // From a thousandth to a million: an absolute epsilon in a divisor shows at the far end (Gamma is 1e-13 there).
  it.each<[ScalerName, number]>([
    ['none', 2],
    ['v1', 0],
    ['v2', 1],
    ['v3', 1],
    ['v4', 1],
    ['theory', 0],
  ])('with %s the step of the weights goes as s^-%d', (mode, power) => {
    for (const k of [0, 5]) {
      const sharing = share(k, 6);
      const first = step(sharing, mode, 1);
      for (const s of [1e-3, 0.04, 10, 1e6]) {
        const other = step(sharing, mode, s);
        const times = s ** -power;
        first.forEach((value, i) =>
          expect(Math.abs(other[i] / times - value)).toBeLessThan(1e-9 * (1e-3 + Math.abs(value))),
        );
      }
    }
  });

  it('the steps of v1 are never shorter than those of theory, and as long where the sharers have one lambda', () => {
    const sharing = share(0, 6);
    const { lambda } = plainScales(sharing, 1);
    const [v1, theory] = (['v1', 'theory'] as const).map((mode) => scalerOf(mode, sharing, lambda).values);
    sharers(sharing, lambda).forEach((values, j) => {
      expect(v1[j]).toBeLessThanOrEqual(theory[j] * (1 + 1e-12));
      if (new Set(values).size === 1) expect(v1[j]).toBeCloseTo(theory[j], 10);
      else if (values.length > 1) expect(v1[j]).toBeLessThan(theory[j]);
    });
  });

  it('the normalised form takes the steps of theory', () => {
    const sharing = share(5, 6);
    const scales = normalisedScales(sharing);
    const memory = new Float64Array(sharing.m);
    sharing.layers.forEach(({ weights }, l) => gather(sharing, scales, l, normals(weights, 30 + l), memory));
    const steps = sharing.layers.flatMap(({ weights }, l) => {
      const out = new Float64Array(weights);
      recover(sharing, scales, memory, l, out);
      return [...out];
    });
    const theory = step(sharing, 'theory', 0.2);
    steps.forEach((value, i) => expect(value).toBeCloseTo(theory[i], 10));
  });

  it('two memories from one generator differ by the scale only', () => {
    const sharing = share(0, 6);
    const draw = (s: number): Float32Array =>
      drawMemory(sharing, plainScales(sharing, s), new MemoryDrawing({ kind: 'uniform', s }, Rng.fromSeed(1)));
    const [a, b] = [draw(1), draw(8)];
    expect(b).toEqual(a.map((value) => 8 * value));
  });
});

it('at compression 1 a fold scales every step to that of a dense network', () => {
  const layers = presetToShare('resnet-20');
  const sharing = sharingOf(layers, { compression: 1, spec: { kind: 'fold', seed: 1 }, scope: 'global' });
  const scales = plainScales(sharing, 0.04);
  const gradients = sharing.layers.map(({ weights }, l) => normals(weights, l));
  const memory = new Float64Array(sharing.m);
  gradients.forEach((gradient, l) => gather(sharing, scales, l, gradient, memory));
  const scaler = scalerOf('theory', sharing, scales.lambda);
  divide(memory, scaler);
  gradients.forEach((gradient, l) => {
    const out = new Float32Array(gradient.length);
    recover(sharing, scales, memory, l, out);
    expect(relativeError(out, gradient)).toBe(0);
  });
  // Of 270896 locations some tens of stretches.
  expect(valueBytes(scaler)).toBeLessThan(2000);
  expect(locationSums(sharing, scales.lambda).count.values.every((value) => value === 1)).toBe(true);
});
