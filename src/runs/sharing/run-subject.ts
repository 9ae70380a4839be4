/** What a run recorded of its shared weights: read from its folder alone, so that it needs no engine. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openFile } from '../../formats/byte-source';
import { openSafetensors } from '../../formats/safetensors';
import { withSharedWeights } from '../../formats/shared-weights';
import type { SharingEdit } from '../../protocol/sharing';
import * as errors from '../errors';
import type { RunFolder } from '../folder';
import { rootOfRun } from '../project';
import type { Mapped, SharingSubject } from './desk';
import { mappedOf } from './mapped';
import { readSharingReport } from './report-file';
import { wiringOfRun, withWiring } from './wiring';

/** `configPath`: where the config came from; `edit` changes it there. */
export const runSubject = (
  folder: RunFolder,
  configPath: () => Promise<string>,
  edit: (path: string, edits: readonly SharingEdit[]) => Promise<void>,
): SharingSubject => ({
  report: async () => withWiring(await readSharingReport(folder), await wiringOfRun(folder)),
  mapped: () => mappedIn(folder),
  source: async () => ({
    configPath: await configPath(),
    configText: await readFile(folder.configFile, 'utf8'),
    root: rootOfRun(folder.directory) ?? dirname(folder.directory),
  }),
  edit: async (edits) => edit(await configPath(), edits),
});

async function mappedIn(folder: RunFolder): Promise<Mapped> {
  const file = await openSafetensors(await openFile(folder.initFile)).then(withSharedWeights);
  try {
    const { shared } = file;
    if (!shared) throw errors.notSharing(folder.id);
    return mappedOf(shared.sharing, shared.scales);
  } finally {
    await file.close();
  }
}
