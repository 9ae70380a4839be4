/**
 * The values of tensors where they lie, for loops of our own. An update of an optimizer is ten operations a parameter,
 * each with a tensor that is made and thrown away; in networks of a thousand small layers that takes longer than the
 * products. A backend that keeps its values out of reach offers nothing, and the operations of TensorFlow.js remain.
 */
import * as tf from '@tensorflow/tfjs';

export type Read = (info: tf.TensorInfo) => Float32Array;

const readers = new Map<string, (backend: unknown) => Read>();

/** Says how the values of a backend are read, once it is registered. */
export const offerValues = (backendName: string, readerOf: (backend: unknown) => Read): void => {
  readers.set(backendName, readerOf);
};

/**
 * Reads tensors of the backend in use, so that what is written there is written to the tensor; undefined where that is
 * not possible. What it answers is good until the next tensor is made: memory that grows may move.
 */
export const valuesInPlace = (): Read | undefined => readers.get(tf.getBackend())?.(tf.backend());

/** Over all values of all tensors, read in place if they can be. */
export function sumOfSquares(tensors: readonly tf.Tensor[], read: Read | undefined): number {
  if (!read) return tf.tidy(() => tf.addN(tensors.map((tensor) => tf.sum<tf.Scalar>(tf.square(tensor)))).dataSync()[0]);
  let sum = 0;
  for (const tensor of tensors) {
    const values = read(tensor);
    for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  }
  return sum;
}
