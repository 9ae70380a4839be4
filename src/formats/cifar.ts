/**
 * The binary versions of CIFAR-10 and CIFAR-100: records of label bytes (one; or a coarse and a fine one) and
 * 3 x 32 x 32 pixel bytes (red, green, blue planes).
 */
import type { SparseError } from '../core/errors';
import { cifarBadLabel, cifarBadSize } from './errors';

const pixels = 3 * 32 * 32;

export interface Cifar {
  /** (n, 3, 32, 32), channel-major. */
  images: Uint8Array;
  /** (n), the fine ones of CIFAR-100. */
  labels: Uint8Array;
}

/** Labels of a record, in order: what they are called, and how many classes there are. */
const labelBytes = {
  'CIFAR-10': [{ name: 'label', classes: 10 }],
  'CIFAR-100': [
    { name: 'coarse label', classes: 20 },
    { name: 'fine label', classes: 100 },
  ],
} as const;

export type CifarSet = keyof typeof labelBytes;

const recordBytes = (set: CifarSet): number => labelBytes[set].length + pixels;

/** Records in a file of so many bytes. @throws SparseError `cifar.bad-size` */
export function cifarRecords(set: CifarSet, path: string, size: number): number {
  const record = recordBytes(set);
  if (size === 0 || size % record !== 0) throw cifarBadSize(set, path, size, record);
  return size / record;
}

/** What is wrong with a label in a stretch of a file that begins `at` a byte of it. */
export function badCifarLabel(set: CifarSet, path: string, at: number, bytes: Uint8Array): SparseError | undefined {
  const record = recordBytes(set);
  for (const [k, { name, classes }] of labelBytes[set].entries())
    for (let i = (record + k - (at % record)) % record; i < bytes.byteLength; i += record)
      if (bytes[i] >= classes) return cifarBadLabel(set, path, Math.floor((at + i) / record), name, bytes[i], classes);
  return undefined;
}

/**
 * The records of one or more files, one after the other. The last label of a record is the one that counts.
 * @throws SparseError `cifar.bad-size`, `cifar.bad-label`
 */
export function readCifar(set: CifarSet, files: readonly { path: string; bytes: Uint8Array }[]): Cifar {
  const count = files.reduce((sum, { path, bytes }) => sum + cifarRecords(set, path, bytes.byteLength), 0);
  const [record, kinds] = [recordBytes(set), labelBytes[set].length];
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  let next = 0;
  for (const { path, bytes } of files) {
    const wrong = badCifarLabel(set, path, 0, bytes);
    if (wrong) throw wrong;
    for (let at = 0; at < bytes.byteLength; at += record) {
      labels[next] = bytes[at + kinds - 1];
      images.set(bytes.subarray(at + kinds, at + record), next * pixels);
      next++;
    }
  }
  return { images, labels };
}
