/** Steps of a run, and the learning rate by step. */
export interface Schedule {
  name: 'constant' | 'step' | 'cosine';
  /** Shares of all steps at which `step` multiplies the rate by `factor`. */
  at: readonly number[];
  factor: number;
}

/** Rate of the update after `done` of `total` are done. `cosine` falls from `base` towards 0 along half a wave. */
export function learningRateAt(schedule: Schedule, base: number, done: number, total: number): number {
  switch (schedule.name) {
    case 'constant':
      return base;
    case 'step':
      return base * schedule.factor ** schedule.at.filter((share) => done >= share * total).length;
    case 'cosine':
      return (base * (1 + Math.cos((Math.PI * done) / total))) / 2;
  }
}
