/** What a short run came to, by its losses: rules that are the same wherever a prediction is held against a run. */
import { lossLimit } from './watch';

export type Outcome = 'converged' | 'diverged' | 'collapsed' | 'slow';

/** Share of the losses whose mean is that of the end, and how many they are at least, as batches differ. */
const [endShare, endLosses] = [0.1, 5];
/** Over the first loss: a run that ends higher has diverged. Batches of a run that does nothing differ by less. */
const worse = 1.5;
/** Share of the loss of chance, or of the first if that is smaller, that a run gets below when it learns something. */
const learned = 0.9;
/** Share of the loss of chance that a network that says nothing stays near. */
const chanceWidth = 0.02;

export interface Course {
  outcome: Outcome;
  first: number;
  /** Mean over the end; null where a loss was not finite. */
  last: number | null;
  /** Largest loss over the first one. */
  peak: number;
}

/**
 * `losses`: before the first step and after each, up to the first that is not finite.
 *
 * - `diverged`: a loss is not finite, or the end is more than 1.5 times as high as the beginning.
 * - `collapsed`: not diverged, but the end is no better than chance, ln K less 2 %, although a loss was three times the
 *   first, or once below 0.9 ln K: what was there is lost.
 * - `converged`: the end is below 0.9 of the first loss and of ln K.
 * - `slow`: none of these.
 */
export function courseOf(losses: readonly number[], classes: number): Course {
  const chance = Math.log(classes);
  const first = losses[0];
  const peak = losses.reduce((most, loss) => Math.max(most, loss), first) / first;
  if (!losses.every(Number.isFinite)) return { outcome: 'diverged', first, last: null, peak: Infinity };
  const fewest = Math.min(endLosses, Math.ceil(losses.length / 2));
  const end = losses.slice(-Math.max(fewest, Math.round(endShare * losses.length)));
  const last = end.reduce((a, b) => a + b) / end.length;
  const told = (outcome: Outcome): Course => ({ outcome, first, last, peak });
  if (last > worse * first) return told('diverged');
  const knew = Math.min(...losses) < learned * chance;
  if (last >= (1 - chanceWidth) * chance && (peak > lossLimit || knew)) return told('collapsed');
  return told(last < learned * Math.min(first, chance) ? 'converged' : 'slow');
}
