/**
 * Recorded Givens rotation sequences as safetensors, so that other tools can replay them: per layer, or `NAME/0`,
 * `NAME/1` ... per group of a convolution in groups and per matrix of a stack, `NAME.axes` I32
 * (rotations, 2) and `NAME.angle` F64 (rotations) in radians, in the order drawn; `NAME.shape` in the metadata is JSON
 * { rows, columns, lastUndone, seed }. A sequence that does not begin at the identity has `NAME.start` I32 (axis of
 * each entry of the shorter dimension) or `NAME.signs` I8 (its value there, 1 or -1): version 2 of the format, which
 * readers of version 1 refuse instead of replaying something else.
 */
import { dirname } from 'node:path';
import type { Beginning, RotationSequence } from '../core/rotation-sequence';
import { openFile } from '../formats/byte-source';
import { makeFolder } from '../formats/make-folder';
import { openSafetensors, writeSafetensors } from '../formats/safetensors';
import type { SafetensorsFile, TensorEntry, TensorToWrite } from '../formats/safetensors';
import type { RotationPage } from '../protocol/views';
import * as errors from './errors';
import { Invalid, number, object, whole } from './validate';
import type { Check } from './validate';

const format = 'sparsescope.rotations';

interface Shape {
  /** Of the weight (out, in). */
  rows: number;
  columns: number;
  lastUndone: boolean;
  seed: number;
}

const flag: Check<boolean> = (value, where) => {
  if (typeof value !== 'boolean') throw new Invalid(where, 'true or false');
  return value;
};
const checkShape = object<Shape>({ rows: whole, columns: whole, lastUndone: flag, seed: number });
const versions = ['1', '2'];

/** The name of a group's sequence in the file. */
export const sequenceName = ({ name, groups = 1 }: { name: string; groups?: number }, group: number): string =>
  groups > 1 ? `${name}/${group}` : name;

/** Writes the sequences of all layers in one step, by `sequenceName`. @throws SparseError `file.*` */
export async function writeRotations(path: string, layers: ReadonlyMap<string, RotationSequence>): Promise<void> {
  const begun = [...layers.values()].some(({ start, signs }) => start ?? signs);
  const metadata: Record<string, string> = { format, version: begun ? '2' : '1' };
  const tensors: TensorToWrite[] = [];
  for (const [name, { rows, columns, first, second, angle, lastUndone, seed, start, signs }] of layers) {
    const axes = new Int32Array(2 * first.length);
    for (let i = 0; i < first.length; i++) {
      axes[2 * i] = first[i]!;
      axes[2 * i + 1] = second[i]!;
    }
    metadata[`${name}.shape`] = JSON.stringify({ rows, columns, lastUndone, seed } satisfies Shape);
    tensors.push({ name: `${name}.axes`, dtype: 'I32', shape: [first.length, 2], data: axes });
    tensors.push({ name: `${name}.angle`, dtype: 'F64', shape: [angle.length], data: angle });
    if (start)
      tensors.push({ name: `${name}.start`, dtype: 'I32', shape: [start.length], data: Int32Array.from(start) });
    if (signs) tensors.push({ name: `${name}.signs`, dtype: 'I8', shape: [signs.length], data: signs });
  }
  await makeFolder(dirname(path));
  await writeSafetensors(path, tensors, metadata);
}

interface LayerRotations extends Shape {
  total: number;
  axes: TensorEntry;
  angle: TensorEntry;
}

/** An open file of rotations; sequences are read by range. */
export class RotationsFile {
  private constructor(private readonly file: SafetensorsFile) {}

  /** @throws SparseError `runs.not-rotations`, `safetensors.*`, `file.*` */
  static async open(path: string): Promise<RotationsFile> {
    const file = await openSafetensors(await openFile(path));
    const rotations = RotationsFile.of(file);
    if (rotations) return rotations;
    await file.close();
    throw errors.notRotations(path);
  }

  /** The same of a file that is open already; undefined when it is another one, or of a version not known. */
  static of(file: SafetensorsFile): RotationsFile | undefined {
    const { metadata } = file;
    const known = metadata['format'] === format && versions.includes(metadata['version'] ?? '');
    return known ? new RotationsFile(file) : undefined;
  }

  /** The sequence that a tensor of this file is a part of: `fc1` of `fc1.axes`. */
  sequenceOf(tensor: string): string | undefined {
    const layer = /^(.*)\.(?:axes|angle|start|signs)$/s.exec(tensor)?.[1];
    return layer !== undefined && this.file.get(`${layer}.axes`) ? layer : undefined;
  }

  /**
   * Rotations `[start, end)`, cut to what there is.
   * @throws SparseError `runs.unknown-layer`, `runs.bad-rotations`, `file.*`
   */
  async page(layer: string, start: number, end: number): Promise<RotationPage> {
    const { rows, columns, lastUndone, total, axes, angle } = this.describe(layer);
    const to = Math.min(end, total);
    const from = Math.min(start, to);
    const pairs = await this.file.readFloat64(axes, 2 * from, 2 * to);
    const first = new Uint32Array(to - from);
    const second = new Uint32Array(to - from);
    const limit = Math.max(rows, columns);
    for (let i = 0; i < first.length; i++) {
      const [a, b] = [pairs[2 * i], pairs[2 * i + 1]];
      // A replay would write outside the matrix.
      if (!(a >= 0 && b >= 0 && a < limit && b < limit && a !== b))
        throw this.bad(layer, `pairs of axes below ${limit}`);
      first[i] = a;
      second[i] = b;
    }
    const angles = await this.file.readFloat64(angle, from, to);
    if (!angles.every(Number.isFinite)) throw this.bad(layer, 'finite angles');
    const page = {
      start: from,
      total,
      shape: [rows, columns] as [number, number],
      lastUndone,
      first,
      second,
      angle: angles,
    };
    const beginning = await this.beginning(layer, rows, columns);
    return beginning ? { ...page, beginning } : page;
  }

  /** Where the product begins, if not at the identity. */
  private async beginning(layer: string, rows: number, columns: number): Promise<Beginning | undefined> {
    const axes = await this.perEntry(layer, 'start', 'I32', rows, columns);
    const signs = await this.perEntry(layer, 'signs', 'I8', rows, columns);
    if (!axes && !signs) return undefined;
    const [entries, limit] = [Math.min(rows, columns), Math.max(rows, columns)];
    // A replay would write outside the matrix, or two entries to one place.
    if (axes && (new Set(axes).size !== entries || axes.some((axis) => !(axis >= 0 && axis < limit))))
      throw this.bad(layer, `different starting axes below ${limit}`);
    if (signs?.some((sign) => sign !== 1 && sign !== -1)) throw this.bad(layer, 'signs of 1 or -1');
    return { ...(axes && { start: Uint32Array.from(axes) }), ...(signs && { signs: Int8Array.from(signs) }) };
  }

  /** One number for each entry of the shorter dimension, where the file has them. */
  private async perEntry(layer: string, what: string, dtype: string, rows: number, columns: number) {
    const tensor = this.file.get(`${layer}.${what}`);
    if (!tensor) return undefined;
    const entries = Math.min(rows, columns);
    if (tensor.dtype !== dtype || tensor.shape.length !== 1 || tensor.shape[0] !== entries)
      throw this.bad(layer, `${dtype} ${what}, ${entries} of them`);
    return this.file.readFloat64(tensor, 0, entries);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private describe(layer: string): LayerRotations {
    const axes = this.file.get(`${layer}.axes`);
    if (!axes) throw errors.unknownLayer(layer);
    const angle = this.file.get(`${layer}.angle`);
    const total = axes.shape[0] ?? 0;
    if (axes.dtype !== 'I32' || axes.shape.length !== 2 || axes.shape[1] !== 2)
      throw this.bad(layer, 'I32 pairs of axes');
    if (angle?.dtype !== 'F64' || angle.shape.length !== 1 || angle.shape[0] !== total)
      throw this.bad(layer, 'one F64 angle for each pair of axes');
    try {
      const shape = checkShape(JSON.parse(this.file.metadata[`${layer}.shape`] ?? ''), '');
      return { ...shape, total, axes, angle };
    } catch {
      throw this.bad(layer, 'described by rows, columns, lastUndone and seed in the metadata');
    }
  }

  private bad(layer: string, expected: string): Error {
    return errors.badRotations(this.file.name, layer, expected);
  }
}
