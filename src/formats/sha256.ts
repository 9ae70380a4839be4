/** SHA-256 of many megabytes: other work has its turns in between. */
import type { Hash } from 'node:crypto';
import type { ByteSource } from './byte-source';
import { chunkBytes, chunksFrom } from './chunks';
import type { Turn } from './published-data';

/** Adds the bytes of a file from a place on to a hash. @throws SparseError `file.*`; what `turn` throws */
export async function hashFile(hash: Hash, file: ByteSource, turn: Turn, from = 0): Promise<void> {
  for await (const chunk of chunksFrom(file, from)) {
    hash.update(chunk);
    await turn();
  }
}

/** Adds bytes in memory to a hash. @throws what `turn` throws */
export async function hashBytes(hash: Hash, bytes: Uint8Array, turn: Turn): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    hash.update(bytes.subarray(at, at + chunkBytes));
    await turn();
  }
}
