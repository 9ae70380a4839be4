/** What the Runs view says of a run, and what can be done with it. */
import { runContexts } from '../../contributions';
import { isEnded } from '../../protocol/run';
import { stateWords } from '../../protocol/words';
import { share } from '../format';
import type { RunEntry } from '../run-store';
import { words } from '../words';

/** Which actions the run has in the tree. */
export const runContext = ({ record }: RunEntry): (typeof runContexts)[keyof typeof runContexts] => {
  if (!record) return runContexts.unreadable;
  if (!isEnded(record.state)) return runContexts.live;
  return record.state === 'completed' ? runContexts.completed : runContexts.resumable;
};

/** `training · step 412/780 · 0.942 val` */
export const runDescription = ({ record, step, best }: RunEntry): string => {
  if (!record) return words.unreadable();
  const parts = [stateWords[record.state]];
  if (record.state !== 'completed' && step > 0) parts.push(words.step(step, record.totalSteps));
  if (best !== undefined) parts.push(words.validation(share(best)));
  return parts.join(' · ');
};
