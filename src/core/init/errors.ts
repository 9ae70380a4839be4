/** The sentences about initialisations. */
import { atLeast, SparseError } from '../errors';

export const badGain = (gain: number): SparseError =>
  new SparseError(
    'init.bad-gain',
    `A gain multiplies the initial weights and is a finite number above 0; ${gain} is not. Use 1.`,
  );

export const badGroups = (name: string, groups: number): SparseError =>
  new SparseError(
    'init.bad-groups',
    `Layer "${name}": ${groups} groups do not divide its outputs. Use a whole number that does, for example 1.`,
  );

export const badKernel = (name: string, kernel: readonly number[], columns: number): SparseError =>
  new SparseError(
    'init.bad-kernel',
    `Layer "${name}": a kernel of ${kernel.join(' x ')} does not divide the ${columns} weights of one output. ` +
      'Columns are (inputs / groups) * height * width, with a height and a width of at least 1.',
  );

export const maskMismatch = (name: string, got: string, expected: string): SparseError =>
  new SparseError(
    'init.mask-mismatch',
    `Layer "${name}" has ${expected} weights, but its mask is ${got}. Give a mask with one value for each weight.`,
  );

export const noSparseFan = (init: string): SparseError =>
  new SparseError(
    'init.no-sparse-fan',
    `"${init}" does not scale by fan-in, so it cannot scale by the kept weights. ` +
      'Leave sparse fan-in out, or use kaiming-normal, xavier-normal or lecun-normal.',
  );

export const badVariance = (what: string, value: number): SparseError =>
  new SparseError('init.bad-variance', `The ${what} is a finite number of at least 0; ${value} is not. Use 0.`);

export const biasTooLarge = (activation: string, variance: number, largest: number): SparseError =>
  new SparseError(
    'init.bias-too-large',
    `With "${activation}" and a bias variance of ${variance} no weight variance is critical. ` +
      (largest === 0 ? 'Use a bias variance of 0.' : `Use a bias variance below ${largest}.`),
    { nearest: largest },
  );

export const noFixedPoint = (activation: string, weight: number, bias: number): SparseError =>
  new SparseError(
    'init.no-fixed-point',
    `With "${activation}", sigma_w ${weight} and sigma_b ${bias} the signal grows from layer to layer without limit. ` +
      'Use a smaller sigma_w.',
  );

export const biasTooSmall = (activation: string, variance: number, least: number): SparseError => {
  const nearest = Number(atLeast(least));
  return new SparseError(
    'init.bias-too-small',
    `With "${activation}" and a bias variance of ${variance} the critical point is not stable: the signal leaves it and ` +
      `grows. Use a bias variance of at least ${nearest}.`,
    { nearest },
  );
};

export const badIterations = (iterations: number): SparseError =>
  new SparseError(
    'init.bad-iterations',
    `Approximate isometry takes a whole number of iterations from 1 to 1000000; ${iterations} is not. Use 1000.`,
  );

export const badLearningRate = (rate: number): SparseError =>
  new SparseError(
    'init.bad-learning-rate',
    `The learning rate of approximate isometry is a finite number above 0; ${rate} is not. Use 0.1.`,
  );

/** `iteration`: from 0. */
export const notFinite = (iteration: number, learningRate: number): SparseError =>
  new SparseError(
    'init.not-finite',
    `Approximate isometry has left the finite numbers at iteration ${iteration + 1} with learning rate ${learningRate}. Use a lower one, for example 0.1.`,
  );

/** `possible`: the degrees that divide, ascending. */
export const degreeDoesNotDivide = (
  rows: number,
  columns: number,
  degree: number,
  possible: readonly number[],
): SparseError => {
  const below = possible.findLast((one) => one < degree);
  const above = possible.find((one) => one > degree);
  const around = [below, above].filter((one) => one !== undefined);
  // What is no number lies beside none of them.
  const nearest = around.length > 0 ? around : possible;
  return new SparseError(
    'init.degree-does-not-divide',
    `A ${rows} x ${columns} matrix cannot have ${degree} weights in each ${rows <= columns ? 'row' : 'column'} and be orthogonal by blocks: ` +
      `the degree has to divide ${Math.max(rows, columns)} into groups that share ${Math.min(rows, columns)} evenly. Use ${nearest.join(' or ')}.`,
    { nearest },
  );
};
