/** The sentences about masks that change while a network is trained. */
import { SparseError } from '../errors';

const error = (code: string, message: string, details?: Record<string, unknown>): SparseError =>
  new SparseError(`dst.${code}`, message, details);

export const badFraction = (fraction: number): SparseError =>
  error('bad-fraction', `The share of weights to drop lies from 0 to 1; ${fraction} does not. Use 0.3.`);

export const badSchedule = (step: number, end: number): SparseError =>
  error(
    'bad-schedule',
    `Step ${step} of a schedule that ends at ${end}: both are whole numbers and the end is above 0.`,
  );

export const sizeMismatch = (name: string, what: string, got: number, expected: number): SparseError =>
  error('size-mismatch', `Layer "${name}": its ${what} number ${got}, ${expected} expected. Give one for each weight.`);

export const notFinite = (name: string, what: string, index: number, value: number): SparseError =>
  error(
    'non-finite',
    `Layer "${name}": ${what} ${index} is ${value}, so it cannot be told what to drop or grow. ` +
      'Training has diverged; lower the learning rate.',
    { layer: name, index },
  );

export const noGradients = (name: string): SparseError =>
  error('no-gradients', `Layer "${name}": RigL grows where the gradient is largest and was given none.`);
