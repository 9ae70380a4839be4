/** The record of a trial that has none of its own making: refused before it began, or left by a process that died. */
import { rm } from 'node:fs/promises';
import { writeTextAtomically } from '../formats/atomic-file';
import { makeFolder } from '../formats/make-folder';
import type { EngineInfo } from '../protocol/engine';
import { runRecordVersion } from '../protocol/run';
import type { RunRecord } from '../protocol/run';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import type { RunFolder } from '../runs/folder';

interface Failed {
  configPath: string;
  configText: string;
  seed: number;
  name: string;
  source: string;
  /** Interrupted: what it has is worth keeping, for it can go on when the reason is gone. */
  state: 'failed' | 'interrupted';
  error: { code: string; message: string };
}

/**
 * The record of a trial; undefined when it has none, and its problem when it is none, which is as good as a failure.
 * @throws SparseError `file.*`
 */
export async function recordIfThere(folder: RunFolder): Promise<RunRecord | SparseError | undefined> {
  try {
    return await folder.readRecord();
  } catch (error) {
    if (!isSparseError(error) || !error.code.startsWith('runs.')) throw error;
    return error.code === 'runs.no-record' ? undefined : error;
  }
}

/** Says in the trial's own record that and why it ended, and makes the folder for it when there is none. */
export async function recordFailure(folder: RunFolder, info: EngineInfo, failed: Failed): Promise<void> {
  const { configPath, configText, seed, name, source, state, error } = failed;
  const now = new Date().toISOString();
  await makeFolder(folder.directory);
  const found = await recordIfThere(folder);
  const known = isSparseError(found) ? undefined : found;
  const lock = await folder.lock();
  try {
    if (!known) await writeTextAtomically(folder.configFile, configText);
    const { sparsescope, node, tfjs, backend, reason, device, pid } = info;
    await folder.writeRecord({
      ...(known ?? {
        version: runRecordVersion,
        id: folder.id,
        name,
        configPath,
        seed,
        createdAt: now,
        versions: { sparsescope, node, tfjs },
        backend: { name: backend, reason, ...(device && { device }) },
        pid,
        dataset: { source, train: 0, validation: 0, sha256: '' },
        network: { inputs: 0, classes: 0 },
        totalSteps: 0,
        layers: [],
      }),
      state,
      endedAt: now,
      error,
    });
  } finally {
    await lock.release();
  }
}

/**
 * Clears what a trial has left, so that it can begin anew. Its folder is below that of the sweep, made by nobody else.
 */
export const clearTrial = (folder: RunFolder): Promise<void> => rm(folder.directory, { recursive: true, force: true });
