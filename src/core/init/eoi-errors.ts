/** The sentences about exact orthogonal initialisation of convolutions and towards a pattern. */
import { atLeast, SparseError } from '../errors';

export const kernelTooSparse = (name: string, density: number, least: number, weights: number): SparseError => {
  const nearest = Number(atLeast(least / weights));
  return new SparseError(
    'eoi.kernel-too-sparse',
    `Layer "${name}": an exactly orthogonal convolution of this shape keeps at least ${least} of its ${weights} weights; ` +
      `a density of ${density} is too low, the nearest possible density is ${nearest}.`,
    { nearest, least },
  );
};

export const patternTooSparse = (rows: number, columns: number, kept: number, least: number): SparseError =>
  new SparseError(
    'eoi.pattern-too-sparse',
    `The wanted pattern keeps ${kept} of ${rows} x ${columns} weights; an exactly orthogonal matrix of that shape has at ` +
      `least ${least}. Give a pattern that keeps at least ${least}.`,
    { least },
  );
