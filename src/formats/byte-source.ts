/** Bytes by range: what every reader works on, be it a file of many gigabytes or a buffer. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { cannotRead, fileShrank, notAFile, readOutside, readTooLarge } from './errors';

/** No single read allocates more than this, whatever a header claims. */
export const maxReadBytes = 1 << 30;

export interface ByteSource {
  /** How errors name it: the path, or the file's name. */
  readonly name: string;
  /** Bytes, when it was opened. */
  readonly size: number;
  /** false: the whole file is in memory; warn before large ones. */
  readonly incremental: boolean;
  /**
   * Exactly `length` bytes from `offset`. They may be a view of shared memory: do not change them.
   * @throws SparseError `file.read-outside`, `file.read-too-large`, `file.shrank`, `file.read-failed`
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const checkRange = (source: { name: string; size: number }, offset: number, length: number): void => {
  const inside =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= source.size;
  if (!inside) throw readOutside(source.name, offset, length, source.size);
  if (length > maxReadBytes) throw readTooLarge(source.name, length, maxReadBytes);
};

class FileSource implements ByteSource {
  readonly incremental = true;

  constructor(
    readonly name: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this, offset, length);
    const target = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle
        .read(target, filled, length - filled, offset + filled)
        .catch((cause: unknown) => Promise.reject(cannotRead(this.name, cause)));
      if (bytesRead === 0) throw fileShrank(this.name);
      filled += bytesRead;
    }
    return target;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/**
 * Opens a regular file for reading by range.
 * @throws SparseError `file.not-found`, `file.not-readable`, `file.not-a-file`, `file.link-loop`, `file.name-too-long`,
 *   `file.read-failed`
 */
export async function openFile(path: string): Promise<ByteSource> {
  let handle: FileHandle | undefined;
  try {
    // Opening a pipe that nobody writes to would wait for ever; Windows has neither the flag nor such pipes in folders.
    handle = await open(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
    const stat = await handle.stat();
    // Only a regular file has a size to check lengths against.
    if (!stat.isFile()) throw notAFile(path);
    return new FileSource(path, stat.size, handle);
  } catch (cause) {
    await handle?.close();
    throw cannotRead(path, cause);
  }
}

/** A buffer as a source; it is not copied. */
export function fromBytes(name: string, bytes: Uint8Array): ByteSource {
  const source = { name, size: bytes.byteLength };
  return {
    ...source,
    incremental: false,
    read: (offset, length) =>
      new Promise((resolve) => {
        checkRange(source, offset, length);
        resolve(bytes.subarray(offset, offset + length));
      }),
    close: () => Promise.resolve(),
  };
}
