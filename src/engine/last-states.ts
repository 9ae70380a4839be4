/** Where a stopped run goes on: its last checkpoint that can be read, else its initialisation, else the beginning. */
import { rename } from 'node:fs/promises';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import { cannotWrite, systemCode } from '../formats/errors';
import { openUnchanged } from '../formats/unchanged';
import type { RunRecord } from '../protocol/run';
import { checkpointFile, listCheckpoints } from '../runs/checkpoint';
import type { RunFolder } from '../runs/folder';
import { checkpointMismatch, checkpointUnusable, initUnusable, words } from './errors';
import type { NetworkState } from './states';
import { readStates } from './state-files';
import type { StatePlan } from './state-files';

export interface LastStates {
  /** Completed updates, and the weights after them; no state: the run is yet to be initialised. */
  from: { step: number; state?: NetworkState };
  /** Checkpoints that could not be used, the latest first. */
  damaged: string[];
  /** What is to be told of those, and of an initialisation that could not be used. */
  warnings: SparseError[];
}

/** Of a checkpoint that is listed; it is not there where it is a link whose file is gone. */
const damageCodes: readonly string[] = [
  'file.shrank',
  'file.not-a-file',
  'file.not-found',
  'file.link-loop',
  'file.read-failed',
];

/**
 * Whether the file itself is at fault, so that an earlier one serves as well: the result is the same from wherever a
 * run goes on. What a person can put right without losing work (a permission) is no damage.
 */
const isDamage = (error: unknown, record: RunRecord): error is SparseError =>
  isSparseError(error) &&
  (error.code.startsWith('safetensors.') ||
    damageCodes.includes(error.code) ||
    // Without a hash of the config it may be the config that changed, and then nothing in the folder is at fault.
    (error.code === 'engine.checkpoint-mismatch' && record.configSha256 !== undefined));

/** `slots`: what the optimizer remembers, by name. */
interface Reading {
  plan: StatePlan;
  slots: readonly string[];
}

/** Whose weights they must be; what a file does not say is not held against it. */
type Origin = Record<'seed' | 'step', number>;

const read = async (path: string, origin: Origin, { plan, slots }: Reading): Promise<NetworkState> => {
  const file = await openUnchanged(path);
  try {
    for (const key of ['seed', 'step'] as const) {
      const there = Object.hasOwn(file.metadata, key) ? file.metadata[key] : undefined;
      if (there !== undefined && there !== String(origin[key]))
        throw checkpointMismatch(path, words.otherOrigin(key, there, origin[key]));
    }
    return await readStates(file, path, plan, slots);
  } finally {
    await file.close();
  }
};

/** @throws SparseError `file.not-readable`, and `engine.checkpoint-mismatch` of a run without the hash of its config */
export async function lastStates(folder: RunFolder, record: RunRecord, reading: Reading): Promise<LastStates> {
  const { seed } = record;
  const passed: { path: string; error: SparseError }[] = [];
  const answer = (from: LastStates['from'], extra: SparseError[] = []): LastStates => ({
    from,
    damaged: passed.map(({ path }) => path),
    warnings: [...passed.map(({ path, error }) => checkpointUnusable(path, asideOf(path), error, from)), ...extra],
  });
  for (const step of (await listCheckpoints(folder)).reverse()) {
    const path = checkpointFile(folder, step);
    try {
      return answer({ step, state: await read(path, { seed, step }, reading) });
    } catch (error) {
      if (!isDamage(error, record)) throw error;
      passed.push({ path, error });
    }
  }
  // The record has its layers only once all files of the initialisation are written.
  if (record.layers.length < reading.plan.layers.length) return answer({ step: 0 });
  try {
    const { initFile } = folder;
    return answer({ step: 0, state: await read(initFile, { seed, step: 0 }, reading) });
  } catch (error) {
    if (isSparseError(error) && error.code === 'file.not-found') return answer({ step: 0 });
    if (!isDamage(error, record)) throw error;
    return answer({ step: 0 }, [initUnusable(folder.initFile, error)]);
  }
}

/** Not listed as a checkpoint under this name, and not lost either. */
const asideOf = (path: string): string => `${path}.damaged`;

/** Puts checkpoints out of the way that could not be used: no view offers them again. @throws SparseError `file.*` */
export async function setAside(damaged: readonly string[]): Promise<void> {
  for (const path of damaged)
    await rename(path, asideOf(path)).catch((cause: unknown) => {
      // Somebody else took it away: it is out of the way.
      if (systemCode(cause) !== 'ENOENT') throw cannotWrite(asideOf(path), cause);
    });
}
