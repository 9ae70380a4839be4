/** The binary version of CIFAR-10: records of one label byte and 3 x 32 x 32 pixel bytes (red, green, blue planes). */
import { cifarBadLabel, cifarBadSize } from './errors';

const pixels = 3 * 32 * 32;
const record = 1 + pixels;

export interface Cifar10 {
  /** (n, 3, 32, 32), channel-major. */
  images: Uint8Array;
  /** (n), 0 to 9. */
  labels: Uint8Array;
}

/** Reads one batch file. @throws SparseError `cifar10.bad-size`, `cifar10.bad-label` */
export function readCifar10(bytes: Uint8Array, name: string): Cifar10 {
  if (bytes.byteLength === 0 || bytes.byteLength % record !== 0) throw cifarBadSize(name, bytes.byteLength, record);
  const count = bytes.byteLength / record;
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * record;
    const label = bytes[at];
    if (label > 9) throw cifarBadLabel(name, i, label);
    labels[i] = label;
    images.set(bytes.subarray(at + 1, at + record), i * pixels);
  }
  return { images, labels };
}
