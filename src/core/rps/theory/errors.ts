/** The sentences about the experiments of the theory. */
import { SparseError } from '../../errors';

export const badModel = (n: number, m: number, most: number): SparseError =>
  new SparseError(
    'rps.bad-experiment',
    `An experiment has a whole number of weights n from 2 to ${most} and keeps m of them, 1 to n; n is ${n} and m is ${m}.`,
  );

export const badTrials = (trials: number): SparseError =>
  new SparseError(
    'rps.bad-trials',
    `An experiment needs a whole number of trials from 2 to 1000000; ${trials} is not. Use for example 1000.`,
  );
