/** Both builds of the kernels, as this Node has them, beside their plain twins. */
import { plainKernels } from '../../src/core/kernels/kernels';
import type { Kernels } from '../../src/core/kernels/kernels';
import { PlainRoom } from '../../src/core/kernels/room';
import type { Room } from '../../src/core/kernels/room';
import { loadKernels } from '../../src/engine/kernels/load';

/** Loaded anew, by name: those that this Node compiles, the plain ones last. */
export function everyKernels(): [name: string, kernels: Kernels][] {
  const { kernels: wasm, reason } = loadKernels(['wasm']);
  if (reason !== undefined) throw new Error(`The compiled kernels are not there to be tested: ${reason}`);
  const { kernels: relaxed } = loadKernels(['wasm-relaxed']);
  const compiled = relaxed.kind === 'plain' ? [wasm] : [wasm, relaxed];
  return [...compiled, plainKernels()].map((kernels) => [kernels.kind, kernels]);
}

/** Where the plain kernels find float64 wherever they ask for float32. */
class ExactRoom extends PlainRoom {
  override float32 = (length: number): Float32Array => this.float64(length) as unknown as Float32Array;
}

/** The plain kernels without any float32: what they compute is exact beside what the others do. */
export const exactKernels = (): Kernels => ({ ...plainKernels(), room: new ExactRoom() });

/** Copies into arrays of the room. */
export const into = (room: Room) => ({
  float32: (values: ArrayLike<number>): Float32Array => filled(room.float32(values.length), values),
  float64: (values: ArrayLike<number>): Float64Array => filled(room.float64(values.length), values),
  int32: (values: ArrayLike<number>): Int32Array => filled(room.int32(values.length), values),
  uint32: (values: ArrayLike<number>): Uint32Array => filled(room.uint32(values.length), values),
});

function filled<T extends { set(values: ArrayLike<number>): void }>(array: T, values: ArrayLike<number>): T {
  array.set(values);
  return array;
}
