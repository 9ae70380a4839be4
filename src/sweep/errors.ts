/** What can go wrong with a trial besides what its engine says. */
import { quote, SparseError } from '../core/errors';

/** Code and sentence of anything that was thrown, as the program that sweeps says it. */
export type Describe = (error: unknown) => { code: string; message: string };

export const engineDiedCode = 'sweep.engine-died';

/** `lines`: the last of what it said. */
export const engineDied = (how: string, lines: readonly string[]): SparseError => {
  const last = lines.at(-1);
  const said = last === undefined ? '' : ` Its last words: ${quote(last.slice(0, 300))}.`;
  return new SparseError(
    engineDiedCode,
    `The process of this trial ended before the trial did (${how}).${said} A trial that needs more memory than there is ends so; ` +
      'run it again with fewer at once (`--jobs`, in the editor the setting `sparsescope.sweepJobs`), or a smaller batch.',
  );
};
