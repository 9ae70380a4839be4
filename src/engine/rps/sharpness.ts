/**
 * The sharpness of a config that shares weights, by power iteration on products with the Hessian, and what it predicts.
 */
import { largestEigenvalueInParts } from '../../core/linalg/power-iteration';
import type { Eigenpair } from '../../core/linalg/power-iteration';
import type { Parts } from '../../core/parts';
import type { Finding } from '../../core/rps/diagnosis/finding';
import { isAdam, powerOfScale } from '../../core/rps/diagnosis/settings';
import type { SharedRun } from '../../core/rps/diagnosis/settings';
import {
  boundary,
  diagnoseSharpness,
  failureLimit,
  predict,
  provedLimit,
  scalesAround,
  stableLimit,
} from '../../core/rps/diagnosis/sharpness';
import type { CallContext } from '../../protocol/rpc';
import type { SharingReport, SharingTest } from '../../protocol/sharing';
import type { SharedLoss } from './shared-loss';
import { measuring } from './words';

type Vector = Float64Array<ArrayBuffer>;
type Sharpness = NonNullable<SharingReport['sharpness']>;

/** Residual over value: what is left of the error of the value is about its square. */
const tolerance = 1e-2;
/** Products of one iteration at most. */
const mostProducts = 60;
/** Of the vector it starts from. */
const seed = 1;

/** Points of a boundary of the map. */
const boundaryPoints = 33;
/** The middle of the map where the config has no scale of the memory: the default of the public code. */
const usualInitStd = 0.04;

/** `done` and `total` of one of several iterations. */
type Tell = (products: number) => void;

function* eigenpair(size: number, times: (vector: Vector) => Parts<Vector>, tell: Tell): Parts<Eigenpair> {
  let products = 0;
  const counted = (vector: Vector): Parts<Vector> => {
    tell(products++);
    return times(vector);
  };
  return yield* largestEigenvalueInParts(size, counted, { seed, tolerance, iterations: mostProducts });
}

/** What a level adds to the report. */
export interface Measured {
  report: Partial<SharingReport>;
  findings: Finding[];
}

/**
 * Largest eigenvalues of the Hessian by the memory, under its scaler, and by what is not shared; 0 where all is shared.
 */
export interface MeasuredSharpness {
  memory: Eigenpair;
  rest: number;
  /** Whether all of them were found; otherwise they are lower bounds. */
  converged: boolean;
}

export function* measureSharpness(
  loss: SharedLoss,
  { progress }: Pick<CallContext, 'progress'>,
): Parts<MeasuredSharpness> {
  const rests = loss.sizeOf(loss.rest);
  const tell =
    (message: string): Tell =>
    (done) =>
      progress({ done, total: mostProducts, message });
  const memory = yield* eigenpair(loss.size, (v) => loss.productOfMemory(v), tell(measuring.sharpness));
  if (rests === 0) return { memory, rest: 0, converged: memory.converged };
  const rest = yield* eigenpair(rests, (v) => loss.productOf(loss.rest, v), tell(measuring.rest));
  return { memory, rest: Math.max(0, rest.value), converged: memory.converged && rest.converged };
}

/** `full`: only where it may say that the learning rate is needlessly small. */
function* fullSharpness(loss: SharedLoss, { progress }: Pick<CallContext, 'progress'>): Parts<number> {
  const { shared } = loss;
  const tell: Tell = (done) => progress({ done, total: mostProducts, message: measuring.full });
  return (yield* eigenpair(loss.sizeOf(shared), (v) => loss.productOf(shared, v), tell)).value;
}

export function* sharpnessPart(loss: SharedLoss, context: Pick<CallContext, 'progress'>): Parts<Measured> {
  const { run } = loss;
  const { memory, rest, converged } = yield* measureSharpness(loss, context);
  const { value, residual, iterations } = memory;
  const limit = stableLimit(run.optimizer);
  const flat = run.optimizer.learningRate * (value + rest) < limit;
  const asks = converged && powerOfScale(run) === 0 && !isAdam(run) && value > 0 && flat;
  const full = asks ? yield* fullSharpness(loss, context) : undefined;
  const findings = diagnoseSharpness(run, value, { full, rest, converged });
  const sharpness: Sharpness = {
    ...{ value, residual: residual / Math.abs(value), iterations },
    ...(rest > 0 && { rest }),
    ...(!converged && { converged }),
    etaS: run.optimizer.learningRate * (value + rest),
    ...{ threshold: limit, verdict: findings[0].verdict },
    ...(full !== undefined && { full }),
    boundaries: boundariesOf(run, { value, rest, converged }),
  };
  return { findings, report: { sharpness } };
}

/** None where the loss does not curve upwards, or where nothing is known of the optimizer. */
export function boundariesOf(
  run: SharedRun,
  { value, rest, converged }: { value: number; rest: number; converged: boolean },
): Sharpness['boundaries'] {
  if (!(value > 0) || isAdam(run)) return { proved: [], empirical: [] };
  const [limit, proved] = [stableLimit(run.optimizer), provedLimit(run.optimizer)];
  const scales = scalesAround(run.initStd ?? usualInitStd, boundaryPoints);
  return {
    // Nothing is proved by a lower bound.
    proved: converged ? boundary(run, value, proved, scales, { rest, bound: 'most' }) : [],
    ...(converged && limit > proved && { heavyBall: boundary(run, value, limit, scales, { rest, bound: 'most' }) }),
    empirical: boundary(run, value, failureLimit, scales, { rest, bound: 'least' }),
  };
}

/** What one measurement says of a point. Of Adam nothing is known. */
export const predictedAt = (
  run: SharedRun,
  { value, ...measured }: NonNullable<SharingTest['sharpness']>,
  point: { initStd: number; learningRate: number },
): 'safe' | 'band' | 'unsafe' => (isAdam(run) ? 'band' : predict(run, value, point, measured));
