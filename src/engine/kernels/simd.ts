/**
 * Whether this Node computes with WebAssembly and its SIMD: asked of a module of our own, not of a file that may be
 * damaged.
 */
import { noSimd, noWebAssembly } from './words';

/** One function, which answers i8x16.popcnt(i8x16.splat(0)). */
const simdModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** Why it does not; undefined where it does. */
export function withoutSimd(): string | undefined {
  // Node started with --jitless or --no-expose-wasm has none.
  if (typeof WebAssembly === 'undefined') return noWebAssembly;
  return WebAssembly.validate(simdModule) ? undefined : noSimd;
}
