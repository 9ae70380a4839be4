/** The arrays that a batch flows through: made for the largest batch so far, reused by all that follow. */
import type { Room } from '../../core/kernels/room';

/** Floats of each example, feature by feature with the examples side by side: see core/kernels/correlate.ts. */
export interface Buffer {
  readonly perExample: number;
  /** Good until a larger batch comes. */
  array: Float32Array;
}

interface Sized extends Buffer {
  perExample: number;
}

/** Good from the first `reserve` on. */
export interface Scratch {
  array: Float32Array;
}

export class Buffers {
  private readonly all: Sized[] = [];
  private readonly free: Sized[] = [];
  private readonly shared: Scratch = { array: new Float32Array() };
  private longest = 0;
  private examples = 0;

  /** `instances`: of the kernels that compute in them. */
  constructor(
    private readonly room: Room,
    private readonly instances: number,
  ) {}

  /** One of its own; without an array before the next `reserve`. */
  need(perExample: number): Buffer {
    const buffer = { perExample, array: new Float32Array() };
    this.all.push(buffer);
    return buffer;
  }

  /** An array whose length does not go with the batch. */
  fixed(length: number): Float32Array {
    return this.room.float32(length);
  }

  /**
   * What a kernel computes in, so many floats for each instance: the same for all, as nothing in it is kept from call
   * to call.
   */
  scratch(length: number): Scratch {
    this.longest = Math.max(this.longest, length);
    return this.shared;
  }

  /**
   * One for a while, in the place of one that was given back where there is one: the nearest in size, made larger if
   * need be.
   */
  borrow(perExample: number): Buffer {
    const fit = (one: Sized): number =>
      one.perExample >= perExample ? one.perExample - perExample : 2 ** 40 - one.perExample;
    const best = this.free.reduce<Sized | undefined>(
      (found, one) => (found && fit(found) <= fit(one) ? found : one),
      undefined,
    );
    if (!best) return this.need(perExample);
    this.free.splice(this.free.indexOf(best), 1);
    best.perExample = Math.max(best.perExample, perExample);
    return best;
  }

  giveBack(buffer: Buffer): void {
    this.free.push(buffer);
  }

  /** Room for batches of so many examples. */
  reserve(examples: number): void {
    if (examples <= this.examples) return;
    if (this.shared.array.length === 0 && this.longest > 0)
      this.shared.array = this.room.float32(this.longest * this.instances);
    this.giveBackAll();
    this.examples = examples;
    for (const buffer of this.all) buffer.array = this.room.float32(buffer.perExample * examples);
  }

  private giveBackAll(): void {
    for (const { array } of this.all) if (array.length > 0) this.room.free(array);
    for (const buffer of this.all) buffer.array = new Float32Array();
  }
}
