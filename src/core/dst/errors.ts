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

export const weightsAllEqual = (name: string, kept: number, value: number): SparseError =>
  error(
    'all-equal',
    `Layer "${name}": all ${kept} kept weights have the same magnitude, ${value}, so magnitudes say nothing about which to drop. ` +
      'Check that training moves the weights (learning rate, and gradients that reach the layer) before sparsity.update.every first drops some, ' +
      'or begin with weights that differ.',
    { layer: name },
  );

export const gradientsAllEqual = (name: string, inactive: number, value: number): SparseError =>
  error(
    'all-equal',
    `Layer "${name}": the gradients of all ${inactive} inactive weights have the same magnitude, ${value}, so they say nothing about which to grow. ` +
      'Check the inputs of the layer, which seem to be all alike, or grow at random with method: set.',
    { layer: name },
  );
