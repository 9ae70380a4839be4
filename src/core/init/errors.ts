/** The sentences about initialisations. */
import { SparseError } from '../errors';

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
