/** IDX, the format of MNIST: bytes 0, 0, type, axes; each axis as a big-endian uint32; the elements, row-major. */
import * as errors from './errors';

/** MNIST uses one type only. */
const unsignedByte = 0x08;
const maxAxes = 8;

/** Bytes before the elements. */
export const idxHeaderBytes = (axes: number): number => 4 + 4 * axes;

/** The axes of one picture in a file: grey ones have no axis of channels, as in MNIST. */
export const idxAxes = ([channels, height, width]: readonly [number, number, number]): number[] =>
  channels === 1 ? [height, width] : [channels, height, width];

export interface IdxArray {
  shape: number[];
  /** Row-major, a view of the file's bytes. */
  data: Uint8Array;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

const product = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((total, length) => total * length, 1);

/** As many bytes as a header may have. */
export const mostIdxHeader = idxHeaderBytes(maxAxes);

/**
 * The shape that the head of an IDX file of unsigned bytes says, which is that of a file of `size` bytes.
 * @throws SparseError `idx.bad-magic`, `idx.bad-axes`, `idx.truncated`, `idx.trailing-bytes`, `idx.shape-overflow`
 */
export function idxShape(head: Uint8Array, size: number, name: string): number[] {
  if (head[0] !== 0 || head[1] !== 0 || head[2] !== unsignedByte)
    throw errors.idxBadMagic(name, hex(head.subarray(0, 3)) || 'nothing');
  const axes = head.byteLength > 3 ? head[3] : 0;
  if (axes < 1 || axes > maxAxes) throw errors.idxBadAxes(name, axes, maxAxes);
  const header = idxHeaderBytes(axes);
  if (size < header) throw errors.idxTruncated(name, size, header);
  const view = new DataView(head.buffer, head.byteOffset, header);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const needed = header + product(shape);
  if (!Number.isSafeInteger(needed)) throw errors.idxOverflow(name, shape);
  if (size < needed) throw errors.idxTruncated(name, size, needed);
  if (size > needed) throw errors.idxTrailing(name, size, needed);
  return shape;
}

/** Reads an IDX file of unsigned bytes. Nothing is allocated by what the header claims. @throws as `idxShape` */
export function readIdx(bytes: Uint8Array, name: string): IdxArray {
  const shape = idxShape(bytes, bytes.byteLength, name);
  return { shape, data: bytes.subarray(idxHeaderBytes(shape.length)) };
}

/** The bytes of an IDX file. @throws SparseError `idx.bad-shape` when `data` does not fill `shape` */
export function writeIdx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const possible = shape.every((length) => Number.isInteger(length) && length >= 0 && length <= 0xffff_ffff);
  if (!possible || shape.length < 1 || shape.length > maxAxes || product(shape) !== data.byteLength)
    throw errors.idxCannotWrite(shape, data.byteLength);
  const header = idxHeaderBytes(shape.length);
  const bytes = new Uint8Array(header + data.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (unsignedByte << 8) | shape.length);
  shape.forEach((length, axis) => view.setUint32(4 + 4 * axis, length));
  bytes.set(data, header);
  return bytes;
}
