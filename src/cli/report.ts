/** Reports as this program makes them. */
import { version } from '../engine/version';
import type { RunFolder } from '../runs/folder';
import type { ReportMaker } from '../runs/report/write';
import { writeReport as write } from '../runs/report/write';

export const reportMaker: ReportMaker = { assets: __dirname, version };

/** Writes the report of a run. @throws as `write` of src/runs/report */
export const writeReport = (folder: RunFolder, file: string, signal?: AbortSignal): Promise<string | undefined> =>
  write(folder, file, reportMaker, signal);
