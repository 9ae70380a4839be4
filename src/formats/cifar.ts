/**
 * The binary versions of CIFAR-10 and CIFAR-100: records of label bytes (one; or a coarse and a fine one) and
 * 3 x 32 x 32 pixel bytes (red, green, blue planes).
 */
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

/**
 * The records of one or more files, one after the other. The last label of a record is the one that counts.
 * @throws SparseError `cifar.bad-size`, `cifar.bad-label`
 */
export function readCifar(set: CifarSet, files: readonly { path: string; bytes: Uint8Array }[]): Cifar {
  const kinds = labelBytes[set];
  const record = kinds.length + pixels;
  for (const { path, bytes } of files)
    if (bytes.byteLength === 0 || bytes.byteLength % record !== 0)
      throw cifarBadSize(set, path, bytes.byteLength, record);
  const count = files.reduce((sum, { bytes }) => sum + bytes.byteLength / record, 0);
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  let next = 0;
  for (const { path, bytes } of files)
    for (let at = 0; at < bytes.byteLength; at += record) {
      for (const [k, { name, classes }] of kinds.entries())
        if (bytes[at + k] >= classes) throw cifarBadLabel(set, path, at / record, name, bytes[at + k], classes);
      labels[next] = bytes[at + kinds.length - 1];
      images.set(bytes.subarray(at + kinds.length, at + record), next * pixels);
      next++;
    }
  return { images, labels };
}
