/**
 * The matrix view of a maskable weight: a convolution's (out, in / groups, kh, kw), row-major, has one row per output
 * channel.
 */
export interface LayerShape {
  name: string;
  /** Outputs. */
  rows: number;
  /** Inputs of one output: (in / groups) * kh * kw. */
  columns: number;
  /** (kh, kw) of a convolution. Without it the layer is linear: its weight has two dimensions, and ERK adds two. */
  kernel?: readonly [number, number];
  /** Of a convolution, default 1. */
  groups?: number;
  /**
   * Of a linear layer, default 1: so many matrices of the same size stand one upon the other in the weight, as query,
   * key and value do in the input projection of attention. Each is initialised by itself.
   */
  stack?: number;
  /** Never pruned: it takes no part in the density of the network. */
  dense?: true;
}

/** The shape alone of what has a shape. */
export const shapeOf = ({ name, rows, columns, kernel, groups, stack, dense }: LayerShape): LayerShape => ({
  name,
  rows,
  columns,
  ...(kernel && { kernel, groups }),
  ...(stack && { stack }),
  ...(dense && { dense }),
});

/** Blocks of rows that are operators of their own: groups, or stacked matrices. */
export const blocksOf = ({ groups = 1, stack = 1 }: LayerShape): number => groups * stack;

/** The shape of the weight itself, as PyTorch has it: (out, in) or (out, in / groups, kh, kw). */
export const tensorShape = ({ rows, columns, kernel }: LayerShape): [number, ...number[]] =>
  kernel ? [rows, columns / (kernel[0] * kernel[1]), ...kernel] : [rows, columns];

export const weightsOf = ({ rows, columns }: LayerShape): number => rows * columns;

/** Names compared by code unit: the same order on every machine, whatever its language. */
export const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : +(a.name > b.name));
