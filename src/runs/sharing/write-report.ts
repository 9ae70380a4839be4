/** `sharing.json`: the static diagnosis of the config of a run that shares weights, as it begins. */
import { writeTextAtomically } from '../../formats/atomic-file';
import type { SharingReport } from '../../protocol/sharing';
import type { RunFolder } from '../folder';
import { encodeNumber } from '../validate';

/** @throws SparseError `file.*` */
export const writeSharingReport = (folder: RunFolder, report: SharingReport): Promise<void> =>
  writeTextAtomically(folder.sharingFile, `${JSON.stringify(report, encodeNumber)}\n`);
