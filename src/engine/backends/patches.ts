/**
 * Patches of pictures as an operation of its own, with its gradient: what TensorFlow.js lacks on the wasm backend, and
 * what padding, slicing and concatenating take five times as long for. Written once, by loops over typed arrays that
 * each backend hands over; on wasm those are views of its heap, so that nothing is copied. Measured with TensorFlow.js
 * 4.22.0.
 */
import * as tf from '@tensorflow/tfjs';

const gatherName = 'PicturePatches';
const scatterName = 'PicturePatchesGradient';

/** How patches are laid over pictures of (batch, places, channels). */
export interface PatchLayout {
  /** (places of the output, taps): the place of the input that each tap looks at, -1 for zeros. */
  table: Int32Array;
  taps: number;
  channels: number;
  groups: number;
}

/** How a backend hands over the values of a tensor, and makes a new one. */
interface Memory {
  read(info: tf.TensorInfo): Float32Array;
  /** Before anything is read: what was handed over may move when memory grows. */
  make(shape: number[]): { info: tf.TensorInfo; values: () => Float32Array };
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

type KernelCall = { inputs: tf.NamedTensorInfoMap; backend: unknown; attrs?: tf.NamedAttrMap | undefined };

const installed = new Set<string>();

/** Registers both operations for a backend, once a process. */
export function installPatches(backendName: string, memoryOf: (backend: unknown) => Memory): void {
  if (installed.has(backendName)) return;
  installed.add(backendName);
  const register = (
    kernelName: string,
    shapeOf: (attributes: Attributes) => number[],
    fill: (from: Float32Array, to: Float32Array, layout: PatchLayout, places: number) => void,
  ): void => {
    const kernelFunc = ({ inputs, backend, attrs }: KernelCall): tf.TensorInfo => {
      const attributes = attrs as unknown as Attributes;
      const memory = memoryOf(backend);
      const { info, values } = memory.make(shapeOf(attributes));
      const { shape, layout } = attributes;
      fill(memory.read(inputs['x']!), values(), layout, shape[1] * shape[2]);
      return info;
    };
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  };
  register(gatherName, patchesShape, gather);
  register(scatterName, ({ shape }) => [...shape], scatter);
}

const run = (kernelName: string, x: tf.Tensor, attributes: Attributes): tf.Tensor =>
  tf.engine().runKernel(kernelName, { x }, attributes as unknown as tf.NamedAttrMap);

/** x: (batch, height, width, channels). Answers (groups, batch * places, taps * channels / groups). */
export function patchesOf(x: tf.Tensor4D, layout: PatchLayout): tf.Tensor3D {
  const attributes = { layout, shape: x.shape };
  const op = tf.customGrad((given) => ({
    value: run(gatherName, given as tf.Tensor, attributes),
    gradFunc: (slope) => run(scatterName, slope, attributes),
  }));
  return op(x) as tf.Tensor3D;
}
