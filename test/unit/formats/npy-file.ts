import { npyHeaderBytes } from '../../../src/formats/npy';

/** The bytes of a .npy file of these values. */
export function npyFile(descr: string, shape: readonly number[], values: ArrayBufferView): Uint8Array {
  const header = npyHeaderBytes(descr, shape);
  const bytes = new Uint8Array(header.length + values.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return bytes;
}
