import { hash } from '../../rps/hash';
import type { FoldKernels } from '../fold';

type Floats = Float32Array | Float64Array;
type Rest<F extends keyof FoldKernels> = Parameters<FoldKernels[F]> extends [unknown, unknown, ...infer R] ? R : never;

/** Of float64 too, which the compiled ones do not take. */
interface PlainFold {
  recoverFold(memory: Floats, out: Floats, ...rest: Rest<'recoverFold'>): void;
  gatherFold(gradient: Floats, sums: Floats, ...rest: Rest<'gatherFold'>): void;
}

export const plainFold: PlainFold = {
  recoverFold(memory, out, location, into, first, key, factor, from, to) {
    for (let i = from; i < to;) {
      const bit = (first + i) & 31;
      let signs = hash(key, (first + i) >>> 5) >>> bit;
      for (const end = Math.min(to, i + 32 - bit); i < end; i++, signs >>>= 1)
        out[into + i] = (1 - 2 * (signs & 1)) * factor * memory[location + i];
    }
  },
  gatherFold(gradient, sums, location, first, key, factor, from, to) {
    for (let i = from; i < to;) {
      const bit = (first + i) & 31;
      let signs = hash(key, (first + i) >>> 5) >>> bit;
      for (const end = Math.min(to, i + 32 - bit); i < end; i++, signs >>>= 1)
        sums[location + i] += (1 - 2 * (signs & 1)) * factor * gradient[i];
    }
  },
};
