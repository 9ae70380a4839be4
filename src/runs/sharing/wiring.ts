/**
 * D13 of a run: whether its config still maps the memory as its files were written. From its folder, without an engine.
 */
import { basename, dirname } from 'node:path';
import { checkConfig } from '../../config/check';
import { maxConfigBytes } from '../../config/format';
import { configTooLarge } from '../../config/invalid';
import { wiringOf } from '../../config/initial-memory';
import { isSparseError } from '../../core/errors';
import { diagnoseWiring } from '../../core/rps/diagnosis/wiring';
import { sharingKey } from '../../core/rps/metadata';
import type { Wiring } from '../../core/rps/metadata';
import { openFile } from '../../formats/byte-source';
import { lookAtData } from '../../formats/own-data';
import { openSafetensors } from '../../formats/safetensors';
import { readText } from '../../formats/text-file';
import type { SharingFinding, SharingReport } from '../../protocol/sharing';
import { findingText } from '../../protocol/sharing-words';
import { checkpointFile, listCheckpoints } from '../checkpoint';
import type { RunFolder } from '../folder';
import { inOrder } from './report';

/**
 * Undefined where the text is no config that can be planned, or its data cannot be looked at: then there is nothing to
 * hold a file against.
 */
async function plannedIn(folder: RunFolder): Promise<Wiring | undefined> {
  const text = await readText(folder.configFile, maxConfigBytes, configTooLarge);
  const first = checkConfig(text, 'yaml');
  const own = first.config && !first.plan ? first.config.data : undefined;
  const { configPath } = await folder.readRecord();
  const facts = own && (await lookAtData(own, [dirname(configPath)]));
  const { config, plan } = facts ? checkConfig(text, 'yaml', { looked: [{ data: own, facts }] }) : first;
  if (!config?.sharing || !plan?.sharing) return undefined;
  return wiringOf(plan.sharing, config.sharing);
}

async function metadataOf(path: string): Promise<string | undefined> {
  const file = await openSafetensors(await openFile(path));
  try {
    return Object.hasOwn(file.metadata, sharingKey) ? file.metadata[sharingKey] : undefined;
  } finally {
    await file.close();
  }
}

/** Of the initialisation and the last checkpoint. A file that cannot be opened is told where it is used. */
export async function wiringOfRun(folder: RunFolder): Promise<SharingFinding[]> {
  try {
    const here = await plannedIn(folder);
    if (!here) return [];
    const last = (await listCheckpoints(folder)).at(-1);
    const paths = [folder.initFile, ...(last === undefined ? [] : [checkpointFile(folder, last)])];
    const found: SharingFinding[] = [];
    for (const path of paths)
      found.push(...diagnoseWiring(here, await metadataOf(path), basename(path)).map(findingText));
    return found;
  } catch (error) {
    if (isSparseError(error)) return [];
    throw error;
  }
}

/** The report with what its files say now, where they could be held against the config. */
export const withWiring = (report: SharingReport, found: readonly SharingFinding[]): SharingReport =>
  found.length === 0
    ? report
    : { ...report, findings: inOrder([...report.findings.filter(({ id }) => id !== 'D13'), ...found]) };
