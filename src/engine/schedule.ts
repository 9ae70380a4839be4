/** Steps of a run, and the learning rate by step. */
export interface Schedule {
  name: 'constant' | 'step' | 'cosine' | 'warmup-cosine';
  /** Shares of all steps at which `step` multiplies the rate by `factor`. */
  at: readonly number[];
  factor: number;
  /** Share of all steps over which `warmup-cosine` rises. */
  warmup: number;
}

/**
 * Rate of the update after `done` of `total` are done. `cosine` falls from `base` towards 0 along half a wave;
 * `warmup-cosine` first rises towards `base` by equal steps, the first of them above 0 (Goyal et al. 2017, section 2.2;
 * Loshchilov and Hutter 2017).
 */
export function learningRateAt(schedule: Schedule, base: number, done: number, total: number): number {
  switch (schedule.name) {
    case 'constant':
      return base;
    case 'step':
      return base * schedule.factor ** schedule.at.filter((share) => done >= share * total).length;
    case 'cosine':
      return halfWave(base, done, total);
    case 'warmup-cosine': {
      const rising = Math.max(1, Math.round(schedule.warmup * total));
      return done < rising ? (base * (done + 1)) / rising : halfWave(base, done - rising, total - rising);
    }
  }
}

const halfWave = (base: number, done: number, total: number): number =>
  (base * (1 + Math.cos((Math.PI * done) / total))) / 2;
