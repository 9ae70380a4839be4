/** Who ends what runs: a person, or the process that it is in. */
import type { SweepStop } from '../protocol/sweep';

/** Reason of a signal that no person gave: the process must end. */
export const interruption = Symbol('the process ends');

/** What a run or a sweep then is that was ended by the signal; without one nobody cancelled what is ended. */
export const stopOf = ({ aborted, reason }: AbortSignal): SweepStop =>
  aborted && reason !== interruption ? 'cancelled' : 'interrupted';
