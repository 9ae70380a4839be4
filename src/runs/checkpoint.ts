/** `checkpoints/step-000500.safetensors`: everything that training needs to go on from a step. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openFile } from '../formats/byte-source';
import { cannotRead, systemCode } from '../formats/errors';
import { makeFolder } from '../formats/make-folder';
import { openSafetensors, writeSafetensors } from '../formats/safetensors';
import type { SafetensorsFile, TensorToWrite } from '../formats/safetensors';
import { unknownStep } from './errors';
import type { RunFolder } from './folder';

const fileName = (step: number): string => `step-${String(step).padStart(6, '0')}.safetensors`;

/** Absolute path of a step's checkpoint, there or not. */
export const checkpointFile = (folder: RunFolder, step: number): string => join(folder.checkpoints, fileName(step));

/**
 * Writes a checkpoint in one step and returns its path. `step` is added to the metadata.
 * @throws SparseError `file.*`, `safetensors.bad-tensor`; the folder is as before then
 */
export async function writeCheckpoint(
  folder: RunFolder,
  checkpoint: { step: number; tensors: readonly TensorToWrite[]; metadata: Readonly<Record<string, string>> },
): Promise<string> {
  const path = checkpointFile(folder, checkpoint.step);
  await makeFolder(folder.checkpoints);
  await writeSafetensors(path, checkpoint.tensors, { ...checkpoint.metadata, step: String(checkpoint.step) });
  return path;
}

/** Steps with a checkpoint, ascending; none when there is no such folder. @throws SparseError `file.*` */
export async function listCheckpoints(folder: RunFolder): Promise<number[]> {
  const found = await readdir(folder.checkpoints).catch((cause: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return [];
    throw cannotRead(folder.checkpoints, cause);
  });
  return found
    .map((name) => Number(/^step-(\d{6,15})\.safetensors$/.exec(name)?.[1] ?? NaN))
    .filter((step) => !Number.isNaN(step))
    .sort((a, b) => a - b);
}

/** Opens the checkpoint of a step. @throws SparseError `runs.unknown-step`, `file.*`, `safetensors.*` */
export async function openCheckpoint(folder: RunFolder, step: number): Promise<SafetensorsFile> {
  // Also what keeps a step that came over a wire from being a path.
  if (!(await listCheckpoints(folder)).includes(step)) throw unknownStep(step);
  return openSafetensors(await openFile(checkpointFile(folder, step)));
}
