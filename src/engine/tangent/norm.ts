/** How what batch and layer norms give changes. */
import * as tf from '@tensorflow/tfjs';
import type { NormLayer } from '../../core/network';
import { epsilon, normalise } from '../layers/norm';
import type { Running } from '../layers/norm';
import { productOf, sumOf } from './dual';
import type { Dual } from './dual';

/** Over what the values are normalised: all axes but the last, or the last. */
const axesOf = ({ rank }: tf.Tensor, { over }: NormLayer): number[] =>
  over === 'batch' ? [...Array(rank - 1).keys()] : [rank - 1];

const mean = (x: tf.Tensor, axes: number[]): tf.Tensor => tf.mean(x, axes, true);

/**
 * J e = r (e - m(e) - u m(u e)): how u = r (x - m(x)), r = 1 / sqrt(variance + epsilon), changes when x changes by e; m
 * the mean over `axes`. With gradients of its own, which keep one tensor of the size of x where those op by op keep
 * six. J is symmetric: the gradient by e of <c, J e> is J c. That by x comes from dr = -r^2 m(u dx) and du = J dx:
 * <c, J e> = n r A, A = m(c e) - m(c) m(e) - m(c u) m(u e), so it is -r^2 A u - r (m(u e) J c + m(c u) J e), n
 * cancelling.
 */
function standardisedTangent(x: tf.Tensor, e: tf.Tensor, axes: number[]): tf.Tensor {
  const op = tf.customGrad((...given) => {
    const [values, direction, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const { mean: centre, variance } = tf.moments(values, axes, true);
    const r = tf.rsqrt(tf.add(variance, epsilon));
    const u = tf.mul(tf.sub(values, centre), r);
    save([u, r, direction]);
    return {
      value: applied(direction, u, r, axes),
      gradFunc: (c: tf.Tensor, [unit, inverse, tangent]: tf.Tensor[]) =>
        tf.tidy(() => gradientsBy(c, tangent, unit, inverse, axes)),
    };
  });
  return op(x, e);
}

const applied = (e: tf.Tensor, u: tf.Tensor, r: tf.Tensor, axes: number[]): tf.Tensor =>
  tf.tidy(() => tf.mul(r, tf.sub(tf.sub(e, mean(e, axes)), tf.mul(u, mean(tf.mul(u, e), axes)))));

/** By x and by e. */
function gradientsBy(c: tf.Tensor, e: tf.Tensor, u: tf.Tensor, r: tf.Tensor, axes: number[]): tf.Tensor[] {
  const byTangent = applied(c, u, r, axes);
  const [alongC, alongE] = [mean(tf.mul(c, u), axes), mean(tf.mul(u, e), axes)];
  const together = tf.sub(
    tf.sub(mean(tf.mul(c, e), axes), tf.mul(mean(c, axes), mean(e, axes))),
    tf.mul(alongC, alongE),
  );
  const byLength = tf.mul(u, tf.mul(tf.square(r), together));
  const byUnit = tf.mul(r, tf.add(tf.mul(byTangent, alongE), tf.mul(applied(e, u, r, axes), alongC)));
  return [tf.neg(tf.add(byLength, byUnit)), byTangent];
}

/** Of a norm by its running averages: these do not move. */
function byAverages(x: Dual, { mean: centre, variance }: Running): Dual {
  const r = tf.rsqrt(tf.add(variance, epsilon));
  return { value: tf.mul(tf.sub(x.value, centre), r), tangent: x.tangent && tf.mul(x.tangent, r) };
}

interface DualNorm {
  weight: Dual;
  bias?: Dual;
  running?: Running;
}

/** `training`: batch norms take the statistics of these examples, else their running averages. */
export function normalised(x: Dual, layer: NormLayer, { weight, bias, running }: DualNorm, training: boolean): Dual {
  const scaled = (unit: Dual): Dual => {
    const product = productOf(unit, weight, tf.mul);
    return bias ? sumOf(product, bias) : product;
  };
  if (layer.over === 'batch' && !training) {
    if (!running) throw new Error(`${layer.name} has no running averages`);
    return scaled(byAverages(x, running));
  }
  const ones = { weight: tf.onesLike(weight.value) };
  const unit = normalise(x.value, layer, ones, () => undefined);
  return scaled({ value: unit, tangent: x.tangent && standardisedTangent(x.value, x.tangent, axesOf(x.value, layer)) });
}
