/** Pictures and tables leave the page in pieces: the host asks where to write them. */
import type { SaveChunk } from '../../src/protocol/save';

const pieceBytes = 512 * 1024;

export type Save = (chunk: SaveChunk) => Promise<{ saved: boolean }>;

/** Cuts and joins pieces of any size to pieces of exactly `size` bytes, but for the last. */
export async function* repack(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size = pieceBytes,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(size);
  let filled = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const taken = Math.min(size - filled, piece.length - from);
      buffer.set(piece.subarray(from, from + taken), filled);
      from += taken;
      filled += taken;
      if (filled < size) continue;
      yield buffer;
      buffer = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.slice(0, filled);
}

/** False when the person closed the dialog. An empty file is one empty piece. */
export async function savePieces(
  save: Save,
  name: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<boolean> {
  let offset = 0;
  // One piece is held back, because the last one has to say so.
  let held: Uint8Array = new Uint8Array();
  let first = true;
  const send = async (bytes: Uint8Array, last: boolean): Promise<boolean> => {
    const { saved } = await save({ name, offset, bytes, last });
    offset += bytes.length;
    return saved;
  };
  for await (const piece of repack(pieces)) {
    if (!first && !(await send(held, false))) return false;
    held = piece;
    first = false;
  }
  return send(held, true);
}

/** `mlp7-eoi-3-fc1-mask`: a name that every file system takes. */
export const fileStem = (...parts: string[]): string =>
  parts
    .map((part) => part.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('-');
