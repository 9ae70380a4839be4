/**
 * A file whose weights are shared, read as if they were in it. It holds the memory, and in its metadata what recovers
 * the weights of each layer from it: `layers.NAME.weight` then reads like any other tensor, by range, and
 * `layers.NAME.mask` says that all of it is kept; an embedding has none.
 */
import { tensorShape } from '../core/density/layer-shape';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import { rowsWithoutBias } from '../core/rps/errors';
import { memoryTensor, readMetadata, sharingKey } from '../core/rps/metadata';
import { recoverRange } from '../core/rps/recover';
import type { Scales } from '../core/rps/scales';
import type { Sharing } from '../core/rps/sharing';
import { maxReadBytes } from './byte-source';
import * as errors from './errors';
import { elementCount } from './safetensors';
import type { SafetensorsFile, TensorEntry } from './safetensors';

export interface SharedWeights {
  sharing: Sharing;
  scales: Scales;
  memory: Float32Array;
}

/** Of the text that was read last: what a fold or a table takes to make is the same at every step of a run. */
let last: { text: string; locations: number; found: Omit<SharedWeights, 'memory'> } | undefined;

function described(text: string, locations: number): Omit<SharedWeights, 'memory'> {
  if (last?.text !== text || last.locations !== locations)
    last = { text, locations, found: readMetadata(text, locations) };
  return last.found;
}

/** Rows and columns the wrong way round make as many weights, all of them others: a bias tells. */
function checkBiases(file: SafetensorsFile, { layers }: Sharing): void {
  for (const { name, rows } of layers) {
    const bias = file.get(`layers.${name}.bias`);
    if (bias && elementCount(bias.shape) !== rows) throw rowsWithoutBias(name, rows, elementCount(bias.shape));
  }
}

/**
 * The memory of a file and what recovers its weights; undefined where nothing is shared.
 * @throws SparseError `rps.bad-metadata` and others of `rps.*`, `safetensors.shared-memory`, `file.*`
 */
async function readSharedWeights(file: SafetensorsFile): Promise<SharedWeights | undefined> {
  if (!Object.hasOwn(file.metadata, sharingKey)) return undefined;
  const text = file.metadata[sharingKey];
  const entry = file.get(memoryTensor);
  if (entry?.dtype !== 'F32' || entry.shape.length !== 1)
    throw errors.sharedMemory(file.name, memoryTensor, entry && `${entry.dtype} (${entry.shape.join(', ')})`);
  const { sharing, scales } = described(text, entry.shape[0]);
  checkBiases(file, sharing);
  return { sharing, scales, memory: await file.readFloat32(entry) };
}

interface Recovered {
  layer: number;
  part: 'weight' | 'mask';
}

/** With what its weights are recovered from, where they are. */
export interface MaybeShared extends SafetensorsFile {
  readonly shared?: SharedWeights;
}

class SharedFile implements MaybeShared {
  readonly tensors: readonly TensorEntry[];
  private readonly recovered = new Map<TensorEntry, Recovered>();
  private readonly byName = new Map<string, TensorEntry>();

  constructor(
    private readonly file: SafetensorsFile,
    readonly shared: SharedWeights,
  ) {
    const weights = shared.sharing.layers.map((own, layer): TensorEntry => {
      const shape = tensorShape(own);
      const add = (part: Recovered['part'], dtype: 'F32' | 'U8', bytes: number): TensorEntry => {
        const name = `layers.${own.name}.${part}`;
        const entry = { name, dtype, shape, start: 0, end: bytes, recovered: true } as const;
        this.recovered.set(entry, { layer, part });
        this.byName.set(name, entry);
        return entry;
      };
      if (!own.embedding) add('mask', 'U8', own.weights);
      return add('weight', 'F32', 4 * own.weights);
    });
    this.tensors = [...file.tensors, ...weights];
  }

  get name(): string {
    return this.file.name;
  }
  get size(): number {
    return this.file.size;
  }
  get headerBytes(): number {
    return this.file.headerBytes;
  }
  get metadata(): Record<string, string> {
    return this.file.metadata;
  }

  get(name: string): TensorEntry | undefined {
    return this.file.get(name) ?? this.byName.get(name);
  }

  need(name: string): TensorEntry {
    return this.get(name) ?? this.file.need(name);
  }

  async readBytes(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Uint8Array> {
    const own = this.recovered.get(entry);
    if (!own) return this.file.readBytes(entry, startElement, endElement);
    const values = this.values(entry, own, startElement, endElement);
    return own.part === 'mask' ? Uint8Array.from(values) : new Uint8Array(values.buffer);
  }

  readFloat64(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Float64Array> {
    const own = this.recovered.get(entry);
    if (!own) return this.file.readFloat64(entry, startElement, endElement);
    // What a step computes with is float32.
    const values = this.values(entry, own, startElement, endElement);
    return Promise.resolve(Float64Array.from(values));
  }

  readFloat32(entry: TensorEntry, startElement?: number, endElement?: number): Promise<Float32Array> {
    const own = this.recovered.get(entry);
    if (!own) return this.file.readFloat32(entry, startElement, endElement);
    return Promise.resolve(this.values(entry, own, startElement, endElement));
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private values(
    entry: TensorEntry,
    { layer, part }: Recovered,
    from = 0,
    to = elementCount(entry.shape),
  ): Float32Array<ArrayBuffer> {
    const count = elementCount(entry.shape);
    if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 <= from && from <= to && to <= count))
      throw errors.elementsOutside(this.name, entry.name, from, to, count);
    if (8 * (to - from) > maxReadBytes) throw errors.readTooLarge(this.name, 8 * (to - from), maxReadBytes);
    const out = new Float32Array(to - from);
    if (part === 'mask') return out.fill(1);
    const { sharing, scales, memory } = this.shared;
    recoverRange(sharing, scales, memory, { layer, from, to }, out);
    return out;
  }
}

/**
 * The file with the weights that its memory stands for beside its tensors; the file itself where nothing is shared. It
 * owns `file` from then on; when this throws, the file is closed. @throws as `readSharedWeights`
 */
export async function withSharedWeights(file: SafetensorsFile): Promise<MaybeShared> {
  const { found, problem } = await asFarAsShared(file);
  if (!problem) return found;
  await file.close();
  throw problem;
}

/** Whether it is about what the file says of its memory, not about the reading of it. */
const isOfSharing = (error: unknown): error is SparseError =>
  isSparseError(error) && (error.code.startsWith('rps.') || error.code === 'safetensors.shared-memory');

export interface AsFarAsShared {
  found: MaybeShared;
  problem?: SparseError;
}

/**
 * As `withSharedWeights`; where nothing can be recovered by what the file says, the file as it is, open, and the
 * `problem`.
 * @throws SparseError `file.*`
 */
export async function asFarAsShared(file: SafetensorsFile): Promise<AsFarAsShared> {
  try {
    const shared = await readSharedWeights(file);
    return { found: shared ? new SharedFile(file, shared) : file };
  } catch (error) {
    if (isOfSharing(error)) return { found: file, problem: error };
    await file.close();
    throw error;
  }
}
