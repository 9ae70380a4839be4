/** The linear model of rps.md 3, drawn: a memory of m numbers for n weights, four ways. */
import type { Rng } from '../../rng';
import { locationsOf, signsOf } from '../mapping';
import { sharingOf } from '../sharing';
import * as errors from './errors';

/** `count-sketch`: each weight by itself, as HashedNet; `fold`: as STABLE-RPS; pruning keeps m of the n weights. */
export const estimators = ['count-sketch', 'fold', 'random-pruning', 'magnitude'] as const;
export type Estimator = (typeof estimators)[number];

/** R: weight i is sign[i] times number location[i] of the memory; -1: it is pruned. */
export interface Placement {
  location: Int32Array;
  sign: Int8Array;
}

export interface LinearModel {
  /** Weights. */
  n: number;
  /** Numbers kept. */
  m: number;
  estimator: Estimator;
}

/** The most weights of an experiment: of the learned memory it orthogonalises a matrix of that side in each trial. */
const mostWeights = 4096;

/** Throws `rps.bad-experiment`. */
export function checkModel({ n, m }: Pick<LinearModel, 'n' | 'm'>): void {
  const whole = Number.isInteger(n) && Number.isInteger(m);
  if (!whole || n < 2 || n > mostWeights || m < 1 || m > n) throw errors.badModel(n, m, mostWeights);
}

/** By the mappings of the library, so that what is compared with the formulas is what runs train with. */
export function place({ n, m, estimator }: LinearModel, theta: Float64Array, rng: Rng): Placement {
  const location = new Int32Array(n);
  const sign = new Int8Array(n).fill(1);
  if (estimator === 'count-sketch' || estimator === 'fold') {
    const spec = { kind: estimator === 'fold' ? 'fold' : 'random', seed: rng.uint32() } as const;
    const sharing = sharingOf([{ name: 'theta', rows: 1, columns: n, deviation: 1 }], {
      ...{ compression: n / m, spec },
      scope: 'global',
    });
    locationsOf(sharing, 0, 0, n, location);
    signsOf(sharing, 0, 0, n, sign);
    return { location, sign };
  }
  const order = Uint32Array.from(theta, (_, i) => i);
  if (estimator === 'magnitude') order.sort((a, b) => Math.abs(theta[b]) - Math.abs(theta[a]));
  else rng.shuffle(order);
  order.forEach((i, k) => (location[i] = k < m ? k : -1));
  return { location, sign };
}
