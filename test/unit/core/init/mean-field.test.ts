import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erf } from '../../../../src/core/erf';
import { activations } from '../../../../src/core/network';
import { moments } from '../../../../src/core/init/gaussian-moments';
import { criticalGain, meanField } from '../../../../src/core/init/mean-field';
import { Rng } from '../../../../src/core/rng';

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as unknown;

describe('erf', () => {
  it('has the tabulated values, is odd and ends at 1', () => {
    // Abramowitz and Stegun, table 7.1.
    expect(erf(0.5)).toBeCloseTo(0.5204998778, 10);
    expect(erf(1)).toBeCloseTo(0.8427007929, 10);
    expect(erf(2)).toBeCloseTo(0.995322265, 10);
    expect(erf(-1)).toBe(-erf(1));
    expect([erf(0), erf(7), erf(-Infinity)]).toEqual([0, 1, -1]);
  });
});

describe('moments', () => {
  it('agree with sampling', () => {
    const phi: Record<(typeof activations)[number], (x: number) => number> = {
      linear: (x) => x,
      tanh: Math.tanh,
      'hard-tanh': (x) => Math.max(-1, Math.min(1, x)),
      relu: (x) => Math.max(0, x),
      'leaky-relu': (x) => (x > 0 ? x : 0.01 * x),
      selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1)),
      gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
      silu: (x) => x / (1 + Math.exp(-x)),
    };
    const draws = 40000;
    for (const activation of activations)
      for (const q of [0.04, 1, 9]) {
        const rng = Rng.fromSeed(4);
        const f = phi[activation];
        const squares: number[] = [];
        const derivatives: number[] = [];
        for (let i = 0; i < draws; i++) {
          const x = Math.sqrt(q) * rng.normal();
          squares.push(f(x) ** 2);
          derivatives.push(((f(x + 1e-6) - f(x - 1e-6)) / 2e-6) ** 2);
        }
        const found = moments[activation](q);
        for (const [sample, exact] of [
          [squares, found.square],
          [derivatives, found.derivative],
        ] as const) {
          const mean = sample.reduce((a, b) => a + b, 0) / draws;
          const spread = Math.sqrt(sample.reduce((a, b) => a + (b - mean) ** 2, 0) / draws);
          expect(Math.abs(mean - exact)).toBeLessThanOrEqual((5 * spread) / Math.sqrt(draws) + 1e-6);
        }
      }
  });
});

describe('criticalGain', () => {
  it('finds the published critical points', () => {
    // Xiao et al. 2018: tanh, sigma_w^2 = 1.05, sigma_b^2 = 2.01e-5.
    const tanh = criticalGain('tanh', { biasVariance: 2.007e-5 });
    expect(tanh.weight ** 2).toBeCloseTo(1.05, 4);
    expect(tanh.variance).toBeCloseTo(0.0259, 4);
    // Roberts, Yaida, Hanin, section 5.3.4: where both susceptibilities are 1.
    expect(criticalGain('gelu', { biasVariance: 0.17292239 }).weight ** 2).toBeCloseTo(1.98305826, 7);
    // Rounded up: just below its own 0.55514317 the point is not stable any more.
    expect(criticalGain('silu', { biasVariance: 0.5552 }).weight ** 2).toBeCloseTo(1.98800468, 3);
    const zero = { biasVariance: 0 };
    expect(criticalGain('relu', zero)).toMatchObject({ bias: 0, variance: 0 });
    expect(criticalGain('relu', zero).weight).toBeCloseTo(Math.SQRT2, 14);
    expect(criticalGain('leaky-relu', zero).weight ** 2).toBeCloseTo(2 / 1.0001, 10);
    for (const activation of ['linear', 'tanh', 'hard-tanh'] as const)
      expect(criticalGain(activation, zero).weight).toBeCloseTo(1, 10);
  });

  it('is a fixed point that the signal comes to, with chi 1, for any bias variance', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('tanh', 'hard-tanh', 'selu', 'gelu', 'silu'),
        fc.double({ min: 1e-6, max: 2, noNaN: true }),
        (activation, extra) => {
          const biasVariance = extra + { tanh: 0, 'hard-tanh': 0, selu: 0, gelu: 0.175, silu: 0.56 }[activation];
          const critical = criticalGain(activation, { biasVariance });
          const found = meanField(activation, critical);
          expect(found.q / critical.variance).toBeCloseTo(1, 5);
          expect(found.chi).toBeCloseTo(1, 7);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('says which bias variance would do', () => {
    for (const activation of ['linear', 'relu', 'leaky-relu'] as const)
      expect(() => criticalGain(activation, { biasVariance: 1e-3 })).toThrow(code('init.bias-too-large'));
    for (const activation of ['gelu', 'silu'] as const) {
      let nearest = 0;
      try {
        criticalGain(activation, { biasVariance: 0 });
      } catch (error) {
        expect(error).toEqual(code('init.bias-too-small'));
        nearest = (error as { details: { nearest: number } }).details.nearest;
      }
      expect(nearest).toBeCloseTo(activation === 'gelu' ? 0.173 : 0.5552, 4);
      expect(criticalGain(activation, { biasVariance: nearest }).weight).toBeGreaterThan(1.4);
      expect(() => criticalGain(activation, { biasVariance: 0.98 * nearest })).toThrow(code('init.bias-too-small'));
    }
    for (const biasVariance of [-1, NaN, Infinity])
      expect(() => criticalGain('tanh', { biasVariance })).toThrow(code('init.bad-variance'));
  });
});

describe('meanField', () => {
  it('tells order from chaos', () => {
    expect(meanField('relu', { weight: Math.SQRT2, bias: 0 })).toEqual({ q: 1, chi: expect.closeTo(1, 12) as number });
    expect(meanField('tanh', { weight: 0.9, bias: 0 })).toEqual({ q: 0, chi: expect.closeTo(0.81, 6) as number });
    expect(meanField('tanh', { weight: 1.5, bias: 0 }).chi).toBeGreaterThan(1);
    expect(meanField('tanh', { weight: 0.9, bias: 0.5 }).chi).toBeLessThan(1);
    expect(() => meanField('relu', { weight: 1.5, bias: 0 })).toThrow(code('init.no-fixed-point'));
    expect(() => meanField('relu', { weight: 0, bias: 0 })).toThrow(code('init.bad-gain'));
  });

  it('describes a wide sparse network whose fan-in is the kept weights', () => {
    const [width, kept, layers] = [1000, 50, 30];
    const gains = criticalGain('tanh', { biasVariance: 0.05 });
    const rng = Rng.fromSeed(7);
    let values = Float64Array.from({ length: width }, () => rng.normal());
    let variance = 0;
    for (let l = 0; l < layers; l++) {
      const next = new Float64Array(width);
      for (let r = 0; r < width; r++) {
        next[r] = gains.bias * rng.normal();
        for (let k = 0; k < kept; k++)
          next[r] += (gains.weight / Math.sqrt(kept)) * rng.normal() * values[rng.below(width)];
      }
      variance = next.reduce((sum, x) => sum + x * x, 0) / width;
      values = next.map(Math.tanh);
    }
    expect(variance / gains.variance).toBeGreaterThan(0.8);
    expect(variance / gains.variance).toBeLessThan(1.2);
  });
});
