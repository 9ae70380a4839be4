/**
 * Safetensors whose tensors are held against their checksum: what a disk or a copy has changed since is not to be taken
 * for weights. The header, which holds the checksum, is not in it.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openFile } from './byte-source';
import { tensorsChanged } from './errors';
import { openSafetensors, sumKey } from './safetensors';
import type { SafetensorsFile } from './safetensors';
import { hashFile } from './sha256';

/**
 * Opens a safetensors file after reading it through: what follows its header is to be what its checksum says. One
 * without a checksum, of before there were any or of another program, is opened as it is.
 * @throws SparseError `safetensors.changed`, and as `openFile` and `openSafetensors`
 */
export async function openUnchanged(path: string): Promise<SafetensorsFile> {
  const source = await openFile(path);
  const file = await openSafetensors(source);
  const { metadata, headerBytes } = file;
  if (!Object.hasOwn(metadata, sumKey)) return file;
  try {
    const hash = createHash('sha256');
    await hashFile(hash, source, nextTurn, 8 + headerBytes);
    if (hash.digest('hex') !== metadata[sumKey]) throw tensorsChanged(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
