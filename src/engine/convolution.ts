/**
 * Convolution of the tensors executor: patches times weights, by operations that every backend differentiates rightly.
 * The wasm backend has no gradient of its own for convolutions.
 */
import * as tf from '@tensorflow/tfjs';
import { outputSize, paddingOf } from '../core/convolution';
import type { ConvLayer } from '../core/network';

/** What the picture is padded with along one axis. */
function padAxis(x: tf.Tensor4D, layer: ConvLayer, axis: 2 | 3, spare: number): tf.Tensor4D {
  const { before, after } = paddingOf(layer, layer.kernel[axis - 2]);
  const size = x.shape[axis];
  if (layer.padding === 'circular') {
    const part = (from: number, length: number): tf.Tensor4D => {
      const begin: [number, number, number, number] = [0, 0, 0, 0];
      const lengths: [number, number, number, number] = [-1, -1, -1, -1];
      begin[axis] = from;
      lengths[axis] = length;
      return tf.slice4d(x, begin, lengths);
    };
    const parts = [...(before ? [part(size - before, before)] : []), x, ...(after ? [part(0, after)] : [])];
    return padZeros(parts.length > 1 ? tf.concat4d(parts, axis) : x, axis, 0, spare);
  }
  return padZeros(x, axis, before, after + spare);
}

function padZeros(x: tf.Tensor4D, axis: 2 | 3, before: number, after: number): tf.Tensor4D {
  if (before === 0 && after === 0) return x;
  const own: [number, number] = [before, after];
  return tf.pad4d(x, [[0, 0], [0, 0], axis === 2 ? own : [0, 0], axis === 3 ? own : [0, 0]]);
}

/** What one tap looks at: every `stride`th value from the tap's place on, as (batch, channels, 1, places). */
function tap(
  padded: tf.Tensor4D,
  place: [number, number],
  [height, width]: [number, number],
  stride: number,
): tf.Tensor {
  const [batch, channels] = padded.shape;
  const seen = tf.slice4d(padded, [0, 0, ...place], [-1, -1, height * stride, width * stride]);
  const shape: [number, number, number, number] = [batch, channels, 1, height * width];
  if (stride === 1) return tf.reshape(seen, shape);
  const lines = tf.slice3d(
    tf.reshape(seen, [batch * channels * height, stride, width * stride]),
    [0, 0, 0],
    [-1, 1, -1],
  );
  return tf.reshape(tf.slice2d(tf.reshape(lines, [-1, stride]), [0, 0], [-1, 1]), shape);
}

/** x: (batch, in, height, width); weight: (out, in / groups * kh * kw). Answers (batch, out, height, width). */
export function convolve(x: tf.Tensor4D, layer: ConvLayer, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor4D {
  const { groups, stride } = layer;
  const [batch, channels, ...size] = x.shape;
  const [out, height, width] = outputSize(layer, [channels, ...size]);
  const [rows, columns] = weight.shape;
  // The last strip of a stride may be cut off: it is never looked at.
  const padded = padAxis(padAxis(x, layer, 2, stride - 1), layer, 3, stride - 1);
  const taps: tf.Tensor[] = [];
  for (let y = 0; y < layer.kernel[0]; y++)
    for (let z = 0; z < layer.kernel[1]; z++) taps.push(tap(padded, [y, z], [height, width], stride));
  const patches = taps.length > 1 ? tf.concat(taps, 2) : taps[0];
  const byGroup = tf.transpose(tf.reshape(patches, [batch, groups, columns, height * width]), [1, 2, 0, 3]);
  const product = tf.matMul(
    tf.reshape(weight, [groups, rows / groups, columns]),
    tf.reshape(byGroup, [groups, columns, batch * height * width]),
  );
  const pictures = tf.transpose(tf.reshape(product, [out, batch, height * width]), [1, 0, 2]);
  return tf.reshape(tf.add(pictures, tf.reshape(bias, [out, 1])), [batch, out, height, width]);
}
