/**
 * Rows of a table by their numbers, with the gradient by the table. TensorFlow.js has no sum by number on the wasm
 * backend, and a product with one-hot rows would take a value for each row of the table and each token. To take it away
 * again, let the embedding use tf.gather.
 */
import * as tf from '@tensorflow/tfjs';
import { byLoops, run } from './own-kernels';

interface RowsLayout {
  /** Of the table. */
  rows: number;
  width: number;
  /** Of the numbers. */
  shape: [examples: number, tokens: number];
}

/** Of dy, a row for each that was taken, and their numbers. */
const byTable = byLoops<RowsLayout>('TakenRowsTableGradient', {
  shapeOf: ({ rows, width }) => [rows, width],
  fill: ([dy, numbers], to, { width }) => {
    to.fill(0);
    numbers.forEach((row, at) => {
      for (let i = 0; i < width; i++) to[row * width + i] += dy[at * width + i];
    });
  },
});

/** Of (rows, width) and (examples, tokens), (examples, tokens, width). */
const taken = byLoops<RowsLayout>(
  'TakenRows',
  {
    shapeOf: ({ shape, width }) => [...shape, width],
    fill: ([table, numbers], to, { width }) => {
      numbers.forEach((row, at) => to.set(table.subarray(row * width, (row + 1) * width), at * width));
    },
  },
  {
    inputs: 2,
    keeps: true,
    of: (dy, [, numbers], layout) => [() => run(byTable, [dy, numbers], layout), () => tf.zerosLike(numbers)],
  },
);

export const rowKernels = [taken, byTable] as const;

/** `numbers`: whole and below the rows of the table, as float32. */
export const takenRows = (table: tf.Tensor2D, numbers: tf.Tensor2D): tf.Tensor3D =>
  run(taken, [table, numbers], { rows: table.shape[0], width: table.shape[1], shape: numbers.shape }) as tf.Tensor3D;
