/** Parts of a tensor file's header that fit one message to a view, whatever is in the file. */
import type { TensorEntry } from '../../formats/safetensors';
import { maxMessageBytes, type TensorInfo } from '../../protocol/views';
import { words } from '../words';

/** Half a message: the wrapping, and whatever else the answer tells, have room. */
const maxBytes = maxMessageBytes / 2;
/** Tensors told in one answer. */
const maxPage = 2_000;
/** Characters shown of one metadata value, and of one name in the metadata. */
const maxValue = 4096;
const maxName = 256;
const maxEntries = 500;
/** Name of the entry that says how many are not shown. */
const rest = '…';

/** Bytes as text on the way to a webview, escapes included. */
const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const cut = (text: string, most: number): string =>
  text.length <= most ? text : words.cutText(text.slice(0, most), text.length);

/** Metadata as it can be shown: long values cut and marked, entries beyond the room counted in a last one. */
export const shownMetadata = (metadata: Readonly<Record<string, string>>): Record<string, string> => {
  const all = Object.entries(metadata);
  const shown: [string, string][] = [];
  let bytes = 0;
  for (const [name, value] of all.slice(0, maxEntries)) {
    const entry: [string, string] = [cut(name, maxName), cut(value, maxValue)];
    bytes += sizeOf(entry);
    if (bytes > maxBytes) break;
    shown.push(entry);
  }
  if (shown.length < all.length) shown.push([rest, words.moreEntries(all.length - shown.length)]);
  return Object.fromEntries(shown);
};

/**
 * Tensors from `start`, at most 2,000 and as many before `end` as one message carries, at least one: ask again from
 * where it stopped. `playedAs`: what is told of its rotations. Names are whole: a tensor is asked for by its name.
 */
export const tensorPage = (
  tensors: readonly TensorEntry[],
  { start, end }: { start: number; end: number },
  playedAs: (entry: TensorEntry) => Pick<TensorInfo, 'groups' | 'sequence'>,
): TensorInfo[] => {
  const page: TensorInfo[] = [];
  let bytes = 0;
  for (const entry of tensors.slice(start, Math.min(end, start + maxPage))) {
    const { name, dtype, shape } = entry;
    const info = { name, dtype, shape, bytes: entry.recovered ? 0 : entry.end - entry.start, ...playedAs(entry) };
    bytes += sizeOf(info);
    if (bytes > maxBytes && page.length > 0) break;
    page.push(info);
  }
  return page;
};
