/** Writes the report of a run: into any file, or as `report.html` of its folder. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTextAtomically } from '../../formats/atomic-file';
import { cannotRead, notReplaceable, systemCode } from '../../formats/errors';
import { readText } from '../../formats/text-file';
import { missingStepsText } from '../../protocol/words';
import { reportPageMissing } from '../errors';
import type { RunFolder } from '../folder';
import { gatherReport } from './data';
import { reportPage } from './page';

export interface ReportMaker {
  /** Folder with report.js and report.css: that of the bundles. */
  assets: string;
  /** Version of the Sparsescope that makes the report. */
  version: string;
}

/** Far above what the build makes of either part. */
const maxPartBytes = 16 << 20;

const readPart = (folder: string, name: string): Promise<string> =>
  readText(join(folder, name), maxPartBytes, reportPageMissing).catch(() => {
    throw reportPageMissing(join(folder, name));
  });

/** What every report page runs and looks like. @throws SparseError `runs.report-page-missing` */
export async function readPage(assets: string): Promise<{ script: string; style: string }> {
  const [script, style] = await Promise.all([readPart(assets, 'report.js'), readPart(assets, 'report.css')]);
  return { script, style };
}

/**
 * Writes the report of a run, whole or not at all; not at all when `signal` says so before it is gathered. Answers what
 * is to be said of it, if anything.
 * @throws SparseError `runs.*` (`runs.report-page-missing` when the build is incomplete), `file.*`, `safetensors.*`
 */
export async function writeReport(
  folder: RunFolder,
  file: string,
  { assets, version }: ReportMaker,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const data = await gatherReport(folder, { version, now: new Date() });
  const { script, style } = await readPage(assets);
  signal?.throwIfAborted();
  await writeTextAtomically(file, reportPage(data, script, style));
  return data.missingSteps === undefined ? undefined : missingStepsText(data.missingSteps);
}

const changedAt = async (file: string): Promise<number | undefined> => {
  try {
    return (await lstat(file)).mtimeMs;
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw cannotRead(file, cause);
  }
};

/**
 * The path of the run's own report, which is written first unless it is there and as new as the run.
 * @throws as `writeReport`, and SparseError `file.not-replaceable` when something else has the report's name
 */
export async function freshReport(folder: RunFolder, maker: ReportMaker): Promise<string> {
  const file = folder.reportFile;
  const found = await lstat(file).catch(() => undefined);
  // Through a link in a folder of somebody else's making any file could be overwritten.
  if (found && !found.isFile()) throw notReplaceable(file);
  const changes = await Promise.all([folder.journalFile, folder.recordFile].map(changedAt));
  if (!found || changes.some((change) => change !== undefined && change > found.mtimeMs))
    await writeReport(folder, file, maker);
  return file;
}
