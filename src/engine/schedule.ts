/** Steps of a run, and the learning rate by step. */
export interface Schedule {
  name: 'constant' | 'step' | 'cosine' | 'warmup-cosine';
  /** Shares of all steps at which `step` multiplies the rate by `factor`. */
  at: readonly number[];
  factor: number;
  /** Share of all steps over which `warmup-cosine` rises. */
  warmup: number;
  /**
   * Steps over which the rate rises before any schedule; where there are any `warmup-cosine` has no share of its own.
   */
  warmupSteps: number;
}

/**
 * Rate of the update after `done` of `total` are done. A warm-up rises towards the rate that the schedule begins with
 * by equal steps, the first of them above 0 (Goyal et al. 2017, section 2.2); `cosine` falls from it towards 0 along
 * half a wave over the steps that are left (Loshchilov and Hutter 2017). The moments of `step` are shares of all steps;
 * one within the warm-up lowers its rate too.
 */
export function learningRateAt(schedule: Schedule, base: number, done: number, total: number): number {
  const rising = risingSteps(schedule, total);
  const risen = done < rising ? (done + 1) / rising : 1;
  switch (schedule.name) {
    case 'constant':
      return base * risen;
    case 'step':
      return base * risen * schedule.factor ** schedule.at.filter((share) => done >= share * total).length;
    case 'cosine':
    case 'warmup-cosine':
      return done < rising ? base * risen : halfWave(base, done - rising, total - rising);
  }
}

const risingSteps = ({ name, warmup, warmupSteps }: Schedule, total: number): number =>
  warmupSteps === 0 && name === 'warmup-cosine' ? Math.max(1, Math.round(warmup * total)) : warmupSteps;

const halfWave = (base: number, done: number, total: number): number =>
  (base * (1 + Math.cos((Math.PI * done) / total))) / 2;
