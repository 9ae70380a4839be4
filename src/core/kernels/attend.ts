/**
 * Multi-head self-attention between its two linear layers: Vaswani et al., "Attention Is All You Need" (2017), section
 * 3.2. `made`: query, key and value one after the other, (3 heads each, tokens, batch), `each` values a head. The range
 * is of parts: a head of four examples, or of those that are left, ceil(batch / 4) parts a head. scratch:
 * `attendFloats` for each of the instances of the kernels.
 */
export interface AttendKernels {
  /** attention: (heads, tokens, tokens, batch), after softmax over the second; y: (heads each, tokens, batch). */
  attend(
    made: Float32Array,
    attention: Float32Array,
    y: Float32Array,
    scratch: Float32Array,
    heads: number,
    each: number,
    tokens: number,
    batch: number,
    from: number,
    to: number,
  ): void;
  /** The gradient by `made`. */
  attendBack(
    made: Float32Array,
    attention: Float32Array,
    dy: Float32Array,
    dMade: Float32Array,
    scratch: Float32Array,
    heads: number,
    each: number,
    tokens: number,
    batch: number,
    from: number,
    to: number,
  ): void;
}

/** Examples of a part. */
export const examplesOfPart = 4;

export const attendParts = (heads: number, batch: number): number => heads * Math.ceil(batch / examplesOfPart);

/** Three matrices (tokens, each) and two (tokens, tokens) of four examples, as assembly/attend.ts lays them. */
export function attendFloats(each: number, tokens: number): number {
  const padded = (count: number): number => 4 * Math.ceil(count / 4);
  const pitch = (columns: number): number => examplesOfPart * padded(columns) + 16;
  return padded(tokens) * (3 * pitch(each) + 2 * pitch(tokens));
}
