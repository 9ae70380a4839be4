/**
 * The one source of randomness: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
 * 2021), seeded through a 128-bit key so that generators can be split by name.
 */
import { badBound, badSeed } from './errors';

/** Plain numbers, so that a checkpoint can hold it as JSON. */
export interface RngState {
  /** Four 32-bit words from which the children are derived; drawing never changes them. */
  key: number[];
  /** Four 32-bit words of xoshiro128**. */
  state: number[];
  /** The second normal of the last pair, not yet handed out. */
  spare: number | null;
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** MurmurHash3's 32-bit finaliser: every input bit reaches every output bit. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Absorbs words into a 128-bit key: each word goes into every lane, and the lanes are stirred after each word. */
function absorb(key: readonly number[], words: readonly number[]): number[] {
  let [a, b, c, d] = [key[0] ^ 0x9e3779b9, key[1] ^ 0x243f6a88, key[2] ^ 0xb7e15162, key[3] ^ 0x71374491];
  // The length keeps "a" + "b" of two splits apart from "ab" of one; the last round lets the final word reach every
  // lane.
  for (const word of [...words, words.length, 0x5bd1e995]) {
    a = mix((a + word) | 0);
    b = mix((b ^ a ^ rotate(word, 8)) | 0);
    c = mix((c + b + rotate(word, 16)) | 0);
    d = mix((d ^ c ^ rotate(word, 24)) | 0);
    a = (a ^ rotate(d, 7)) | 0;
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

function codeUnits(name: string): number[] {
  const units: number[] = [];
  for (let i = 0; i < name.length; i++) units.push(name.charCodeAt(i));
  return units;
}

/** Of two words a number of [0, 1). */
const unit = (first: number, second: number): number => ((first >>> 5) * 2 ** 26 + (second >>> 6)) / 2 ** 53;

/** Numbers, or tries of the polar method, that are drawn at a time. */
const mostTries = 1024;
/** Their words, four of a try; nobody needs them after a call. */
const scratch = new Uint32Array(4 * mostTries);

/**
 * Marsaglia's polar method for out[from] on: of each four words a pair, or none. `to`: where it came to; `used`: words;
 * `spare`: the second of the last pair, if it was one too many.
 */
function polar(
  words: Uint32Array,
  out: Float64Array,
  from: number,
): { to: number; used: number; spare: number | null } {
  let [to, used] = [from, 0];
  let spare: number | null = null;
  while (used < words.length && to < out.length) {
    const x = 2 * unit(words[used], words[used + 1]) - 1;
    const y = 2 * unit(words[used + 2], words[used + 3]) - 1;
    used += 4;
    const square = x * x + y * y;
    if (square >= 1 || square === 0) continue;
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    out[to++] = x * scale;
    if (to < out.length) out[to++] = y * scale;
    else spare = y * scale;
  }
  return { to, used, spare };
}

/** A seeded generator. A child depends on its parent's key and its own name only, never on what was drawn before. */
export class Rng {
  private readonly key: number[];
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spare: number | null;

  private constructor({ key, state, spare }: RngState) {
    this.key = [...key];
    [this.a, this.b, this.c, this.d] = state as [number, number, number, number];
    this.spare = spare;
  }

  private static fromKey(key: number[]): Rng {
    const state = absorb(key, [0x73747265, 0x616d]);
    // xoshiro's one forbidden state; a 128-bit hash will not meet it, and this makes sure.
    if (!state.some((word) => word !== 0)) state[0] = 1;
    return new Rng({ key, state, spare: null });
  }

  /** `seed`: any safe integer. Throws `rng.bad-seed` otherwise. */
  static fromSeed(seed: number): Rng {
    if (!Number.isSafeInteger(seed)) throw badSeed(seed);
    return Rng.fromKey(absorb([0, 0, 0, 0], [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]));
  }

  static restore(state: RngState): Rng {
    return new Rng(state);
  }

  get state(): RngState {
    return {
      key: [...this.key],
      state: [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.d >>> 0],
      spare: this.spare,
    };
  }

  split(name: string): Rng {
    return Rng.fromKey(absorb(this.key, codeUnits(name)));
  }

  /** Uniform over [0, 2^32). */
  uint32(): number {
    const result = Math.imul(rotate(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotate(this.d, 11);
    return result;
  }

  /** Uniform over [0, 1), multiples of 2^-53. */
  uniform(): number {
    return unit(this.uint32(), this.uint32());
  }

  /** `uniform` for each number of `out`; of many in a part of the time. */
  uniforms(out: Float64Array): void {
    const words = scratch.subarray(0, 2 * mostTries);
    for (let from = 0; from < out.length; from += mostTries) {
      const count = Math.min(mostTries, out.length - from);
      this.draw(words, 2 * count);
      for (let k = 0; k < count; k++) out[from + k] = unit(words[2 * k], words[2 * k + 1]);
    }
  }

  /** Uniform over the whole numbers [0, bound), without modulo bias; bound from 1 to 2^32. */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) throw badBound(bound);
    const limit = 2 ** 32 - (2 ** 32 % bound);
    // Rejects with probability below 1/2, so the loop ends at once in practice.
    for (;;) {
      const drawn = this.uint32();
      if (drawn < limit) return drawn % bound;
    }
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = y * scale;
      return x * scale;
    }
  }

  /** `normal` for each number of `out`, bit for bit; of many in a part of the time. */
  normals(out: Float64Array): void {
    let from = 0;
    if (this.spare !== null && out.length > 0) {
      out[from++] = this.spare;
      this.spare = null;
    }
    const words = scratch.subarray(0, 4 * Math.ceil(out.length / 2));
    while (from < out.length) {
      const { a, b, c, d } = this;
      this.draw(words, words.length);
      const { to, used, spare } = polar(words, out, from);
      from = to;
      this.spare = spare;
      if (used === words.length) continue;
      // Words that nobody needed are not drawn.
      Object.assign(this, { a, b, c, d });
      this.draw(words, used);
    }
  }

  /** `uint32` for the first `count` of `out`. */
  private draw(out: Uint32Array, count: number): void {
    let { a, b, c, d } = this;
    for (let k = 0; k < count; k++) {
      out[k] = Math.imul(rotate(Math.imul(b, 5), 7), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = rotate(d, 11);
    }
    [this.a, this.b, this.c, this.d] = [a, b, c, d];
  }

  /** Fisher-Yates, in place: every order equally likely. */
  shuffle(array: Uint32Array | Int32Array): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
  }
}
