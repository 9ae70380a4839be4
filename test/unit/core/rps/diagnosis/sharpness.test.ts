import { describe, expect, it } from 'vitest';
import {
  boundary,
  diagnoseSharpness,
  failureLimit,
  predict,
  provedLimit,
  scalesAround,
  sharpnessAt,
  stableLimit,
  zoneOf,
} from '../../../../../src/core/rps/diagnosis/sharpness';
import type { Finding } from '../../../../../src/core/rps/diagnosis/finding';
import type { SharedRun } from '../../../../../src/core/rps/diagnosis/settings';
import { spreadOut } from '../../../../../src/core/rps/location-values';
import { gammaOf } from '../../../../../src/core/rps/location-sums';
import type { ScalerName } from '../../../../../src/core/rps/names';
import { expand, gather } from '../../../../../src/core/rps/recover';
import { scalerOf } from '../../../../../src/core/rps/scales';
import { dot, normals } from '../layers';
import { named, runOf } from './runs';

const directions = [90, 91, 92].map((seed) => normals(runOf().sharing.n, seed));

/** H of the weights: diagonal and a few directions that couple all of them. Its largest eigenvalue is `beta`. */
const couple = (x: Float64Array): Float64Array => {
  const out = x.map((value, i) => (1 + (i % 7)) * value);
  for (const u of directions) {
    const share = dot(u, x) / 40;
    out.forEach((value, i) => (out[i] = value + share * u[i]));
  }
  return out;
};

const largestEigenvalue = (apply: (x: Float64Array) => Float64Array, size: number): number => {
  let x: Float64Array = Float64Array.from(normals(size, 5));
  let value = 0;
  for (let k = 0; k < 400; k++) {
    const norm = Math.sqrt(dot(x, x));
    x = x.map((entry) => entry / norm);
    const y = apply(x);
    value = dot(x, y);
    x = y;
  }
  return value;
};

/** H psi = D^(-1/2) Rᵀ H R D^(-1/2). */
function inMemory({ sharing, scales, scaler }: SharedRun): (x: Float64Array) => Float64Array {
  const root = scales.normalised
    ? new Float64Array(sharing.m).fill(1)
    : spreadOut(scalerOf(scaler, sharing, scales.lambda), sharing.m).map(Math.sqrt);
  return (x) => {
    const weights = expand(
      sharing,
      scales,
      x.map((value, j) => value / root[j]),
    );
    const moved = couple(Float64Array.from(weights.flatMap((layer) => [...layer])));
    const out = new Float64Array(sharing.m);
    sharing.layers.forEach(({ offset, weights: size }, l) =>
      gather(sharing, scales, l, moved.subarray(offset, offset + size), out),
    );
    return out.map((value, j) => value / root[j]);
  };
}

const sharpness = (run: SharedRun): number => largestEigenvalue(inMemory(run), run.sharing.m);
const beta = largestEigenvalue(couple, runOf().sharing.n);

describe('S', () => {
  it.each<[ScalerName, number]>([
    ['none', 2],
    ['v1', 0],
    ['v2', 1],
    ['v3', 1],
    ['v4', 1],
    ['theory', 0],
  ])('under %s goes as s^-%d, so that one measurement says all', (scaler, power) => {
    const run = runOf({ scaler, initStd: 0.2 });
    const measured = sharpness(run);
    for (const s of [0.01, 0.2, 5]) {
      const other = sharpness(runOf({ scaler, initStd: s }));
      expect(other / sharpnessAt(run, measured, s)).toBeCloseTo(1, 4);
      expect(other / (measured * (0.2 / s) ** power)).toBeCloseTo(1, 4);
    }
  });

  it.each([1, 4, 30])(
    'is at most beta times the largest Gamma; under theory at most beta, compression %d',
    (compression) => {
      const run = runOf({ compression });
      expect(sharpness(run)).toBeLessThanOrEqual(beta * Math.max(...gammaOf(run.sharing, run.scales.lambda)));
      for (const stable of [runOf({ compression, scaler: 'theory' }), runOf({ compression, normalised: true })])
        expect(sharpness(stable)).toBeLessThanOrEqual(beta * (1 + 1e-6));
    },
  );

  it('the normalised form has that of theory', () => {
    expect(sharpness(runOf({ normalised: true })) / sharpness(runOf({ scaler: 'theory' }))).toBeCloseTo(1, 5);
  });
});

describe('the limit', () => {
  const steps = (etaS: number, momentum: number, nesterov: boolean): number => {
    let [x, v] = [1, 0];
    for (let k = 0; k < 4000; k++) {
      const slope = x;
      v = momentum * v + slope;
      x -= etaS * (nesterov ? slope + momentum * v : v);
      if (!(Math.abs(x) < 1e12)) break;
    }
    return Math.abs(x);
  };

  it.each([
    [0, false],
    [0.5, false],
    [0.9, false],
    [0.5, true],
    [0.9, true],
  ])('momentum %d, nesterov %s: a quadratic falls below it and grows above', (momentum, nesterov) => {
    const limit = stableLimit({ momentum, nesterov });
    expect(steps(0.97 * limit, momentum, nesterov)).toBeLessThan(1e-3);
    expect(steps(1.03 * limit, momentum, nesterov)).toBeGreaterThan(1e3);
  });
});

describe('D9', () => {
  const at = (learningRate: number, change: Partial<SharedRun> = {}): SharedRun =>
    runOf({ initStd: 0.1, ...change, optimizer: { name: 'sgd', learningRate, momentum: 0, nesterov: false } });

  it.each([
    [0.19, 'ok', 'safe'],
    [0.21, 'warn', 'band'],
    [0.99, 'warn', 'band'],
    [1.01, 'fail', 'unsafe'],
  ] as const)('learning rate %d at S = 10: %s', (learningRate, verdict, zone) => {
    const run = at(learningRate);
    const finding = named(diagnoseSharpness(run, 10), 'sharpness');
    expect(finding).toMatchObject({ value: 10 * learningRate, threshold: 2, verdict });
    expect(finding.fix?.kind).toBe(verdict === 'ok' ? undefined : 'theory');
    expect(predict(run, 10, { initStd: 0.1, learningRate })).toBe(zone);
    // A scale three times as large: a ninth of S.
    expect(predict(run, 10, { initStd: 0.3, learningRate })).toBe(zoneOf((10 / 9) * learningRate, run.optimizer));
  });

  it('under theory the only way is a smaller learning rate, and it is safe', () => {
    const run = at(0.5, { scaler: 'theory' });
    const { fix } = named(diagnoseSharpness(run, 10), 'sharpness');
    expect(fix).toMatchObject({
      kind: 'learning-rate',
      edits: [{ path: 'train.optimizer.learningRate', value: 0.18 }],
    });
    expect(predict(run, 10, { initStd: 7, learningRate: 0.18 })).toBe('safe');
  });

  it('the curves lie where a prediction changes', () => {
    for (const scaler of ['none', 'v4', 'theory'] as const) {
      const run = at(0.1, { scaler });
      const scales = scalesAround(0.1, 9);
      expect(scales.map((s) => Number(s.toPrecision(6)))).toEqual(
        [-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1].map((power) => Number((10 ** power).toPrecision(6))),
      );
      for (const [limit, below, above] of [
        [stableLimit(run.optimizer), 'safe', 'band'],
        [failureLimit, 'band', 'unsafe'],
      ] as const)
        for (const { initStd, learningRate } of boundary(run, 10, limit, scales)) {
          expect(predict(run, 10, { initStd, learningRate: 0.999 * learningRate })).toBe(below);
          expect(predict(run, 10, { initStd, learningRate: 1.001 * learningRate })).toBe(above);
        }
    }
  });

  it('says by how much a learning rate may be longer where sharing made the loss flat', () => {
    const run = at(0.1, { scaler: 'theory' });
    const longer = (sharpness: number, full: number): unknown =>
      named(diagnoseSharpness(run, sharpness, { full }), 'conservative').fix!.edits[0].value;
    expect(named(diagnoseSharpness(run, 0.1, { full: 1 }), 'conservative')).toMatchObject({
      value: 10,
      verdict: 'info',
    });
    expect(longer(0.1, 1)).toBe(1);
    // No longer than nine tenths of what is proved, however sharp the full network is.
    expect(longer(0.5, 20)).toBe(3.6);
    expect(zoneOf(3.6 * 0.5, run.optimizer)).toBe('safe');
    // Nothing to gain: at most three times, or already at the limit; and no advice to who has s to choose.
    for (const [other, sharpness, full] of [
      [run, 1, 3],
      [run, 7, 100],
      [at(0.1), 0.5, 20],
    ] as const)
      expect(diagnoseSharpness(other, sharpness, { full })).toHaveLength(1);
  });

  it('never calls safe what is known as a lower bound only', () => {
    for (const learningRate of [1e-6, 0.19, 0.99]) {
      const run = at(learningRate);
      expect(predict(run, 10, { initStd: 0.1, learningRate }, { converged: false })).toBe('band');
      const finding = named(diagnoseSharpness(run, 10, { converged: false }), 'sharpness');
      expect(finding).toMatchObject({ verdict: 'warn', facts: { converged: 0 } });
    }
    // What fails by a lower bound fails.
    expect(predict(at(1.01), 10, { initStd: 0.1, learningRate: 1.01 }, { converged: false })).toBe('unsafe');
    const steady = at(0.1, { scaler: 'theory' });
    expect(diagnoseSharpness(steady, 0.1, { full: 1, converged: false })).toHaveLength(1);
    // And no learning rate follows from it, however small: where there is a scaler to be had, that is the way.
    const cut = (run: SharedRun): Finding => named(diagnoseSharpness(run, 100, { converged: false }), 'sharpness');
    expect(cut(steady)).not.toHaveProperty('fix');
    expect(cut(at(0.1)).fix?.kind).toBe('theory');
  });

  it('proves 2 / S, whatever the momentum; of Nesterov the less that holds on a quadratic', () => {
    expect(provedLimit({ momentum: 0, nesterov: false })).toBe(2);
    expect(provedLimit({ momentum: 0.9, nesterov: false })).toBe(2);
    expect(provedLimit({ momentum: 0.9, nesterov: true })).toBe(stableLimit({ momentum: 0.9, nesterov: true }));
    const run = runOf({ optimizer: { name: 'sgd', learningRate: 0.3, momentum: 0.9, nesterov: false } });
    const [finding] = diagnoseSharpness(run, 10);
    expect(finding).toMatchObject({ value: 3, threshold: 3.8, verdict: 'ok', facts: { proved: 2, largest: 0.2 } });
  });

  it('has no limit for Adam, and none where the Hessian has no positive eigenvalue', () => {
    const adam = runOf({ optimizer: { name: 'adam', learningRate: 1, momentum: 0, nesterov: false } });
    expect(diagnoseSharpness(adam, 100)).toMatchObject([{ verdict: 'info', threshold: null }]);
    expect(boundary(at(1), -1, 2, [0.1])).toEqual([]);
    expect(diagnoseSharpness(at(1), -1)).toMatchObject([{ verdict: 'info', threshold: null }]);
  });
});

describe('with what is not shared', () => {
  const run = runOf({ initStd: 0.1, optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false } });
  const [shared, rest] = [30, 20];
  const size = shared + rest;
  const directions = Array.from({ length: 8 }, (_, k) => normals(size, 40 + k));
  /** A positive semidefinite Hessian of both; memory coordinates go as 1 / s. */
  const sharpnessAtScale = (s: number, keep: (i: number) => boolean): number => {
    const factor = (i: number): number => (keep(i) ? (i < shared ? 0.1 / s : 1) : 0);
    return largestEigenvalue((x) => {
      const out = new Float64Array(size);
      for (const u of directions) {
        let along = 0;
        for (let i = 0; i < size; i++) along += u[i] * factor(i) * x[i];
        for (let i = 0; i < size; i++) out[i] += along * u[i] * factor(i);
      }
      return out;
    }, size);
  };
  const memory = sharpnessAtScale(0.1, (i) => i < shared);
  const others = sharpnessAtScale(0.1, (i) => i >= shared);

  it('two numbers of one scale say at every scale what the whole may be', () => {
    const seen = new Set<string>();
    for (const s of [0.01, 0.05, 0.1, 0.2, 1, 10]) {
      const whole = sharpnessAtScale(s, () => true);
      for (const etaS of [0.3, 1.2, 1.9, 2.1, 4, 9, 11, 25, 200]) {
        const learningRate = etaS / whole;
        const zone = predict(run, memory, { initStd: s, learningRate }, { rest: others });
        seen.add(zone);
        if (etaS > 2) expect(zone).not.toBe('safe');
        if (etaS <= 10) expect(zone).not.toBe('unsafe');
        // The bounds are at most twice apart.
        if (etaS <= 1) expect(zone).toBe('safe');
        if (etaS > 20) expect(zone).toBe('unsafe');
      }
    }
    expect(seen.size).toBe(3);
  });

  it('a scaler does not help where the rest is too sharp by itself', () => {
    const fast = { ...run, optimizer: { ...run.optimizer, learningRate: 1 } };
    expect(named(diagnoseSharpness(fast, 9, { rest: 0.5 }), 'sharpness').fix?.kind).toBe('theory');
    expect(named(diagnoseSharpness(fast, 9, { rest: 3 }), 'sharpness').fix?.kind).toBe('learning-rate');
  });
});
