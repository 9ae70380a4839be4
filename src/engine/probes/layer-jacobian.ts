/** The Jacobian d preactivations / d inputs of a layer at some examples, by its products with vectors. */
import * as tf from '@tensorflow/tfjs';
import { pathTo } from '../../core/layer-path';
import type { Products } from '../../core/linalg/estimated-values';
import type { Network } from '../../core/network';
import type { Parts } from '../../core/parts';
import { forward, smooth } from '../network';
import type { Pass } from '../network';
import { forwardDual } from '../tangent/network';
import type { DualPass } from '../tangent/network';
import type { Batch } from '../training';

/** The same weights, which stay where they are. */
const still = ({ weights }: Pass): DualPass => ({
  training: false,
  weights: new Map(
    [...weights].map(([name, { weight, bias, running }]) => [
      name,
      { weight: { value: weight }, ...(bias && { bias: { value: bias } }), ...(running && { running }) },
    ]),
  ),
});

/**
 * Of each example by itself, norms by their running averages. Where the inputs are numbers of rows they are the rows.
 * `pass` has to last as long as the products are asked for. A part is one product.
 */
export function layerJacobian(network: Network, pass: Pass, batch: Batch, name: string): Products {
  const layers = pathTo(network.layers, name);
  if (!layers) throw new Error(`there is no layer ${name}`);
  const given = (): ReturnType<typeof smooth> =>
    smooth({ ...network, layers }, pass, tf.tensor2d(batch.x, [batch.size, network.inputs]));
  const shapes = tf.tidy(() => {
    const { network: rest, x } = given();
    return { inputs: [...x.shape], outputs: [...forward(rest, pass, x).shape] };
  });
  const each = (shape: readonly number[]): number => shape.slice(1).reduce((size, side) => size * side, 1);
  function* product(of: () => tf.Tensor): Parts<Float32Array> {
    const values = tf.tidy(() => Float32Array.from(of().dataSync()));
    yield;
    return values;
  }
  return {
    matrices: batch.size,
    rows: each(shapes.outputs),
    columns: each(shapes.inputs),
    times: (along) =>
      product(() => {
        const { network: rest, x } = given();
        const tangent = tf.tensor(Float32Array.from(along), shapes.inputs);
        return forwardDual(rest, still(pass), { value: x, tangent }).tangent!;
      }),
    timesTransposed: (vector) =>
      product(() => {
        const { network: rest, x } = given();
        const onward = (at: tf.Tensor): tf.Tensor => forward(rest, pass, at as typeof x);
        const cotangent = tf.tensor(Float32Array.from(vector), shapes.outputs);
        return tf.grad((at) => tf.sum(tf.mul(onward(at), cotangent)))(x);
      }),
  };
}
