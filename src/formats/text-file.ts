import { openFile } from './byte-source';
import type { SparseError } from '../core/errors';

/**
 * The text of a regular file (UTF-8, without a byte order mark) of at most `maxBytes`; nothing larger is read, and
 * nobody is waited for at the end of a pipe. @throws SparseError `file.*`; `tooLarge`, which knows what the file was to
 * be
 */
export async function readText(
  path: string,
  maxBytes: number,
  tooLarge: (path: string) => SparseError,
): Promise<string> {
  const source = await openFile(path);
  try {
    if (source.size > maxBytes) throw tooLarge(path);
    return new TextDecoder().decode(await source.read(0, source.size));
  } finally {
    await source.close();
  }
}
