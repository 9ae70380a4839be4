export { bidiagonalStep, bidiagonalStep32 } from './bidiagonal';
export { correlate, correlateWeights } from './correlate';
export { correlateDense, correlateDenseWeights, scratchFloats, useScratch } from './dense';
export { gather, pad, unpad } from './frames';

/** Bytes of memory that are the module's own. */
export function ownBytes(): usize {
  return __heap_base;
}
