/**
 * Convolution of the tensors executor: patches times weights. The wasm backend has no gradient of its own for convolutions.
 *
 * Pictures are (batch, height, width, channels): the patches are then the large operand on the left of each product, and the
 * weights the small one on the right, which the matrix product of the wasm backend packs before it begins.
 */
import * as tf from '@tensorflow/tfjs';
import { outputSize, tapTable } from '../../core/convolution';
import type { ConvLayer, PictureSize } from '../../core/network';
import { depthwise } from '../backends/depthwise';
import { patchesOf } from '../backends/patches';

/** (batch, values), each channel by channel as PyTorch has them, as pictures. */
export const toPictures = (x: tf.Tensor2D, size: PictureSize): tf.Tensor4D =>
  tf.transpose(tf.reshape(x, [x.shape[0], ...size]), [0, 2, 3, 1]);

/** Pictures as (batch, values), each channel by channel as PyTorch flattens them. */
export const fromPictures = (pictures: tf.Tensor4D): tf.Tensor2D =>
  tf.reshape(tf.transpose(pictures, [0, 3, 1, 2]), [pictures.shape[0], -1]);

/** How windows are laid over a picture. */
type Looking = Pick<ConvLayer, 'kernel' | 'stride' | 'padding'>;

/** What the windows look at, (groups, batch * height * width, taps * channels / groups), and how many windows there are. */
export function windows(
  x: tf.Tensor4D,
  looking: Looking,
  groups: number,
): { patches: tf.Tensor3D; height: number; width: number } {
  const [batch, rowsIn, columnsIn, channels] = x.shape;
  const size: PictureSize = [channels, rowsIn, columnsIn];
  const [, height, width] = outputSize({ ...looking, out: channels }, size);
  const taps = looking.kernel[0] * looking.kernel[1];
  // A window of one place is the picture itself.
  if (taps === 1 && looking.stride === 1 && groups === 1)
    return { patches: tf.reshape(x, [1, batch * height * width, channels]), height, width };
  const layout = { table: tapTable(looking, size), taps, channels, groups };
  return { patches: patchesOf(x, layout), height, width };
}

/** x: (batch, height, width, in); weight: (out, in / groups * kh * kw). Answers (batch, height, width, out). */
export function convolve(x: tf.Tensor4D, layer: ConvLayer, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor4D {
  const { groups, out, kernel } = layer;
  const batch = x.shape[0];
  if (groups > 1 && groups === layer.in && groups === out) return depthwiseConvolve(x, layer, weight, bias);
  const { patches, height, width } = windows(x, layer, groups);
  const taps = kernel[0] * kernel[1];
  const [outputs, inputs] = [out / groups, weight.shape[1] / taps];
  // A patch has all channels of its first tap first; a weight has all taps of its first channel first.
  const turned = tf.transpose(tf.reshape(weight, [groups, outputs, inputs, taps]), [0, 3, 2, 1]);
  const product = tf.matMul(patches, tf.reshape(turned, [groups, taps * inputs, outputs]));
  const places = groups === 1 ? product : tf.transpose(product, [1, 0, 2]);
  const values = tf.reshape(places, [batch, height, width, out]);
  return bias ? tf.add<tf.Tensor4D>(values, bias) : (values as tf.Tensor4D);
}

/** As `convolve`, where each channel has a kernel of its own. */
function depthwiseConvolve(x: tf.Tensor4D, layer: ConvLayer, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor4D {
  const [batch, rows, columns, channels] = x.shape;
  const size: PictureSize = [channels, rows, columns];
  const [, height, width] = outputSize(layer, size);
  const places = depthwise(x, tf.transpose(weight), tapTable(layer, size));
  const values = tf.reshape(places, [batch, height, width, channels]);
  return bias ? tf.add<tf.Tensor4D>(values, bias) : (values as tf.Tensor4D);
}
