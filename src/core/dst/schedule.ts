import * as errors from './errors';

/** How the share of weights that is dropped changes: words of the config. */
export type DropSchedule = 'constant' | 'cosine' | 'inverse-power';

/** The power of the inverse-power schedule: that of gradual pruning (Zhu and Gupta 2017, eq. 1). */
const power = 3;

/**
 * Share of a layer's kept weights to drop at `step` of `end`, from `first` on: constant; first/2 (1 + cos(pi step/end))
 * (Evci et al., "Rigging the Lottery", 2020, section 3; eoi.md 3.4); first (1 - step/end)^3. After `end` nothing is
 * dropped. Throws `dst.bad-fraction`, `dst.bad-schedule`.
 */
export function dropFractionAt(schedule: DropSchedule, first: number, step: number, end: number): number {
  if (!(first >= 0 && first <= 1)) throw errors.badFraction(first);
  if (!Number.isInteger(step) || step < 0 || !Number.isInteger(end) || end < 1) throw errors.badSchedule(step, end);
  if (step > end) return 0;
  const share = step / end;
  switch (schedule) {
    case 'constant':
      return first;
    case 'cosine':
      return (first / 2) * (1 + Math.cos(Math.PI * share));
    case 'inverse-power':
      return first * (1 - share) ** power;
  }
}
