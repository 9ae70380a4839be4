/** What the trials of a sweep came to, and the report of it. */
import { lstat } from 'node:fs/promises';
import { notReplaceable } from '../formats/errors';
import type { SweepRecord, SweepState, SweepStop, TrialResult } from '../protocol/sweep';
import { writeSweepReport } from '../runs/report/sweep';
import type { ReportMaker } from '../runs/report/write';
import type { SweepFolder } from '../runs/sweep-folder';
import { groupTrials, trialResult } from '../runs/sweep-results';

/** One after the other: a thousand trials must not be a thousand open files. */
export async function readResults(folder: SweepFolder, { trials }: SweepRecord): Promise<TrialResult[]> {
  const results: TrialResult[] = [];
  for (const trial of trials) results.push(await trialResult(folder.trial(trial.id), trial));
  return results;
}

/** `stopped`: how it was told to end, if it was. */
export const stateOf = (results: readonly TrialResult[], stopped?: SweepStop): SweepState => {
  if (results.every(({ state }) => state === 'completed')) return 'completed';
  const over = results.every(({ state }) => state === 'completed' || state === 'failed');
  return over ? 'failed' : (stopped ?? 'interrupted');
};

/**
 * The path of the report, which is written first unless it is there, as new as the sweep's record, and the sweep over.
 * @throws as `writeSweepReport`, and SparseError `file.not-replaceable`
 */
export async function freshSweepReport(folder: SweepFolder, maker: ReportMaker): Promise<string> {
  const { reportFile, recordFile } = folder;
  const record = await folder.readRecord();
  const found = await lstat(reportFile).catch(() => undefined);
  // Through a link in a folder of somebody else's making any file could be overwritten.
  if (found && !found.isFile()) throw notReplaceable(reportFile);
  const over = record.state === 'completed' || record.state === 'failed';
  if (over && found && found.mtimeMs >= (await lstat(recordFile)).mtimeMs) return reportFile;
  const results = await readResults(folder, record);
  await writeSweepReport(folder, record, results, groupTrials(record.keys, results), maker);
  return reportFile;
}
