/**
 * Safetensors whose tensors are held against their checksum: what a disk or a copy has changed since is not to be taken
 * for weights. The header, which holds the checksum, is not in it.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SparseError } from '../core/errors';
import { openFile } from './byte-source';
import type { ByteSource } from './byte-source';
import { tensorsChanged } from './errors';
import { openSafetensors, sumKey } from './safetensors';
import type { SafetensorsFile } from './safetensors';
import { hashFile } from './sha256';

/**
 * Reads what follows the header through: what is wrong, where it is not what the checksum says. A file without a
 * checksum, of before there were any or of another program, is right as it is.
 * @throws SparseError `file.*`
 */
export async function changeIn(
  source: ByteSource,
  { name, metadata, headerBytes }: SafetensorsFile,
): Promise<SparseError | undefined> {
  if (!Object.hasOwn(metadata, sumKey)) return undefined;
  const hash = createHash('sha256');
  await hashFile(hash, source, nextTurn, 8 + headerBytes);
  return hash.digest('hex') === metadata[sumKey] ? undefined : tensorsChanged(name);
}

/**
 * Opens a safetensors file of which nothing was changed.
 * @throws SparseError `safetensors.changed`, and as `openFile` and `openSafetensors`
 */
export async function openUnchanged(path: string): Promise<SafetensorsFile> {
  const source = await openFile(path);
  const file = await openSafetensors(source);
  try {
    const change = await changeIn(source, file);
    if (change) throw change;
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
