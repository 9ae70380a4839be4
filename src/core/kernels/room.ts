/** Where arrays of the kernels lie: side by side in one buffer, which WebAssembly and its threads see whole. */
import { noRoom } from './errors';

/** Arrays are at multiples of this, so that no two of them share a line of the cache. */
const line = 64;

/** A source of arrays for kernels. They come with any content. */
export interface Room {
  float32(length: number): Float32Array;
  float64(length: number): Float64Array;
  int32(length: number): Int32Array;
  uint32(length: number): Uint32Array;
  /** Takes an array back, which must not be used after. */
  free(array: ArrayBufferView): void;
  /** Whether kernels of this room can compute on an array. */
  holds(array: ArrayBufferView): boolean;
  /** Bytes given out now, and the most that ever were at a time. */
  readonly used: number;
  readonly peak: number;
}

/** Arrays by themselves: for kernels in plain TypeScript. */
export class PlainRoom implements Room {
  used = 0;
  peak = 0;

  float32 = (length: number): Float32Array => this.counted(new Float32Array(length));
  float64 = (length: number): Float64Array => this.counted(new Float64Array(length));
  int32 = (length: number): Int32Array => this.counted(new Int32Array(length));
  uint32 = (length: number): Uint32Array => this.counted(new Uint32Array(length));

  free(array: ArrayBufferView): void {
    this.used -= array.byteLength;
  }

  /** Those in plain TypeScript can on any. */
  holds(): boolean {
    return true;
  }

  private counted<T extends ArrayBufferView>(array: T): T {
    this.used += array.byteLength;
    this.peak = Math.max(this.peak, this.used);
    return array;
  }
}

/** A room for a time: what was taken of it is given back at once, whatever became of who took it. */
export class RentedRoom implements Room {
  private readonly held = new Set<ArrayBufferView>();

  constructor(private readonly room: Room) {}

  float32 = (length: number): Float32Array => this.hold(this.room.float32(length));
  float64 = (length: number): Float64Array => this.hold(this.room.float64(length));
  int32 = (length: number): Int32Array => this.hold(this.room.int32(length));
  uint32 = (length: number): Uint32Array => this.hold(this.room.uint32(length));

  get used(): number {
    return this.room.used;
  }

  get peak(): number {
    return this.room.peak;
  }

  free(array: ArrayBufferView): void {
    this.room.free(array);
    this.held.delete(array);
  }

  holds(array: ArrayBufferView): boolean {
    return this.room.holds(array);
  }

  freeAll(): void {
    for (const array of this.held) this.room.free(array);
    this.held.clear();
  }

  private hold<T extends ArrayBufferView>(array: T): T {
    this.held.add(array);
    return array;
  }
}

/** As WebAssembly.Memory, which the language alone does not know. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** A free stretch of the memory, in bytes. */
interface Gap {
  from: number;
  to: number;
}

/** Arrays in the shared memory of a WebAssembly module; grown when they do not fit. */
export class MemoryRoom implements Room {
  used = 0;
  peak = 0;
  /** In order, never touching. */
  private readonly gaps: Gap[];
  private readonly sizes = new Map<number, number>();
  /** The memory as it was and is: each time that it grows it is seen by another buffer. */
  private readonly buffers = new WeakSet<ArrayBufferLike>();
  /** The last of them. */
  private buffer: ArrayBufferLike | undefined;

  /** `base`: bytes at the beginning that are the module's own. */
  constructor(
    private readonly memory: Memory,
    base: number,
  ) {
    this.gaps = [{ from: Math.ceil(base / line) * line, to: memory.buffer.byteLength }];
  }

  float32 = (length: number): Float32Array => new Float32Array(...this.place(length, 4));
  float64 = (length: number): Float64Array => new Float64Array(...this.place(length, 8));
  int32 = (length: number): Int32Array => new Int32Array(...this.place(length, 4));
  uint32 = (length: number): Uint32Array => new Uint32Array(...this.place(length, 4));

  free(array: ArrayBufferView): void {
    const from = array.byteOffset;
    const size = this.sizes.get(from);
    if (size === undefined) throw new Error(`No array begins at byte ${from}`);
    this.sizes.delete(from);
    this.used -= size;
    const after = this.gaps.findIndex((gap) => gap.from > from);
    const index = after < 0 ? this.gaps.length : after;
    this.gaps.splice(index, 0, { from, to: from + size });
    this.join(index);
    this.join(index - 1);
  }

  holds(array: ArrayBufferView): boolean {
    return this.buffers.has(array.buffer);
  }

  /** Makes one of a gap and its successor where they touch. */
  private join(index: number): void {
    const gap = this.gaps.at(index);
    const next = this.gaps[index + 1] as Gap | undefined;
    if (index < 0 || !gap || gap.to !== next?.from) return;
    gap.to = next.to;
    this.gaps.splice(index + 1, 1);
  }

  private place(length: number, bytes: number): [buffer: ArrayBufferLike, from: number, length: number] {
    const size = Math.max(1, Math.ceil((length * bytes) / line)) * line;
    const from = this.take(size);
    this.sizes.set(from, size);
    this.used += size;
    this.peak = Math.max(this.peak, this.used);
    const { buffer } = this.memory;
    if (buffer !== this.buffer) this.buffers.add(buffer);
    this.buffer = buffer;
    return [buffer, from, length];
  }

  /** The first gap that is large enough, which keeps what is used together. */
  private take(size: number): number {
    let index = this.gaps.findIndex(({ from, to }) => to - from >= size);
    if (index < 0) {
      this.grow(size);
      index = this.gaps.length - 1;
    }
    const gap = this.gaps[index];
    const { from } = gap;
    gap.from += size;
    if (gap.from === gap.to) this.gaps.splice(index, 1);
    return from;
  }

  /** Until the last gap has `size` bytes. */
  private grow(size: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.gaps.at(-1);
    const free = last?.to === end ? end - last.from : 0;
    const pages = Math.ceil((size - free) / 65536);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw noRoom(size, this.used, cause);
    }
    const to = this.memory.buffer.byteLength;
    if (last && free > 0) last.to = to;
    else this.gaps.push({ from: end, to });
  }
}
