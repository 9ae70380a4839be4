/** Reports as this program makes them. */
import { version } from '../engine/version';
import type { RunFolder } from '../runs/folder';
import { writeReport as write } from '../runs/report/write';

/** Writes the report of a run. @throws as `write` of src/runs/report */
export const writeReport = (folder: RunFolder, file: string, signal?: AbortSignal): Promise<void> =>
  write(folder, file, { assets: __dirname, version }, signal);
