/** The numbers that a memory begins with. */
import type { Rng } from '../rng';
import { valuesBetween } from './location-values';
import type { Scales } from './scales';
import type { Sharing } from './sharing';

/** How the memory of ROAST is drawn; `s` is its standard deviation but with `compat`. */
export type MemoryDraw =
  | { kind: 'uniform' | 'normal'; s: number }
  /**
   * As the public code: uniform on (-s, s), although lambda is sigma / s, so that weights begin 1/sqrt(3) too small.
   */
  | { kind: 'compat'; s: number };

/** Numbers that are drawn at a time. */
const drawn = 4096;

/**
 * From the beginning of the memory on, of any lengths: one number after the other from `rng`, so that runs that differ
 * in the scale only begin alike.
 */
export class MemoryDrawing {
  private readonly numbers = new Float64Array(drawn);
  private readonly draw: MemoryDraw;

  constructor(
    draw: MemoryDraw | undefined,
    private readonly rng: Rng,
  ) {
    this.draw = draw ?? { kind: 'uniform', s: 1 };
  }

  /**
   * `deviations`, of the normalised form, 1 / (1 / sqrt(S2_j)): phi_j is normal with them, and no `draw` is looked at.
   */
  fill(out: Float32Array, deviations: Float64Array | undefined): void {
    const { kind, s } = this.draw;
    const bound = kind === 'compat' ? s : s * Math.sqrt(3);
    for (let from = 0; from < out.length; from += drawn) {
      const some = this.numbers.subarray(0, Math.min(drawn, out.length - from));
      const normal = deviations !== undefined || kind === 'normal';
      if (normal) this.rng.normals(some);
      else this.rng.uniforms(some);
      if (deviations) for (let k = 0; k < some.length; k++) out[from + k] = deviations[from + k] * some[k];
      else if (normal) for (let k = 0; k < some.length; k++) out[from + k] = s * some[k];
      else for (let k = 0; k < some.length; k++) out[from + k] = bound * (2 * some[k] - 1);
    }
  }
}

/** The whole initial memory. Recovered weights then have the deviations of the layers. */
export function drawMemory({ m }: Sharing, { inverse }: Scales, drawing: MemoryDrawing): Float32Array {
  const memory = new Float32Array(m);
  const deviations = inverse && new Float64Array(drawn);
  for (let from = 0; from < memory.length; from += drawn) {
    const to = Math.min(memory.length, from + drawn);
    if (inverse && deviations) {
      valuesBetween(inverse, from, to, deviations);
      invert(deviations);
    }
    drawing.fill(memory.subarray(from, to), deviations);
  }
  return memory;
}

/** 0 where nothing lies. */
function invert(factors: Float64Array): void {
  for (let k = 0; k < factors.length; k++) factors[k] = factors[k] > 0 ? 1 / factors[k] : 0;
}
