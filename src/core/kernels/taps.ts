/** What the kernels need to know of a layer: how pictures lie, and which feature each kept weight meets, both ways. */
import { outputSize, paddingOf } from '../convolution';
import type { Flow } from '../flow';
import type { Mask } from '../mask';
import { weightShape } from '../network';
import type { ConvLayer, LinearLayer, MaskableLayer } from '../network';
import type { Places } from './correlate';
import type { Frame } from './frames';
import { isBare, placesIn, planesOf } from './frames';
import type { Room } from './room';

/** A correlation: the frame that its input is laid into, and what comes out. */
export interface Pass {
  /** Channels of the input. */
  channels: number;
  frame: Frame;
  /** Of the output: planes of height x width places. */
  planes: number;
  height: number;
  width: number;
}

/** A layer on pictures of one size. A linear layer looks at each place by itself. */
export interface Geometry {
  forward: Pass;
  /** From dL/dy to dL/dx. */
  backward: Pass;
  /** Whether `backward` gives dL/dframe of the forward one instead, of which `unpad` makes dL/dx. */
  framed: boolean;
}

type Looking = Pick<ConvLayer, 'in' | 'out' | 'kernel' | 'stride' | 'padding' | 'groups'>;

const lookingOf = (layer: MaskableLayer): Looking =>
  layer.kind === 'conv'
    ? layer
    : { in: layer.in, out: layer.out, kernel: [1, 1], stride: 1, padding: 'none', groups: 1 };

/** The places that a layer looks at: of a linear layer its tokens, of a window of one place all as one row. */
export function placesFor(layer: MaskableLayer, flow: Flow): readonly [height: number, width: number] {
  if (layer.kind === 'linear') return [1, flow.kind === 'tokens' ? flow.count : 1];
  const [, height, width] = flow.kind === 'picture' ? flow.size : [0, 1, 1];
  const single = layer.kernel[0] === 1 && layer.kernel[1] === 1 && layer.stride === 1;
  return single ? [1, height * width] : [height, width];
}

/** `size`: places of the picture; of a linear layer 1 x 1, or as many as there are tokens. */
export function geometryOf(
  layer: ConvLayer | LinearLayer,
  [height, width]: readonly [height: number, width: number],
): Geometry {
  const looking = lookingOf(layer);
  const { kernel, stride, padding } = looking;
  const [top, left] = kernel.map((length) => paddingOf(looking, length).before);
  const [out, outHeight, outWidth] = outputSize(looking, [looking.in, height, width]);
  // Of a plane, the taps that lie farthest apart.
  const [kh, kw] = kernel.map((length) => Math.ceil(length / stride));
  const circular = padding === 'circular';
  const frame: Frame = {
    ...{ height, width, top, left, stride, circular },
    rows: outHeight - 1 + kh,
    columns: outWidth - 1 + kw,
  };
  const forward: Pass = { channels: looking.in, frame, planes: out, height: outHeight, width: outWidth };
  const outputs = { height: outHeight, width: outWidth, stride: 1 };
  // At stride 1 the gradient is a correlation of the same padding, its taps rotated by half a turn.
  if (stride === 1) {
    const [rows, columns] = [height - 1 + kh, width - 1 + kw];
    const around: Frame = { ...outputs, circular, top: kh - 1 - top, left: kw - 1 - left, rows, columns };
    return { forward, backward: { channels: out, frame: around, planes: looking.in, height, width }, framed: false };
  }
  const { rows, columns } = frame;
  const around: Frame = {
    ...{ ...outputs, circular: false, top: kh - 1, left: kw - 1 },
    ...{ rows: rows + kh - 1, columns: columns + kw - 1 },
  };
  const planes = looking.in * planesOf(frame);
  return { forward, backward: { channels: out, frame: around, planes, height: rows, width: columns }, framed: true };
}

/** Where a pass looks, for `batch` examples side by side. */
export const placesOf = ({ frame, height, width }: Pass, batch: number): Places => ({
  ...{ batch, height, segments: 1, run: width * batch, segmentStep: 0 },
  rowStep: frame.columns * batch,
});

/** Floats of the frame for `batch` examples; 0 where the picture serves as it is. */
export const frameLength = ({ frame, channels }: Pass, batch: number): number =>
  isBare(frame) ? 0 : planesOf(frame) * channels * placesIn(frame) * batch;

/**
 * Of each weight (o, c, ky, kx), with c counted in its group: its plane of the forward frame, and its taps both ways.
 */
interface Meeting {
  plane: number;
  forward: number;
  backward: number;
}

function meetings(layer: MaskableLayer, { forward, backward }: Geometry): (row: number, column: number) => Meeting {
  const { kernel, stride, groups, in: channels, out } = lookingOf(layer);
  const [kh, kw] = kernel;
  const [lastY, lastX] = kernel.map((length) => Math.ceil(length / stride) - 1);
  return (row, column) => {
    const [ky, kx] = [Math.floor(column / kw) % kh, column % kw];
    const channel = Math.floor(row / (out / groups)) * (channels / groups) + Math.floor(column / (kh * kw));
    const plane = ((ky % stride) * stride + (kx % stride)) * channels + channel;
    const [y, x] = [Math.floor(ky / stride), Math.floor(kx / stride)];
    return {
      plane,
      forward: (plane * forward.frame.rows + y) * forward.frame.columns + x,
      backward: (row * backward.frame.rows + lastY - y) * backward.frame.columns + lastX - x,
    };
  };
}

/** Which weights each output has, and what they meet: see correlate.ts. */
export interface Structure {
  starts: Int32Array;
  taps: Int32Array;
}

export interface LayerTaps {
  /** Kept weights in the order of the dense ones. */
  forward: Structure;
  /** Of each, its index in the dense weight. */
  indices: Int32Array;
  /** Of the backward pass; `from`: which of the forward weights each one is, for `gather`. */
  backward: Structure & { from: Int32Array };
}

/** Of the weights that `mask` keeps, (rows, columns) of `weightShape`; in arrays of `room`. */
export function layerTaps(layer: MaskableLayer, geometry: Geometry, mask: Mask, room: Pick<Room, 'int32'>): LayerTaps {
  const { rows, columns } = weightShape(layer);
  const kept = mask.count();
  const structure = (outputs: number): Structure => ({ starts: room.int32(outputs + 1), taps: room.int32(kept) });
  const [forward, backward] = [structure(rows), { ...structure(geometry.backward.planes), from: room.int32(kept) }];
  const indices = room.int32(kept);
  const meeting = meetings(layer, geometry);
  const planes = new Int32Array(kept);
  const backwardTaps = new Int32Array(kept);
  backward.starts.fill(0);
  let k = 0;
  for (let row = 0; row < rows; row++) {
    forward.starts[row] = k;
    for (let column = 0; column < columns; column++) {
      if (!mask.get(row, column)) continue;
      const met = meeting(row, column);
      indices[k] = row * columns + column;
      forward.taps[k] = met.forward;
      backwardTaps[k] = met.backward;
      planes[k++] = met.plane;
      backward.starts[met.plane + 1]++;
    }
  }
  forward.starts[rows] = k;
  for (let plane = 0; plane < geometry.backward.planes; plane++) backward.starts[plane + 1] += backward.starts[plane];
  const next = backward.starts.slice();
  for (k = 0; k < kept; k++) {
    const at = next[planes[k]]++;
    backward.taps[at] = backwardTaps[k];
    backward.from[at] = k;
  }
  return { forward, indices, backward };
}

/** Outputs that all meet the same features: arguments of `correlateDense`. */
export interface DensePart {
  taps: Int32Array;
  /** Planes of the output, from the first to behind the last. */
  from: number;
  to: number;
  /** Where the weights of the first of them begin: of `values` from there, `first` is `from`. */
  weight: number;
}

export interface DenseTaps {
  /** One part per group, on the dense weight as it is. */
  forward: DensePart[];
  /** On the dense weight gathered by `from`; of a strided layer, one part for each kind of place. */
  backward: DensePart[];
  from: Int32Array;
}

/** Of all weights, where they are too many for `layerTaps` to pay; in arrays of `room`. */
export function denseTaps(layer: MaskableLayer, geometry: Geometry, room: Pick<Room, 'int32'>): DenseTaps {
  const { rows, columns } = weightShape(layer);
  const { in: channels, groups, kernel } = lookingOf(layer);
  const meeting = meetings(layer, geometry);
  const [own, outputs, area] = [channels / groups, rows / groups, kernel[0] * kernel[1]];
  const result: DenseTaps = { forward: [], backward: [], from: room.int32(rows * columns) };
  for (let group = 0, weight = 0; group < groups; group++) {
    const taps = room.int32(columns);
    for (let k = 0; k < columns; k++) taps[k] = meeting(group * outputs, k).forward;
    const from = group * outputs;
    result.forward.push({ taps, from, to: from + outputs, weight: from * columns });
    for (let kind = 0; kind < planesOf(geometry.forward.frame); kind++) {
      const plane = kind * channels + group * own;
      // Of the first channel; the others differ from it by where their weights lie.
      const met: { weight: number; tap: number }[] = [];
      for (let o = from; o < from + outputs; o++)
        for (let k = 0; k < area; k++) {
          const { plane: its, backward: tap } = meeting(o, k);
          if (its === plane) met.push({ weight: o * columns + k, tap });
        }
      const back = room.int32(met.length);
      met.forEach(({ tap }, i) => (back[i] = tap));
      result.backward.push({ taps: back, from: plane, to: plane + own, weight });
      for (let c = 0; c < own; c++) for (const one of met) result.from[weight++] = one.weight + c * area;
    }
  }
  return result;
}
