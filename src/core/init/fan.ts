/**
 * Fan-in and fan-out: of the dense layer, and of what a mask keeps of it. Scaling by the kept weights gives a sparse
 * layer the variance of its dense twin: Evci et al., "Gradient Flow in Sparse Neural Networks and How Lottery Tickets
 * Win" (AAAI 2022), section 3.
 */
import { blocksOf } from '../density/layer-shape';
import type { LayerShape } from '../density/layer-shape';
import type { Mask } from '../mask';
import { checkShape } from '../shape';
import { badGroups, badKernel, maskMismatch } from './errors';

/** A layer taken apart: `groups` operators of `outputs` x `inputs`, each weight a kernel of `taps` numbers. */
export interface Parted {
  /** Of a convolution; of a linear layer the matrices stacked in it. */
  groups: number;
  /** Of one group. */
  outputs: number;
  /** Of one group. */
  inputs: number;
  kernel: readonly [number, number];
  taps: number;
}

/** Throws `shape.*`, `init.bad-groups`, `init.bad-kernel` where the shape is none of a linear layer or convolution. */
export function partLayer(shape: LayerShape): Parted {
  const { name, rows, columns, kernel = [1, 1] } = shape;
  const groups = blocksOf(shape);
  checkShape(rows, columns);
  if (!Number.isSafeInteger(groups) || groups < 1 || rows % groups !== 0) throw badGroups(name, groups);
  const [height, width] = kernel;
  const taps = height * width;
  const whole = Number.isSafeInteger(height) && Number.isSafeInteger(width) && height >= 1 && width >= 1;
  if (!whole || columns % taps !== 0) throw badKernel(name, kernel, columns);
  return { groups, outputs: rows / groups, inputs: columns / taps, kernel, taps };
}

/** Weights into one output and out of one input, dense; as PyTorch counts them, but with the outputs of one group. */
export function fans(shape: LayerShape): { fanIn: number; fanOut: number } {
  const { outputs, inputs, taps } = partLayer(shape);
  return { fanIn: inputs * taps, fanOut: outputs * taps };
}

/** Throws `init.mask-mismatch`. */
export function checkMask({ name, rows, columns }: LayerShape, mask: Mask): void {
  if (mask.rows !== rows || mask.columns !== columns)
    throw maskMismatch(name, `${mask.rows} x ${mask.columns}`, `${rows} x ${columns}`);
}

/** Kept weights of each row: the sparse fan-in of each output. */
export function keptPerRow(mask: Mask): Uint32Array<ArrayBuffer> {
  const kept = new Uint32Array(mask.rows);
  for (let r = 0; r < mask.rows; r++) for (let c = 0; c < mask.columns; c++) if (mask.get(r, c)) kept[r]++;
  return kept;
}

/** Kept weights of each of the groups * inputs input channels: the sparse fan-out. Throws `init.mask-mismatch`. */
export function keptPerInput(shape: LayerShape, mask: Mask): Uint32Array<ArrayBuffer> {
  checkMask(shape, mask);
  const { groups, outputs, inputs, taps } = partLayer(shape);
  const kept = new Uint32Array(groups * inputs);
  for (let r = 0; r < mask.rows; r++) {
    const first = Math.floor(r / outputs) * inputs;
    for (let c = 0; c < mask.columns; c++) if (mask.get(r, c)) kept[first + Math.floor(c / taps)]++;
  }
  return kept;
}
