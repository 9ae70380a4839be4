/**
 * D10, what is looked at now and then: activations that are zero, and running variances of batch norms (rps.md 6). A
 * network whose weights are shared dies by one or the other without a loss that tells: the thresholds are derived here.
 */
import type { Finding } from './finding';

export interface Insides {
  /** Of each layer with an activation, in order: the share of its activations that are exactly 0. */
  zeros: readonly { layer: string; share: number }[];
  /** Of each batch norm, in order, over its channels. */
  variances: readonly NormVariance[];
}

interface NormVariance {
  /** Name of the norm. */
  layer: string;
  /** The largest running variance; no finite number where any is none. */
  running: number;
  /** The largest variance of this batch. */
  batch: number;
}

/**
 * Share of zeros above which a layer is dead. Of a ReLU layer half are zero at first. Trained layers stay below: in
 * transformers 3 % are not zero on average (Li et al., 'The lazy neuron phenomenon', 2023). Above 99 % less than one
 * gradient in a hundred comes back through the layer.
 */
const zeroLimit = 0.99;

/**
 * Running variance over that of the beginning. What a batch norm follows does not care for the norm of its weights, and
 * a step turns them by eta / |w|^2 (van Laarhoven, 'L2 regularization versus batch and weight normalization', 2017):
 * where weights have made the variance ten thousand times larger, a learning rate does a ten-thousandth of what it did.
 */
const varianceLimit = 1e4;

/** What a batch norm adds to a variance: below it none is told from another. */
const leastVariance = 1e-5;

/** What looks go by, to go on with another time. */
export interface FirstLook {
  step: number;
  /** Of each batch norm: the larger of the batch's variance and the running one, which begins at 1. */
  variances: readonly number[];
}

/** Of a first look. */
export const firstLook = (step: number, { variances }: Insides): FirstLook => ({
  step,
  variances: variances.map(({ running, batch }) => Math.max(running, batch, leastVariance)),
});

/** What is wrong at a look. `before`: step of the last, where this one is not the first. */
export function judgeInsides(
  step: number,
  { zeros, variances }: Insides,
  first: FirstLook,
  before?: number,
): Finding[] {
  const at = { id: 'D10', step, facts: { first: first.step, ...(before !== undefined && { before }) } } as const;
  const found: Finding[] = [];
  const dead = zeros.find(({ share }) => share > zeroLimit);
  if (dead)
    found.push({
      ...at,
      ...{ measure: 'zero-activations', layer: dead.layer, value: dead.share, threshold: zeroLimit, verdict: 'warn' },
    });
  const lost = variances.find(({ running }) => !Number.isFinite(running));
  let most = { layer: '', growth: 0 };
  variances.forEach(({ layer, running }, k) => {
    const growth = running / first.variances[k];
    if (growth > most.growth) most = { layer, growth };
  });
  if (lost)
    found.push({
      ...at,
      ...{ measure: 'running-variance', layer: lost.layer, value: null, threshold: varianceLimit, verdict: 'fail' },
    });
  else if (most.growth > varianceLimit)
    found.push({
      ...{ ...at, measure: 'running-variance', layer: most.layer },
      ...{ value: most.growth, threshold: varianceLimit, verdict: 'warn' },
    });
  return found;
}
