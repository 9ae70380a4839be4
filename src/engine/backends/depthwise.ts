/**
 * Depthwise convolution, each channel by a kernel of its own, with both gradients. As patches times weights it is a
 * matrix product for each channel, of one column: gathering the patches alone takes longer than all of this.
 * TensorFlow.js has no gradients of it on the wasm backend. To take it away again, let `convolve` send depthwise layers
 * the way of the others.
 */
import type * as tf from '@tensorflow/tfjs';
import { byLoops, run } from './own-kernels';

/** How kernels are laid over pictures of (batch, height, width, channels). */
interface DepthwiseLayout {
  /** (places of the output, taps): the place of the input that each tap looks at, -1 for zeros. */
  table: Int32Array;
  taps: number;
  /** Of what comes in. */
  shape: [number, number, number, number];
}

/**
 * For each row of a sum, from `starts[row]` to `starts[row + 1]`, which rows are multiplied, channel by channel, and
 * added.
 */
interface Pairs {
  starts: Int32Array;
  left: Int32Array;
  right: Int32Array;
}

type Index = (output: number, tap: number, input: number) => number;

/** Every place of the output with every tap that looks at a place of the input, in the order of `row`. */
function pairsOf({ table, taps }: DepthwiseLayout, rows: number, row: Index, left: Index, right: Index): Pairs {
  const each = (visit: Index): void =>
    table.forEach((input, at) => {
      if (input >= 0) visit(Math.floor(at / taps), at % taps, input);
    });
  const starts = new Int32Array(rows + 1);
  each((...at) => starts[row(...at) + 1]++);
  for (let r = 0; r < rows; r++) starts[r + 1] += starts[r];
  const next = starts.slice();
  const pairs = { starts, left: new Int32Array(starts[rows]), right: new Int32Array(starts[rows]) };
  each((...at) => {
    const place = next[row(...at)]++;
    pairs.left[place] = left(...at);
    return (pairs.right[place] = right(...at));
  });
  return pairs;
}

/** Where the rows of one example begin. */
interface Begin {
  to: number;
  left: number;
  right: number;
}

/**
 * Adds the products of rows of `channels` values to rows of `to`, four at a time: each value is then stored a quarter
 * as often.
 */
function addProducts(
  { starts, left, right }: Pairs,
  [a, b]: readonly Float32Array[],
  to: Float32Array,
  channels: number,
  begin: Begin,
): void {
  for (let row = 0, y = begin.to; row + 1 < starts.length; row++, y += channels) {
    let at = starts[row];
    const end = starts[row + 1];
    for (; at + 3 < end; at += 4) {
      const [a0, a1] = [begin.left + left[at] * channels, begin.left + left[at + 1] * channels];
      const [a2, a3] = [begin.left + left[at + 2] * channels, begin.left + left[at + 3] * channels];
      const [b0, b1] = [begin.right + right[at] * channels, begin.right + right[at + 1] * channels];
      const [b2, b3] = [begin.right + right[at + 2] * channels, begin.right + right[at + 3] * channels];
      for (let c = 0; c < channels; c++)
        to[y + c] += a[a0 + c] * b[b0 + c] + a[a1 + c] * b[b1 + c] + a[a2 + c] * b[b2 + c] + a[a3 + c] * b[b3 + c];
    }
    for (; at < end; at++) {
      const [a0, b0] = [begin.left + left[at] * channels, begin.right + right[at] * channels];
      for (let c = 0; c < channels; c++) to[y + c] += a[a0 + c] * b[b0 + c];
    }
  }
}

const outputOf: Index = (output) => output;
const tapOf: Index = (_, tap) => tap;
const inputOf: Index = (_output, _tap, input) => input;

/** Values of one example, of what comes in and of what comes out. */
const sizes = ({ table, taps, shape: [, height, width, channels] }: DepthwiseLayout): { x: number; y: number } => ({
  x: height * width * channels,
  y: (table.length / taps) * channels,
});

/** Of dy and the weight. */
const byInput = byLoops<DepthwiseLayout>('DepthwisePicturesInputGradient', {
  shapeOf: ({ shape }) => [...shape],
  fill: (given, to, layout) => {
    const [batch, height, width, channels] = layout.shape;
    const { x, y } = sizes(layout);
    const pairs = pairsOf(layout, height * width, inputOf, outputOf, tapOf);
    to.fill(0);
    for (let n = 0; n < batch; n++) addProducts(pairs, given, to, channels, { to: n * x, left: n * y, right: 0 });
  },
});

/** Of dy and what came in. */
const byWeight = byLoops<DepthwiseLayout>('DepthwisePicturesWeightGradient', {
  shapeOf: ({ taps, shape }) => [taps, shape[3]],
  fill: (given, to, layout) => {
    const [batch, , , channels] = layout.shape;
    const { x, y } = sizes(layout);
    const pairs = pairsOf(layout, layout.taps, tapOf, outputOf, inputOf);
    to.fill(0);
    for (let n = 0; n < batch; n++) addProducts(pairs, given, to, channels, { to: 0, left: n * y, right: n * x });
  },
});

/** Of (batch, height, width, channels) and (taps, channels), (batch, places, channels). */
const forward = byLoops<DepthwiseLayout>(
  'DepthwisePictures',
  {
    shapeOf: ({ table, taps, shape: [batch, , , channels] }) => [batch, table.length / taps, channels],
    fill: (given, to, layout) => {
      const { table, taps, shape } = layout;
      const [batch, , , channels] = shape;
      const { x, y } = sizes(layout);
      const pairs = pairsOf(layout, table.length / taps, outputOf, inputOf, tapOf);
      to.fill(0);
      for (let n = 0; n < batch; n++) addProducts(pairs, given, to, channels, { to: n * y, left: n * x, right: 0 });
    },
  },
  {
    inputs: 2,
    keeps: true,
    of: (dy, [x, weight], layout) => [() => run(byInput, [dy, weight], layout), () => run(byWeight, [dy, x], layout)],
  },
);

export const depthwiseKernels = [forward, byInput, byWeight] as const;

/** weight: (taps, channels). Answers (batch, places, channels). */
export const depthwise = (x: tf.Tensor4D, weight: tf.Tensor2D, table: Int32Array): tf.Tensor3D =>
  run(forward, [x, weight], { table, taps: weight.shape[0], shape: x.shape }) as tf.Tensor3D;
