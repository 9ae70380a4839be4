/**
 * Convolution of the tensors executor: patches times weights, by operations that every backend differentiates rightly.
 * The wasm backend has no gradient of its own for convolutions.
 *
 * Pictures are (channels, height, width, batch): patches and products then need no transposing, and what is copied lies
 * in runs as long as the batch.
 */
import * as tf from '@tensorflow/tfjs';
import { outputSize, paddingOf } from '../../core/convolution';
import type { ConvLayer, PictureSize } from '../../core/network';

/** (batch, values) as pictures. */
export const toPictures = (x: tf.Tensor2D, size: PictureSize): tf.Tensor4D =>
  tf.reshape(tf.transpose(x), [...size, x.shape[0]]);

/** Pictures as (batch, values), each channel by channel as PyTorch flattens them. */
export const fromPictures = (pictures: tf.Tensor4D): tf.Tensor2D =>
  tf.transpose(tf.reshape(pictures, [-1, pictures.shape[3]]));

/** What the picture is padded with along one axis. `spare`: zeros more after it. */
function padAxis(x: tf.Tensor4D, layer: Pick<Looking, 'kernel' | 'padding'>, axis: 1 | 2, spare: number): tf.Tensor4D {
  const { before, after } = paddingOf(layer, layer.kernel[axis - 1]);
  if (layer.padding !== 'circular') return padZeros(x, axis, before, after + spare);
  const part = (from: number, length: number): tf.Tensor4D => {
    const begin: [number, number, number, number] = [0, 0, 0, 0];
    const lengths: [number, number, number, number] = [-1, -1, -1, -1];
    begin[axis] = from;
    lengths[axis] = length;
    return tf.slice4d(x, begin, lengths);
  };
  const parts = [...(before ? [part(x.shape[axis] - before, before)] : []), x, ...(after ? [part(0, after)] : [])];
  return padZeros(parts.length > 1 ? tf.concat4d(parts, axis) : x, axis, 0, spare);
}

function padZeros(x: tf.Tensor4D, axis: 1 | 2, before: number, after: number): tf.Tensor4D {
  if (before === 0 && after === 0) return x;
  const own: [number, number] = [before, after];
  return tf.pad4d(x, [[0, 0], axis === 1 ? own : [0, 0], axis === 2 ? own : [0, 0], [0, 0]]);
}

/** What one tap looks at: every `stride`th value from the tap's place on, as (channels, 1, places * batch). */
function tap(
  padded: tf.Tensor4D,
  place: [number, number],
  [height, width]: [number, number],
  stride: number,
): tf.Tensor3D {
  const [channels, , , batch] = padded.shape;
  const seen = tf.slice4d(padded, [0, ...place, 0], [-1, height * stride, width * stride, -1]);
  const shape: [number, number, number] = [channels, 1, height * width * batch];
  if (stride === 1) return tf.reshape(seen, shape);
  const firstOf = (x: tf.Tensor, inner: number): tf.Tensor =>
    tf.slice3d(tf.reshape(x, [-1, stride, inner]), [0, 0, 0], [-1, 1, -1]);
  return tf.reshape(firstOf(firstOf(seen, width * stride * batch), batch), shape);
}

/** How windows are laid over a picture. */
type Looking = Pick<ConvLayer, 'kernel' | 'stride' | 'padding'>;

/** What each tap of the windows looks at, (channels, 1, places * batch) each, and how many windows there are. */
export function windows(x: tf.Tensor4D, looking: Looking): { taps: tf.Tensor3D[]; height: number; width: number } {
  const { kernel, stride } = looking;
  const [channels, rowsIn, columnsIn] = x.shape;
  const [, height, width] = outputSize({ ...looking, out: channels }, [channels, rowsIn, columnsIn]);
  // The last strip of a stride may be cut off: it is never looked at.
  const padded = padAxis(padAxis(x, looking, 1, stride - 1), looking, 2, stride - 1);
  const taps: tf.Tensor3D[] = [];
  for (let y = 0; y < kernel[0]; y++)
    for (let z = 0; z < kernel[1]; z++) taps.push(tap(padded, [y, z], [height, width], stride));
  return { taps, height, width };
}

/** x: (in, height, width, batch); weight: (out, in / groups * kh * kw). Answers (out, height, width, batch). */
export function convolve(x: tf.Tensor4D, layer: ConvLayer, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor4D {
  const { groups, out } = layer;
  const batch = x.shape[3];
  const [rows, columns] = weight.shape;
  const { taps, height, width } = windows(x, layer);
  const patches = taps.length > 1 ? tf.concat3d(taps, 1) : taps[0];
  const product = tf.matMul(
    tf.reshape(weight, [groups, rows / groups, columns]),
    tf.reshape(patches, [groups, columns, height * width * batch]),
  );
  const flat = tf.reshape(product, [out, -1]);
  return tf.reshape(bias ? tf.add(flat, tf.reshape(bias, [out, 1])) : flat, [out, height, width, batch]);
}
