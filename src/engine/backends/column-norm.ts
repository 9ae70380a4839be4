/**
 * Batch norm over the last axis, with its gradients, in two passes each way; op by op it takes TensorFlow.js many, each
 * with a tensor of the size of the input. To take it away again, let `normalise` do so on every backend.
 */
import * as tf from '@tensorflow/tfjs';
import type { ColumnKernels } from '../../core/kernels/columns';
import { plainColumns } from '../../core/kernels/plain/columns';
import type { OwnKernel } from './own-kernels';
import { byLoops, offered, run } from './own-kernels';

/** Values (rows, columns), whatever their shape. */
interface Columns {
  rows: number;
  columns: number;
  shape: number[];
}

type Values = Float32Array;

const byColumns = (
  name: string,
  shapeOf: (columns: Columns) => number[],
  fill: (kernels: ColumnKernels, inputs: readonly Values[], to: Values, rows: number, columns: number) => void,
): OwnKernel<Columns> =>
  byLoops<Columns>(name, {
    shapeOf,
    fill: (inputs, to, { rows, columns }, kernels: ColumnKernels = plainColumns) =>
      fill(kernels, inputs, to, rows, columns),
  });

const pairs = ({ columns }: Columns): number[] => [2, columns];
const whole = ({ shape }: Columns): number[] => shape;

const moments = byColumns('ColumnMoments', pairs, (kernels, [x], to, ...size) => kernels.columnMoments(x, to, ...size));

const unit = byColumns('ColumnNorm', whole, (kernels, [x, found, scale, shift], to, ...size) =>
  kernels.columnNorm(x, found, scale, shift, to, ...size),
);

const sums = byColumns('ColumnNormSums', pairs, (kernels, [x, found, dy], to, ...size) =>
  kernels.columnNormSums(x, found, dy, to, ...size),
);

const back = byColumns('ColumnNormBack', whole, (kernels, [x, found, scale, own, dy], to, ...size) =>
  kernels.columnNormBack(x, found, scale, own, dy, to, ...size),
);

export const columnKernels = [moments, unit, sums, back] as const;

/** Of (2, columns), each by itself. */
const rowsOf = (pair: tf.Tensor): [tf.Tensor, tf.Tensor] => {
  const [, columns] = pair.shape;
  const row = (index: number): tf.Tensor => tf.reshape(tf.slice(pair, [index, 0], [1, columns]), [columns]);
  return [row(0), row(1)];
};

/** Whether the backend in use has it. */
export const hasColumnNorm = (): boolean => offered(moments);

/**
 * scale (x - mean) / sqrt(variance + 1e-5) + shift, by the mean and the variance of each column, which `onFound` is
 * told.
 */
export function columnNorm(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  onFound: (mean: tf.Tensor, variance: tf.Tensor) => void,
): tf.Tensor {
  const columns = x.shape[x.rank - 1];
  const size: Columns = { rows: x.size / columns, columns, shape: x.shape };
  const op = tf.customGrad((...given) => {
    const [values, factor, offset, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const found = run(moments, [values], size);
    onFound(...rowsOf(found));
    save([values, found, factor]);
    return {
      value: run(unit, [values, found, factor, offset], size),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [input, pair, own] = saved;
        const summed = run(sums, [input, pair, dy], size);
        return [run(back, [input, pair, own, summed, dy], size), ...rowsOf(summed)];
      },
    };
  });
  return op(x, scale, shift);
}
