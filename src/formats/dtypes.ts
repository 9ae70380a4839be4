/** The element types of safetensors, and how to make numbers of their bytes. */

/** Bits per element, in the order a writer lays them out: none is ever less aligned than its own size. */
export const dtypeBits = {
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
  I8: 8,
  U8: 8,
  BOOL: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
} as const;

export type Dtype = keyof typeof dtypeBits;

export const isDtype = (text: string): text is Dtype => Object.hasOwn(dtypeBits, text);

/** Of floating point: an element may be no finite number. */
export const isFloat = (dtype: Dtype): boolean => /^B?F\d/.test(dtype);

export type Numbers = Float32Array | Float64Array;

type Decode = (bytes: Uint8Array, into: Numbers, at: number) => void;

type Elements = { readonly length: number; readonly [index: number]: number | bigint };
type ElementArray = { new (buffer: ArrayBuffer, offset: number, length: number): Elements; BYTES_PER_ELEMENT: number };

// safetensors is little-endian, and so is every processor that VS Code and Node run on.
const elements = (array: ElementArray, bytes: Uint8Array): Elements => {
  const size = array.BYTES_PER_ELEMENT;
  // A view must start on a multiple of its element size; a file's tensor need not. (A Buffer's `slice` copies nothing.)
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.byteLength / size);
};

const plain =
  (array: ElementArray): Decode =>
  (bytes, into, at) => {
    into.set(elements(array, bytes) as unknown as ArrayLike<number>, at);
  };

/** 64-bit integers beyond 2^53 are rounded, as every float64 view of them is. */
const big =
  (array: ElementArray): Decode =>
  (bytes, into, at) => {
    const from = elements(array, bytes);
    for (let i = 0; i < from.length; i++) into[at + i] = Number(from[i]);
  };

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
const halfToNumber = (half: number): number => {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

let halves: Float32Array | undefined;

const half: Decode = (bytes, into, at) => {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfToNumber(bits));
  const from = elements(Uint16Array, bytes);
  for (let i = 0; i < from.length; i++) into[at + i] = halves[from[i] as number]!;
};

/** bfloat16 is the upper half of a float32. */
const brain: Decode = (bytes, into, at) => {
  const from = elements(Uint16Array, bytes);
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  for (let i = 0; i < from.length; i++) {
    word[0] = (from[i] as number) << 16;
    into[at + i] = float[0]!;
  }
};

const decoders: Partial<Record<Dtype, Decode>> = {
  F64: plain(Float64Array),
  F32: plain(Float32Array),
  F16: half,
  BF16: brain,
  I64: big(BigInt64Array),
  U64: big(BigUint64Array),
  I32: plain(Int32Array),
  U32: plain(Uint32Array),
  I16: plain(Int16Array),
  U16: plain(Uint16Array),
  I8: plain(Int8Array),
  U8: plain(Uint8Array),
  BOOL: plain(Uint8Array),
};

/** The decoder of a dtype; undefined for those that are listed only (complex, 8-bit floats and smaller). */
export const decoder = (dtype: Dtype): Decode | undefined => decoders[dtype];
