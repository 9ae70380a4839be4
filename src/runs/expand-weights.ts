/**
 * From shared to dense: a file that holds its weights themselves, made of one that holds a memory, which alone is
 * enough.
 */
import { memoryTensor, sharingKey } from '../core/rps/metadata';
import { decoder, dtypeBits, isFloat } from '../formats/dtypes';
import type { Dtype } from '../formats/dtypes';
import { writeSafetensors } from '../formats/safetensors';
import type { SafetensorsFile, TensorEntry, TensorToWrite } from '../formats/safetensors';
import { withSharedWeights } from '../formats/shared-weights';
import { openUnchanged } from '../formats/unchanged';
import * as errors from './errors';

export interface ExpandedFile {
  n: number;
  m: number;
  layers: { name: string; shape: number[] }[];
}

/** Elements that are decoded at a time. */
const piece = 1 << 16;

/** The first element that is no finite number, and where it is. Integers are, and what is only listed is not known. */
function notFinite(dtype: Dtype, bytes: Uint8Array): { index: number; value: number } | undefined {
  const decode = isFloat(dtype) ? decoder(dtype) : undefined;
  if (!decode) return undefined;
  const [size, values] = [(piece * dtypeBits[dtype]) / 8, new Float64Array(piece)];
  for (let from = 0; from < bytes.length; from += size) {
    decode(bytes.subarray(from, from + size), values, 0);
    // Of a shorter last piece the rest is of the one before.
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) return { index: (from / size) * piece + bad, value: values[bad] };
  }
  return undefined;
}

const copied = async (path: string, file: SafetensorsFile, entry: TensorEntry): Promise<TensorToWrite> => {
  const { name, dtype, shape } = entry;
  const data = await file.readBytes(entry);
  const bad = notFinite(dtype, data);
  if (bad) throw errors.copiedNotFinite(path, name, bad.index, bad.value);
  return { name, dtype, shape, data };
};

/** Scales that are too large make weights that are not finite of a memory that is. */
async function recovered(path: string, file: SafetensorsFile, layer: string): Promise<TensorToWrite[]> {
  const weight = file.need(`layers.${layer}.weight`);
  const data = await file.readFloat32(weight);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw errors.recoveredNotFinite(path, weight.name, bad, data[bad]);
  const { name, dtype, shape } = weight;
  const mask = file.get(`layers.${layer}.mask`);
  return [{ name, dtype, shape, data }, ...(mask ? [await copied(path, file, mask)] : [])];
}

/**
 * Of the memory nothing is left to tell, and what an optimizer remembers of it is nothing that it would of the weights.
 */
const isLeftOut = (name: string): boolean => name.startsWith('sharing.') || name.startsWith('optimizer.');

/** `layers.fc1.bias` belongs behind the weight of fc1: readers go by the order. */
const layerOf = (name: string): string | undefined => /^layers\.(.*)\.[^.]*$/s.exec(name)?.[1];

/**
 * Writes the tensors of `path` with the recovered weights in place of the memory. What an optimizer remembers and a run
 * saw of it is left out.
 * @throws SparseError `runs.nothing-shared`, `runs.memory-not-finite`, `runs.recovered-not-finite`,
 * `runs.copied-not-finite`, `rps.*`, `safetensors.*`, `file.*`
 */
export async function expandWeights(path: string, output: string): Promise<ExpandedFile> {
  const file = await openUnchanged(path).then(withSharedWeights);
  try {
    const { shared } = file;
    if (!shared) throw errors.nothingShared(path);
    const { sharing, memory } = shared;
    const bad = memory.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw errors.memoryNotFinite(path, memoryTensor, bad, memory[bad]);
    const waiting = sharing.layers.map(({ name }) => name);
    const tensors: TensorToWrite[] = [];
    const addUntil = async (layer: string | undefined): Promise<void> => {
      const before = layer === undefined ? waiting.length : waiting.indexOf(layer) + 1;
      for (const name of waiting.splice(0, before)) tensors.push(...(await recovered(path, file, name)));
    };
    for (const entry of file.tensors) {
      if (entry.recovered || isLeftOut(entry.name)) continue;
      const layer = layerOf(entry.name);
      if (layer !== undefined && waiting.includes(layer)) await addUntil(layer);
      tensors.push(await copied(path, file, entry));
    }
    await addUntil(undefined);
    const metadata = Object.fromEntries(Object.entries(file.metadata).filter(([key]) => key !== sharingKey));
    await writeSafetensors(output, tensors, metadata);
    return {
      n: sharing.n,
      m: sharing.m,
      layers: sharing.layers.map(({ name }) => ({ name, shape: file.need(`layers.${name}.weight`).shape })),
    };
  } finally {
    await file.close();
  }
}
