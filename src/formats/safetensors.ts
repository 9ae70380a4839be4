/** safetensors: 8 bytes of header length, a JSON header, the tensors' bytes. Read lazily, by range; written whole. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteSource } from './byte-source';
import { maxReadBytes } from './byte-source';
import { writeAtomically } from './atomic-file';
import { decoder, dtypeBits } from './dtypes';
import type { Dtype, Numbers } from './dtypes';
import * as errors from './errors';
import { parseHeader } from './safetensors-header';
import type { HeaderTensor } from './safetensors-header';
import type { Turn } from './published-data';
import { hashBytes } from './sha256';

export type { Dtype } from './dtypes';

/** The longest header that is read: room for about half a million tensors. */
const maxHeaderBytes = 64 << 20;

export interface TensorEntry {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** Absolute offsets in the file, half-open. */
  start: number;
  end: number;
  /** Not in the file: made of a shared memory that is, see shared-weights.ts. */
  recovered?: true;
}

/** Number of elements of a shape; 1 for a scalar. A zero wins over axes whose product could not be counted. */
export const elementCount = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);

export interface SafetensorsFile {
  /** How errors name it. */
  readonly name: string;
  /** Bytes of the file and of its header (the 8 length bytes left out). */
  readonly size: number;
  readonly headerBytes: number;
  readonly metadata: Record<string, string>;
  /** In the header's order. */
  readonly tensors: readonly TensorEntry[];
  get(name: string): TensorEntry | undefined;
  /** @throws SparseError `safetensors.unknown-tensor` */
  need(name: string): TensorEntry;
  /**
   * Raw bytes of the elements `[startElement, endElement)` in row-major order.
   * @throws SparseError `safetensors.elements-outside`, `safetensors.not-decodable` (elements smaller than a byte),
   * `file.*`
   */
  readBytes(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Uint8Array>;
  /**
   * The same elements as numbers; integers beyond 2^53 are rounded.
   * @throws as `readBytes`, for all undecodable dtypes
   */
  readFloat64(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Float64Array>;
  /** The same, rounded to float32. */
  readFloat32(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Bytes that dtype and shape need, or undefined when they cannot be counted exactly. */
const bytesNeeded = (dtype: Dtype, shape: readonly number[]): number | undefined => {
  // An empty tensor has no bytes however long its other axes are.
  if (shape.includes(0)) return 0;
  let bits: number = dtypeBits[dtype];
  for (const length of shape) {
    bits *= length;
    if (!Number.isSafeInteger(bits)) return undefined;
  }
  // Sub-byte tensors are packed and must fill their last byte.
  return bits % 8 === 0 ? bits / 8 : undefined;
};

/** Sizes agree with dtypes and shapes, and the tensors cover the data exactly: no overlap, no hole, nothing after. */
const checkLayout = (tensors: readonly HeaderTensor[], dataBytes: number, file: string): void => {
  for (const { name, dtype, shape, begin, end } of tensors) {
    const needed = bytesNeeded(dtype, shape);
    if (needed === undefined) throw errors.shapeOverflow(file, name, shape);
    if (end > dataBytes) throw errors.offsetsOutside(file, name, end, dataBytes);
    if (end - begin !== needed) throw errors.sizeMismatch(file, name, end - begin, needed);
  }
  const byPlace = [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  let before = '';
  for (const { name, begin, end } of byPlace) {
    if (begin < reached) throw errors.overlap(file, name, before);
    if (begin > reached) throw errors.hole(file, name, begin - reached);
    reached = end;
    before = name;
  }
  if (reached !== dataBytes) throw errors.trailingBytes(file, dataBytes - reached);
};

class OpenFile implements SafetensorsFile {
  readonly name: string;
  readonly size: number;
  private readonly byName: Map<string, TensorEntry>;

  constructor(
    private readonly source: ByteSource,
    readonly headerBytes: number,
    readonly metadata: Record<string, string>,
    readonly tensors: readonly TensorEntry[],
  ) {
    this.name = source.name;
    this.size = source.size;
    this.byName = new Map(tensors.map((entry) => [entry.name, entry]));
  }

  get(name: string): TensorEntry | undefined {
    return this.byName.get(name);
  }

  need(name: string): TensorEntry {
    const entry = this.byName.get(name);
    if (!entry) throw errors.noSuchTensor(this.name, name);
    return entry;
  }

  async readBytes(entry: TensorEntry, startElement = 0, endElement = elementCount(entry.shape)): Promise<Uint8Array> {
    const count = elementCount(entry.shape);
    const bytes = dtypeBits[entry.dtype] / 8;
    if (bytes < 1) throw errors.notDecodable(this.name, entry.name, entry.dtype);
    const inside =
      Number.isSafeInteger(startElement) &&
      Number.isSafeInteger(endElement) &&
      0 <= startElement &&
      startElement <= endElement;
    if (!inside || endElement > count)
      throw errors.elementsOutside(this.name, entry.name, startElement, endElement, count);
    return this.source.read(entry.start + startElement * bytes, (endElement - startElement) * bytes);
  }

  readFloat64(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Float64Array> {
    return this.decode(entry, startElement, endElement, (length) => new Float64Array(length));
  }

  readFloat32(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Float32Array> {
    return this.decode(entry, startElement, endElement, (length) => new Float32Array(length));
  }

  close(): Promise<void> {
    return this.source.close();
  }

  private async decode<T extends Numbers>(
    entry: TensorEntry,
    startElement = 0,
    endElement = elementCount(entry.shape),
    allocate: (length: number) => T,
  ): Promise<T> {
    const decode = decoder(entry.dtype);
    if (!decode) throw errors.notDecodable(this.name, entry.name, entry.dtype);
    // Decoding can widen eight times (U8 to float64): the bound holds for what is allocated, not only for what is read.
    const widened = (endElement - startElement) * 8;
    if (widened > maxReadBytes) throw errors.readTooLarge(this.name, widened, maxReadBytes);
    const bytes = await this.readBytes(entry, startElement, endElement);
    const into = allocate(endElement - startElement);
    decode(bytes, into, 0);
    return into;
  }
}

/** A zip archive, or a pickle of protocol 2: no header is as long as these bytes would say. */
const looksPickled = (prefix: Uint8Array): boolean =>
  ['504b0304', '80028a0a'].includes(Buffer.from(prefix.subarray(0, 4)).toString('hex'));

/**
 * Reads and checks the header only. The file owns `source` from then on; when this throws, the source is closed.
 * @throws SparseError `safetensors.*` with one sentence naming the file and the tensor, or `file.*`
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  try {
    const file = source.name;
    // The shortest possible file is an 8-byte length and `{}`.
    if (source.size < 10) throw errors.tooShort(file, source.size);
    const prefix = await source.read(0, 8);
    if (looksPickled(prefix)) throw errors.pickledTensors(file);
    const claimed = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
    if (claimed > BigInt(source.size - 8)) throw errors.headerBeyondFile(file, claimed, source.size);
    if (claimed > BigInt(maxHeaderBytes)) throw errors.headerTooLarge(file, claimed, maxHeaderBytes);
    const headerBytes = Number(claimed);
    const header = parseHeader(await source.read(8, headerBytes), file);
    const base = 8 + headerBytes;
    checkLayout(header.tensors, source.size - base, file);
    const entries = header.tensors.map(({ name, dtype, shape, begin, end }) => ({
      name,
      dtype,
      shape,
      start: base + begin,
      end: base + end,
    }));
    return new OpenFile(source, headerBytes, header.metadata, entries);
  } catch (error) {
    await source.close();
    throw error;
  }
}

export interface TensorToWrite {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** Exactly the tensor's bytes, little-endian. */
  data: ArrayBufferView;
}

/**
 * The bytes of a safetensors file. The header lists the tensors as given; their data is laid out by falling element
 * size, so that after a mask of odd length the next weight still starts on a multiple of its element size (readers
 * that map the file need that).
 * @throws SparseError `safetensors.bad-tensor`
 */
export function safetensorsChunks(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Iterable<Uint8Array> {
  const names = new Set(['__metadata__']);
  for (const { name, dtype, shape, data } of tensors) {
    if (names.has(name)) throw errors.cannotWriteTensor(name, 'the name is taken');
    names.add(name);
    const needed = shape.every((length) => Number.isSafeInteger(length) && length >= 0) && bytesNeeded(dtype, shape);
    if (needed !== data.byteLength)
      throw errors.cannotWriteTensor(name, `${data.byteLength} bytes do not fill ${dtype} of (${shape.join(', ')})`);
  }
  const placed = [...tensors].sort((a, b) => dtypeBits[b.dtype] - dtypeBits[a.dtype]);
  const begins = new Map<string, number>();
  let reached = 0;
  for (const { name, data } of placed) {
    begins.set(name, reached);
    reached += data.byteLength;
  }
  const fields = tensors.map(({ name, dtype, shape, data }) => {
    const begin = begins.get(name)!;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, begin + data.byteLength] })}`;
  });
  if (Object.keys(metadata).length > 0) fields.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  return [start, ...placed.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** Key of the metadata: SHA-256 of all bytes after the header, in hexadecimal. */
export const sumKey = 'sha256';

/** As `safetensorsChunks`, with the checksum that `openUnchanged` goes by. @throws as it, and what `turn` throws */
export async function summedChunks(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
  turn: Turn = nextTurn,
): Promise<Iterable<Uint8Array>> {
  const [, ...data] = safetensorsChunks(tensors);
  const hash = createHash('sha256');
  for (const bytes of data) await hashBytes(hash, bytes, turn);
  return safetensorsChunks(tensors, { ...metadata, [sumKey]: hash.digest('hex') });
}

/**
 * Writes a safetensors file with its checksum in one step.
 * @throws SparseError as `summedChunks` and `writeAtomically`
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await writeAtomically(path, await summedChunks(tensors, metadata));
}
