/**
 * Multi-head self-attention between its two linear layers: Vaswani et al., "Attention Is All You Need" (2017), section 3.2.
 * `made`: query, key and value one after the other, (3 heads each, tokens, batch), `each` values a head.
 */
export interface AttendKernels {
  /** attention: (heads, tokens, tokens, batch), after softmax over the second; y: (heads each, tokens, batch). Heads `from` to `to`. */
  attend(
    made: Float32Array,
    attention: Float32Array,
    y: Float32Array,
    heads: number,
    each: number,
    tokens: number,
    batch: number,
    from: number,
    to: number,
  ): void;
  /** The gradient by `made`. scratch: (heads, tokens, 4). */
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
