/** The bits of float64, which are ordered like the numbers but for the sign. */

/**
 * The two 32-bit words of each number, in the machine's byte order: that of `values[k]` with the sign is at 2 k +
 * `highWord`.
 */
export const wordsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);

export const highWord = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
export const lowWord = 1 - highWord;
