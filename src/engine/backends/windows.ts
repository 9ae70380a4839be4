/**
 * Windows of pictures, with their gradients, by the kernels of the sparse executor: an example here is what a channel
 * is there, and channels lie beside each other as examples do there. Elsewhere they are patches that are split and
 * compared. To take it away again, let `pool` do so on every backend.
 */
import * as tf from '@tensorflow/tfjs';
import { plainPool } from '../../core/kernels/plain/pool';
import type { PoolArguments, PoolKernels } from '../../core/kernels/pool';
import type { OwnKernel } from './own-kernels';
import { byLoops, offered, run } from './own-kernels';

/** How windows are laid over pictures of (batch, height, width, channels). */
interface Windows {
  of: 'max' | 'average';
  size: number;
  stride: number;
  /** Of what comes in. */
  shape: [number, number, number, number];
}

/** Windows along a side. */
const along = (length: number, { size, stride }: Windows): number => Math.floor((length - size) / stride) + 1;

const rangeOf = (windows: Windows): PoolArguments => {
  const { size, stride, shape } = windows;
  const [batch, height, width, channels] = shape;
  return [size, stride, height, width, along(height, windows), along(width, windows), channels, 0, batch];
};

const shapeOf = (windows: Windows): number[] => {
  const [batch, height, width, channels] = windows.shape;
  return [batch, along(height, windows), along(width, windows), channels];
};

type Fill = (
  kernels: PoolKernels,
  windows: Windows,
  inputs: readonly Float32Array[],
  to: Float32Array,
  range: PoolArguments,
) => void;

const byWindows = (name: string, made: (windows: Windows) => number[], fill: Fill): OwnKernel<Windows> =>
  byLoops<Windows>(name, {
    shapeOf: made,
    fill: (inputs, to, windows, kernels: PoolKernels = plainPool) =>
      fill(kernels, windows, inputs, to, rangeOf(windows)),
  });

const pooled = byWindows('PooledWindows', shapeOf, (kernels, { of }, [x], y, range) => {
  if (of === 'max') kernels.poolMax(x, y, ...range);
  else kernels.poolMean(x, y, ...range);
});

/** Of x, y and dL/dy. */
const byInput = byWindows(
  'PooledWindowsGradient',
  ({ shape }) => [...shape],
  (kernels, { of }, [x, y, dy], dx, range) => {
    if (of === 'max') kernels.poolMaxBack(x, y, dy, dx, ...range);
    else kernels.poolMeanBack(dy, dx, ...range);
  },
);

export const windowKernels = [pooled, byInput] as const;

/** Whether the backend in use has it. */
export const hasPooledWindows = (): boolean => offered(pooled);

/**
 * Of each window of `size` x `size` places, `stride` apart, the largest value or the mean; those that reach beyond the
 * picture are left out.
 */
export function pooledWindows(x: tf.Tensor4D, how: Pick<Windows, 'of' | 'size' | 'stride'>): tf.Tensor4D {
  const windows: Windows = { of: how.of, size: how.size, stride: how.stride, shape: x.shape };
  const op = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [tf.Tensor, tf.GradSaveFunc];
    const value = run(pooled, [values], windows);
    save([values, value]);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => run(byInput, [...saved, dy], windows) };
  });
  return op(x) as tf.Tensor4D;
}
