import * as errors from './errors';

export interface GradualSchedule {
  /** First step at which weights are pruned. */
  begin: number;
  /** Step from which on the final density holds. */
  end: number;
  /** Steps between two prunings; default 1. */
  every?: number;
  /** Default 1. */
  initialDensity?: number;
  finalDensity: number;
}

/**
 * Gradual magnitude pruning (Zhu and Gupta, "To prune, or not to prune", 2017, eq. 1), in densities: at t = begin +
 * k * every, d_t = d_f + (d_i - d_f) (1 - (t - begin) / (end - begin))^3; between two prunings it stays. The last one
 * is at `end` whether `every` divides or not. `step`: a number of training steps, from 0. Throws `prune.bad-schedule`.
 */
export function densityAt(step: number, schedule: GradualSchedule): number {
  const { begin, end, every = 1, initialDensity = 1, finalDensity } = schedule;
  if (![begin, end, every].every(Number.isSafeInteger) || begin < 0 || begin >= end || every < 1)
    throw errors.badSchedule(`begin ${begin}, end ${end}, every ${every}`);
  if (!(finalDensity > 0 && finalDensity <= initialDensity && initialDensity <= 1))
    throw errors.badSchedule(`density ${initialDensity} to ${finalDensity}`);
  if (!(step >= 0)) throw errors.badSchedule(`step ${step}`);
  if (step < begin) return initialDensity;
  if (step >= end) return finalDensity;
  const pruned = Math.floor((step - begin) / every) * every;
  return finalDensity + (initialDensity - finalDensity) * (1 - pruned / (end - begin)) ** 3;
}

/** Whether the schedule prunes at this step: from `begin` on every `every` steps, and at `end`. */
export const prunesAt = (step: number, { begin, end, every = 1 }: GradualSchedule): boolean =>
  step === end || (step >= begin && step < end && (step - begin) % every === 0);
