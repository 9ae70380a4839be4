/** The report of a sweep: one page, and a table of its trials for other programs. */
import { figureText } from '../../core/figure';
import { valueText } from '../../core/plain-value';
import { writeTextAtomically } from '../../formats/atomic-file';
import { figures, sweepReportVersion } from '../../protocol/sweep';
import type { SweepRecord, SweepReportData, TrialGroup, TrialResult } from '../../protocol/sweep';
import { groupSize } from '../../protocol/words';
import { withoutTrials } from '../sweep-folder';
import type { SweepFolder } from '../sweep-folder';
import { groupTrials, trialResult } from '../sweep-results';
import { page } from './page';
import { readPage } from './write';
import type { ReportMaker } from './write';

/** Quoted where it has to be (RFC 4180). */
const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A line for each trial: what was varied, how it went, its figures in the units of `TrialFigures`. */
export function trialsCsv(keys: readonly string[], trials: readonly TrialResult[]): string {
  const heading = ['trial', ...keys, 'state', 'outcome', ...figures, 'error', 'message', 'warnings'];
  const rows = trials.map((trial) => [
    trial.id,
    ...trial.values.map(valueText),
    trial.state,
    trial.outcome ?? '',
    ...figures.map((figure) => String(trial[figure] ?? '')),
    trial.error?.code ?? '',
    trial.error?.message ?? '',
    (trial.warnings ?? []).map(({ message }) => message).join(' '),
  ]);
  return [heading, ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
}

interface Groups {
  keys: string[];
  groups: TrialGroup[];
}

/**
 * Writes `report.html` and `trials.csv` into the folder of the sweep.
 * @throws SparseError `runs.report-page-missing`, `file.*`
 */
export async function writeSweepReport(
  folder: SweepFolder,
  record: SweepRecord,
  results: TrialResult[],
  groups: Groups,
  maker: ReportMaker,
): Promise<void> {
  await writeTextAtomically(folder.tableFile, trialsCsv(record.keys, results));
  await writeSweepPage(folder.reportFile, { folder, record, results, groups }, maker);
}

/**
 * Writes the report of a sweep as it stands, whole or not at all; not at all when `signal` says so before its trials
 * are read.
 * @throws SparseError `runs.*`, `file.*`
 */
export async function writeSweepAgain(
  folder: SweepFolder,
  file: string,
  maker: ReportMaker,
  signal?: AbortSignal,
): Promise<void> {
  const record = await folder.readRecord();
  const results: TrialResult[] = [];
  for (const trial of record.trials) {
    signal?.throwIfAborted();
    results.push(await trialResult(folder.trial(trial.id), trial));
  }
  await writeSweepPage(file, { folder, record, results, groups: groupTrials(record.keys, results) }, maker);
}

async function writeSweepPage(
  file: string,
  of: { folder: SweepFolder; record: SweepRecord; results: TrialResult[]; groups: Groups },
  { assets, version }: ReportMaker,
): Promise<void> {
  const { folder, record, results, groups } = of;
  const data: SweepReportData = {
    version: sweepReportVersion,
    generatedAt: new Date().toISOString(),
    sparsescope: version,
    record: withoutTrials(record),
    id: folder.id,
    config: await folder.readConfig(record),
    trials: results,
    ...groups,
  };
  const rows = groups.groups.map((group) => [
    ...group.values.map(valueText),
    String(groupSize(group)),
    ...[group.spread.accuracy, group.spread.loss].map((found) => (found ? figureText(found.mean, 3) : '')),
  ]);
  const table = { head: [...groups.keys, 'n', 'validation accuracy', 'validation loss'], rows };
  const parts = await readPage(assets);
  await writeTextAtomically(file, page({ title: folder.id, kind: 'sweep', data, table }, parts));
}
