/** How a tensor can be looked at, by its shape. */
import type { TensorInfo } from '../../../src/protocol/views';

export type TensorKind =
  /** No element at all. */
  | { kind: 'empty' }
  | { kind: 'scalar' }
  | { kind: 'vector'; length: number }
  /** The first axis by all others. */
  | { kind: 'matrix'; rows: number; columns: number };

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function kindOf({ shape }: Pick<TensorInfo, 'shape'>): TensorKind {
  const total = elements(shape);
  if (total === 0) return { kind: 'empty' };
  if (total === 1) return { kind: 'scalar' };
  // (n), (1, n) of a longer tensor with axes of one: only one axis says anything.
  if (shape.length === 1) return { kind: 'vector', length: total };
  return { kind: 'matrix', rows: shape[0], columns: total / shape[0] };
}

/** Names that contain every word of the filter, in any case. */
export function filterTensors<T extends Pick<TensorInfo, 'name'>>(tensors: readonly T[], filter: string): readonly T[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return tensors;
  return tensors.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}
