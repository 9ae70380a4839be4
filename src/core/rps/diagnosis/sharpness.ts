/**
 * D9: the sharpness S = lambda_max(D⁻¹ᐟ² RᵀHR D⁻¹ᐟ²), D the scaler, against what the optimizer can bear; and the map
 * over the scale of the memory and the learning rate that follows from one measured S. What is proved and what was only
 * seen are kept apart.
 */
import { fixes, learningRateFix } from './finding';
import type { Finding } from './finding';
import type { Verdict } from '../names';
import { isAdam, isScaled, powerOfScale } from './settings';
import type { SharedRun } from './settings';

type Optimizer = SharedRun['optimizer'];

/**
 * eta S above which steps on a quadratic grow: 2 of gradient descent, 2 (1 + b) of heavy ball (Polyak 1964), 2 (1 +
 * b) / (1 + 2b) of Nesterov's momentum b. The first is proved for any loss whose Hessian stays below S (rps.md 2.2).
 */
export function stableLimit({ momentum: b, nesterov }: Pick<Optimizer, 'momentum' | 'nesterov'>): number {
  if (nesterov) return (2 * (1 + b)) / (1 + 2 * b);
  return 2 * (1 + b);
}

/**
 * eta S below which steps are drawn as proved: 2 / S, that of gradient descent (rps.md 2.2), also where heavy ball
 * bears more on a quadratic. Nesterov's momentum bears less even there.
 */
export const provedLimit = (optimizer: Pick<Optimizer, 'momentum' | 'nesterov'>): number =>
  Math.min(2, stableLimit(optimizer));

/** eta S above which runs failed, seen on small ReLU networks (rps.md 6, D9): an observation, not a theorem. */
export const failureLimit = 10;

export type Zone = 'safe' | 'band' | 'unsafe';

export const zoneOf = (etaS: number, optimizer: Optimizer): Zone => {
  if (etaS <= stableLimit(optimizer)) return 'safe';
  return etaS <= failureLimit ? 'band' : 'unsafe';
};

const verdicts: Record<Zone, Verdict> = { safe: 'ok', band: 'warn', unsafe: 'fail' };

/** S at another scale of the memory: exactly (s0 / s)² times as large without a scaler, the same under `theory`. */
export const sharpnessAt = (run: SharedRun, sharpness: number, s: number): number =>
  run.initStd === undefined ? sharpness : sharpness * (run.initStd / s) ** powerOfScale(run);

/**
 * Between which two numbers the largest eigenvalue over all that is trained lies: `sharpness` of the memory, `rest` of
 * what is not shared, each by itself. It is at least the larger of the two, and at most their sum where both blocks of
 * the Hessian are positive semidefinite, as its Gauss-Newton part is, which has the largest eigenvalues. `rest` does
 * not depend on s.
 */
function boundsAt(run: SharedRun, sharpness: number, s: number, rest: number): Record<'least' | 'most', number> {
  const memory = sharpnessAt(run, sharpness, s);
  return { least: Math.max(memory, rest), most: memory + Math.max(0, rest) };
}

/** What one measurement of the sharpness said. */
interface MeasuredRest {
  /** As of `boundsAt`; default 0. */
  rest?: number | undefined;
  /**
   * false: the iteration was cut off, so that `sharpness` and `rest` are only lower bounds, and nothing is safe by
   * them.
   */
  converged?: boolean | undefined;
}

/** The zone of a point of the map: `safe` by the upper bound, `unsafe` by the lower one. */
export function predict(
  run: SharedRun,
  sharpness: number,
  { initStd, learningRate }: { initStd: number; learningRate: number },
  { rest = 0, converged = true }: MeasuredRest = {},
): Zone {
  const { least, most } = boundsAt(run, sharpness, initStd, rest);
  if (converged && zoneOf(learningRate * most, run.optimizer) === 'safe') return 'safe';
  return zoneOf(learningRate * least, run.optimizer) === 'unsafe' ? 'unsafe' : 'band';
}

/**
 * Learning rates at which eta S is `limit`, by a bound of S, at each scale of the memory; none where S is not positive.
 */
export const boundary = (
  run: SharedRun,
  sharpness: number,
  limit: number,
  initStds: readonly number[],
  { rest, bound }: { rest: number; bound: 'least' | 'most' } = { rest: 0, bound: 'most' },
): { initStd: number; learningRate: number }[] =>
  sharpness > 0
    ? initStds.map((initStd) => ({ initStd, learningRate: limit / boundsAt(run, sharpness, initStd, rest)[bound] }))
    : [];

/** `count` scales of the memory, evenly in their logarithm, from a hundredth to a hundred times `s`. */
export const scalesAround = (s: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => s * 10 ** (-2 + (4 * k) / (count - 1)));

/** Steps of a run are told too short where they may be so many times as long. */
const conservativeLimit = 3;

/** `full`: of the same network without sharing, where it was measured. */
export function diagnoseSharpness(
  run: SharedRun,
  sharpness: number,
  { full, rest = 0, converged = true }: MeasuredRest & { full?: number | undefined } = {},
): Finding[] {
  const { learningRate } = run.optimizer;
  const free = powerOfScale(run) === 0;
  const most = sharpness + Math.max(0, rest);
  const etaS = learningRate * most;
  const facts = { sharpness, ...(rest > 0 && { rest }), ...(!converged && { converged: 0 }) };
  if (isAdam(run) || !(sharpness > 0))
    return [{ id: 'D9', measure: 'sharpness', value: etaS, threshold: null, verdict: 'info', facts }];
  const [limit, proved] = [stableLimit(run.optimizer), provedLimit(run.optimizer)];
  const zone = predict(run, sharpness, { initStd: run.initStd ?? 1, learningRate }, { rest, converged });
  // What is not shared has no scaler.
  const slower = free || learningRate * rest > limit;
  // Of a lower bound no learning rate follows.
  const rate = converged ? { fix: learningRateFix((0.9 * proved) / most) } : {};
  const repair = slower ? rate : { fix: fixes.theory };
  const findings: Finding[] = [
    {
      ...{ id: 'D9', measure: 'sharpness', value: etaS, threshold: limit, verdict: verdicts[zone] },
      facts: { ...facts, failure: failureLimit, proved, largest: proved / most, ...(isScaled(run) && { scaled: 1 }) },
      ...(etaS > limit && repair),
    },
  ];
  const times = full === undefined ? 0 : (full + Math.max(0, rest)) / most;
  // As stable as the full network is with this learning rate, and no longer than what is proved.
  const longer = Math.min(learningRate * times, (0.9 * proved) / most);
  if (converged && free && longer > conservativeLimit * learningRate)
    findings.push({
      ...{ id: 'D9', measure: 'conservative', value: times, threshold: conservativeLimit, verdict: 'info' },
      facts: { learningRate: longer },
      fix: learningRateFix(longer),
    });
  return findings;
}
