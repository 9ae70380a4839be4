/**
 * Patches of pictures as an operation of its own, with its gradient: what TensorFlow.js lacks on the wasm backend, and
 * what padding, slicing and concatenating take five times as long for.
 */
import * as tf from '@tensorflow/tfjs';
import type { OwnKernel, Place } from './own-kernels';
import { byLoops, run } from './own-kernels';

/** How patches are laid over pictures of (batch, places, channels). */
export interface PatchLayout {
  /** (places of the output, taps): the place of the input that each tap looks at, -1 for zeros. */
  table: Int32Array;
  taps: number;
  channels: number;
  groups: number;
}

/** y: (groups, batch * places of the output, taps * channels / groups). */
function gather(x: Float32Array, y: Float32Array, { table, channels, groups }: PatchLayout, places: number): void {
  const each = channels / groups;
  let at = 0;
  for (let group = 0; group < groups; group++)
    for (let first = group * each; first < x.length; first += places * channels)
      for (let t = 0; t < table.length; t++) {
        const place = table[t];
        if (place < 0) y.fill(0, at, at + each);
        else for (let c = 0, from = first + place * channels; c < each; c++) y[at + c] = x[from + c];
        at += each;
      }
}

/** The gradient: each value of x gets the sum over the patches that hold it. */
function scatter(dy: Float32Array, dx: Float32Array, { table, channels, groups }: PatchLayout, places: number): void {
  const each = channels / groups;
  dx.fill(0);
  let at = 0;
  for (let group = 0; group < groups; group++)
    for (let first = group * each; first < dx.length; first += places * channels)
      for (let t = 0; t < table.length; t++) {
        const place = table[t];
        if (place >= 0) for (let c = 0, to = first + place * channels; c < each; c++) dx[to + c] += dy[at + c];
        at += each;
      }
}

interface Attributes {
  layout: PatchLayout;
  /** Of the picture: (batch, height, width, channels). */
  shape: [number, number, number, number];
}

const patchesShape = ({ layout: { table, taps, channels, groups }, shape: [batch] }: Attributes): number[] => [
  groups,
  batch * (table.length / taps),
  (taps * channels) / groups,
];

const placesIn = ([, height, width]: Attributes['shape']): number => height * width;

const scattering = byLoops<Attributes>('PicturePatchesGradient', {
  shapeOf: ({ shape }) => [...shape],
  fill: ([dy], dx, { layout, shape }) => scatter(dy, dx, layout, placesIn(shape)),
});

const gathering = byLoops<Attributes>(
  'PicturePatches',
  { shapeOf: patchesShape, fill: ([x], y, { layout, shape }) => gather(x, y, layout, placesIn(shape)) },
  { inputs: 1, keeps: false, of: (dy, _, attributes) => [() => run(scattering, [dy], attributes)] },
);

/** Patches times weights by the product of the backend; the patches are gone afterwards. */
export function productOf(patches: tf.TensorInfo, weight: tf.TensorInfo, { name, backend }: Place): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel('BatchMatMul', name);
  const attrs = { transposeA: false, transposeB: false };
  const product = kernelFunc({ inputs: { a: patches, b: weight }, backend, attrs });
  backend.disposeData(patches.dataId);
  return product as tf.TensorInfo;
}

/**
 * Patches times weights. The patches, many times as large as the picture, are made again for the gradient, not kept.
 */
const multiplying: OwnKernel<Attributes> = {
  name: 'PicturePatchesProduct',
  compute: ([x, weight], attributes, place) => productOf(gathering.compute([x], attributes, place), weight, place),
  gradient: {
    inputs: 2,
    keeps: true,
    of: (dy, [x, weight], attributes) => [
      () => run(scattering, [tf.matMul(dy, weight, false, true)], attributes),
      () => tf.matMul(run(gathering, [x], attributes), dy, true, false),
    ],
  },
};

export const patchKernels = [gathering, scattering, multiplying] as const;

/** x: (batch, height, width, channels). Answers (groups, batch * places, taps * channels / groups). */
export const patchesOf = (x: tf.Tensor4D, layout: PatchLayout): tf.Tensor3D =>
  run(gathering, [x], { layout, shape: x.shape }) as tf.Tensor3D;

/** weight: (groups, taps * channels / groups, outputs / groups). Answers (groups, batch * places, outputs / groups). */
export const patchesTimes = (x: tf.Tensor4D, layout: PatchLayout, weight: tf.Tensor3D): tf.Tensor3D =>
  run(multiplying, [x, weight], { layout, shape: x.shape }) as tf.Tensor3D;
