/**
 * How far a step moves shared weights, told before any weight is there. W = R psi, so a step of psi is one of R Rᵀ
 * dL/dW: on average the mean of Gamma, the diagonal of RᵀR, times as long as that of the dense network (rps.md 2.1;
 * derived there).
 */
import type { PredictedSteps } from './sharing-errors';
import type { SharingPlan } from './sharing-plan';
import type { Config, SharingConfig } from './types';

/**
 * Learning rates beyond which no network of ours was seen to train, or to get anywhere: measured, not proved. Adam's
 * steps are as long as its rate.
 */
const usual = { sgd: { most: 1, least: 1e-3 }, adam: { most: 0.1, least: 1e-5 } } as const;

/** Differences from the dense network that are not worth a word. */
const tolerance = 10;

/** By which power of lambda steps are too long, and what the sharers of a location add to it. */
function timesOf(scaler: SharingConfig['scaler'], adaptive: boolean, initStd: number, plan: SharingPlan): number {
  const { neutral, n, m } = plan;
  const sharers = n / m;
  // The root mean square of lambda over the weights.
  const lambda = neutral / initStd / Math.sqrt(sharers);
  if (adaptive) return scaler === 'theory' ? 1 : lambda;
  switch (scaler) {
    case 'none':
      return sharers * lambda ** 2;
    case 'v2':
      return lambda;
    case 'v3':
      return sharers * lambda;
    case 'v4':
      return Math.sqrt(sharers) * lambda;
    case 'v1':
    case 'theory':
      return 1;
  }
}

/** What the scale of the memory makes of the learning rate; nothing where it has none. */
export function predictedSteps({ sharing, train }: Config, plan: SharingPlan): PredictedSteps | undefined {
  if (sharing?.initStd === undefined) return undefined;
  const { name, learningRate } = train.optimizer;
  const adaptive = name !== 'sgd';
  const neutral = adaptive ? plan.neutral / Math.sqrt(plan.n / plan.m) : plan.neutral;
  const times = timesOf(sharing.scaler, adaptive, sharing.initStd, plan);
  return { times, learningRate, neutral, rule: adaptive ? 'D11' : 'D3' };
}

/** Whether a training with such steps is predicted to fail, and how. */
export function outcomeOf(
  { times, learningRate }: PredictedSteps,
  { train }: Config,
): 'diverges' | 'stands' | undefined {
  const { most, least } = usual[train.optimizer.name === 'sgd' ? 'sgd' : 'adam'];
  const effective = learningRate * times;
  if (times > tolerance && effective > most) return 'diverges';
  return times < 1 / tolerance && effective < least ? 'stands' : undefined;
}
