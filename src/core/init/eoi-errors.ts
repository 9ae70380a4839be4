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

export const wantedTooSparse = (name: string, kept: number, weights: number, least: number): SparseError =>
  new SparseError(
    'eoi.pattern-too-sparse',
    `Layer "${name}": the wanted mask keeps ${kept} of ${weights} weights; exactly orthogonal the layer keeps at least ` +
      `${least}. Give a mask that keeps at least ${least}.`,
    { least },
  );

export const badEvaluations = (evaluations: number): SparseError =>
  new SparseError(
    'eoi.bad-evaluations',
    `A search looks at a whole number of pairs of axes, 0 or more; ${evaluations} is not. Use for example 1000000.`,
  );
