/**
 * Convolution of the tensors executor: patches times weights. The wasm backend has no gradient of its own for
 * convolutions.
 *
 * Pictures are (batch, height, width, channels): the patches are then the large operand on the left of each product,
 * and the weights the small one on the right, which the matrix product of the wasm backend packs before it begins.
 */
import * as tf from '@tensorflow/tfjs';
import { outputSize, tapTable } from '../../core/convolution';
import type { ConvLayer, PictureSize } from '../../core/network';
import { depthwise } from '../backends/depthwise';
import { patchesOf, patchesTimes } from '../backends/patches';
import type { PatchLayout } from '../backends/patches';

/** (batch, values), each channel by channel as PyTorch has them, as pictures. */
export const toPictures = (x: tf.Tensor2D, size: PictureSize): tf.Tensor4D =>
  tf.transpose(tf.reshape(x, [x.shape[0], ...size]), [0, 2, 3, 1]);

/** Pictures as (batch, values), each channel by channel as PyTorch flattens them. */
export const fromPictures = (pictures: tf.Tensor4D): tf.Tensor2D =>
  tf.reshape(tf.transpose(pictures, [0, 3, 1, 2]), [pictures.shape[0], -1]);

/** How windows are laid over a picture. */
type Looking = Pick<ConvLayer, 'kernel' | 'stride' | 'padding'>;

/** What the windows look at, (1, batch * height * width, taps * channels), and how many windows there are. */
export function windows(x: tf.Tensor4D, looking: Looking): { patches: tf.Tensor3D; height: number; width: number } {
  const { layout, height, width } = layoutOf(x, looking, 1);
  return { patches: patchesOf(x, layout), height, width };
}

function layoutOf(
  x: tf.Tensor4D,
  looking: Looking,
  groups: number,
): { layout: PatchLayout; height: number; width: number } {
  const [, rows, columns, channels] = x.shape;
  const size: PictureSize = [channels, rows, columns];
  const [, height, width] = outputSize({ ...looking, out: channels }, size);
  const taps = looking.kernel[0] * looking.kernel[1];
  return { layout: { table: tableOf(looking, size), taps, channels, groups }, height, width };
}

const tables = new Map<string, Int32Array>();

/** One for each way of looking: a GPU keeps it, and knows it again. */
function tableOf({ kernel, stride, padding }: Looking, size: PictureSize): Int32Array {
  const key = [...kernel, stride, padding, ...size.slice(1)].join(' ');
  const table = tables.get(key) ?? tapTable({ kernel, stride, padding }, size);
  tables.set(key, table);
  return table;
}

/** x: (batch, height, width, in); weight: (out, in / groups * kh * kw). Answers (batch, height, width, out). */
export function convolve(x: tf.Tensor4D, layer: ConvLayer, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor4D {
  const { groups, out } = layer;
  const values =
    groups > 1 && groups === layer.in && groups === out ? byChannel(x, layer, weight) : byPatches(x, layer, weight);
  return bias ? tf.add<tf.Tensor4D>(values, bias) : values;
}

function byPatches(x: tf.Tensor4D, layer: ConvLayer, weight: tf.Tensor2D): tf.Tensor4D {
  const { groups, out, kernel, stride } = layer;
  const [batch, , , channels] = x.shape;
  const taps = kernel[0] * kernel[1];
  const [outputs, inputs] = [out / groups, weight.shape[1] / taps];
  // A patch has all channels of its first tap first; a weight has all taps of its first channel first.
  const transposed = tf.transpose(tf.reshape(weight, [groups, outputs, inputs, taps]), [0, 3, 2, 1]);
  const factor = tf.reshape<tf.Rank.R3>(transposed, [groups, taps * inputs, outputs]);
  const { layout, height, width } = layoutOf(x, layer, groups);
  // A window of one place is the picture itself.
  const product =
    taps === 1 && stride === 1 && groups === 1
      ? tf.matMul(tf.reshape<tf.Rank.R3>(x, [1, -1, channels]), factor)
      : patchesTimes(x, layout, factor);
  const places = groups === 1 ? product : tf.transpose(product, [1, 0, 2]);
  return tf.reshape(places, [batch, height, width, out]);
}

/** Where each channel has a kernel of its own. */
function byChannel(x: tf.Tensor4D, layer: ConvLayer, weight: tf.Tensor2D): tf.Tensor4D {
  const { layout, height, width } = layoutOf(x, layer, 1);
  return tf.reshape(depthwise(x, tf.transpose(weight), layout.table), [x.shape[0], height, width, layer.out]);
}
