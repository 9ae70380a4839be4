/**
 * Pictures with what lies around them, as convolutions want them.
 *
 * A picture is (channels, height, width, batch). Its frame is (stride, stride, channels, rows, columns, batch): the
 * place (u, v) of plane (py, px) is (u * stride + py - top, v * stride + px - left) of the picture; beyond its edges
 * there are zeros, or it begins anew. So a convolution meets along a row of its output one run of a frame's floats at
 * any stride.
 */
export interface Frame {
  /** Of the picture. */
  height: number;
  width: number;
  /** Places of the frame before the picture. */
  top: number;
  left: number;
  stride: number;
  /** Of one plane. */
  rows: number;
  columns: number;
  circular: boolean;
}

type FrameArguments = [
  channels: number,
  batch: number,
  height: number,
  width: number,
  top: number,
  left: number,
  stride: number,
  rows: number,
  columns: number,
  circular: number,
];

export const frameArguments = (channels: number, batch: number, f: Frame): FrameArguments => [
  channels,
  batch,
  f.height,
  f.width,
  f.top,
  f.left,
  f.stride,
  f.rows,
  f.columns,
  Number(f.circular),
];

/** Whether the picture is its own frame, so that nothing has to be copied. */
export const isBare = (f: Frame): boolean =>
  f.stride === 1 && f.top === 0 && f.left === 0 && f.rows === f.height && f.columns === f.width;

/** Planes of a frame for each channel, and places of each. */
export const planesOf = ({ stride }: Frame): number => stride * stride;
export const placesIn = ({ rows, columns }: Frame): number => rows * columns;

/** Channels `from` to `to` (last arguments) of the first two; the others are left as they are. */
export interface FrameKernels {
  /** `frame` of the picture `x`. */
  pad(x: Float32Array, frame: Float32Array, ...range: [...FrameArguments, from: number, to: number]): void;
  /** The gradient of `pad`: dL/dx from dL/dframe, to which each place of the picture gives all it gave. */
  unpad(dframe: Float32Array, dx: Float32Array, ...range: [...FrameArguments, from: number, to: number]): void;
  /** out[i] = values[indices[i]], i from `from` to `to`. */
  gather(values: Float32Array, indices: Int32Array, out: Float32Array, from: number, to: number): void;
}
