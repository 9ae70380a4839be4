/** The parameters of a network that is not trained yet, by name. */
import * as tf from '@tensorflow/tfjs';
import type { OtherState } from './states';

/** A layer's dense weights, (rows, columns) row-major, and its bias. */
export interface DenseLayer {
  name: string;
  rows: number;
  columns: number;
  weights: Float32Array;
  /** Absent where the layer has none. */
  bias?: Float32Array;
}

export interface Parameters {
  layers: readonly DenseLayer[];
  /** Norms and tables as they begin; default none. */
  others?: readonly Pick<OtherState, 'name' | 'shape' | 'weight' | 'bias'>[];
}

/** Under which name the weight of a layer is known. */
export const weightName = ({ name }: { name: string }): string => `${name}.weight`;

/** By `NAME.weight` and `NAME.bias`: values as they lie, row-major. */
export function valuesByName({
  layers,
  others = [],
}: Parameters): Map<string, { values: Float32Array; shape: number[] }> {
  const all = [
    ...layers.map(({ name, rows, columns, weights, bias }) => ({
      name,
      shape: [rows, columns],
      weight: weights,
      bias,
    })),
    ...others,
  ];
  const found = new Map<string, { values: Float32Array; shape: number[] }>();
  for (const { name, shape, weight, bias } of all) {
    found.set(weightName({ name }), { values: weight, shape: [...shape] });
    if (bias) found.set(`${name}.bias`, { values: bias, shape: [bias.length] });
  }
  return found;
}

export const tensorsOf = (parameters: Parameters): Map<string, tf.Tensor> =>
  new Map([...valuesByName(parameters)].map(([name, { values, shape }]) => [name, tf.tensor(values, shape)]));

/** What is known by parameter, by layer. */
export function byLayer<T>(found: ReadonlyMap<string, T>): Map<string, { weight: T; bias?: T }> {
  const layers = new Map<string, { weight: T; bias?: T }>();
  for (const [key, weight] of found) {
    if (!key.endsWith('.weight')) continue;
    const name = key.slice(0, -'.weight'.length);
    const bias = found.get(`${name}.bias`);
    layers.set(name, { weight, ...(bias !== undefined && { bias }) });
  }
  return layers;
}
