/** The matrix view of a maskable weight: a convolution's (out, in / groups, kh, kw), row-major, has one row per output channel. */
export interface LayerShape {
  name: string;
  /** Outputs. */
  rows: number;
  /** Inputs of one output: (in / groups) * kh * kw. */
  columns: number;
  /** (kh, kw) of a convolution. Without it the layer is linear: its weight has two dimensions, and ERK adds two. */
  kernel?: readonly [number, number];
  /** Default 1. */
  groups?: number;
}

/** The shape of the weight itself, as PyTorch has it: (out, in) or (out, in / groups, kh, kw). */
export const tensorShape = ({ rows, columns, kernel }: LayerShape): [number, ...number[]] =>
  kernel ? [rows, columns / (kernel[0] * kernel[1]), ...kernel] : [rows, columns];

export const weightsOf = ({ rows, columns }: LayerShape): number => rows * columns;

/** Names compared by code unit: the same order on every machine, whatever its language. */
export const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : +(a.name > b.name));
