/** Optimizers, with the semantics of torch.optim. */
import * as tf from '@tensorflow/tfjs';
import type { Read } from './backends/in-place';

export interface OptimizerSettings {
  name: 'sgd' | 'adam' | 'adamw';
  /** Of sgd. */
  momentum: number;
  nesterov: boolean;
  weightDecay: number;
  /** Whether weight decay pulls all that is trained, not the weights of layers only; default: it does not. */
  decayAll?: boolean;
}

/** What is remembered of each parameter, by the names that PyTorch gives it. All begin as zero. */
export const slotNames = ({ name }: Pick<OptimizerSettings, 'name'>): readonly string[] =>
  name === 'sgd' ? ['momentum'] : ['exp_avg', 'exp_avg_sq'];

/** Of adam and adamw: the defaults of PyTorch and of Kingma and Ba (2015). */
const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/** Of adam and adamw, where values differ in what they are measured in: one for all, or one for each. */
export interface OwnRates {
  /** What the learning rate of a step is multiplied with; weight decay is not. */
  factors: number | Float64Array;
  /** The unit of the gradient, which epsilon is multiplied with; default 1. */
  units?: number | Float64Array | undefined;
}

export interface Rates extends OptimizerSettings {
  learningRate: number;
  /** Updates since the slots were zero, this one included. */
  count: number;
  own?: OwnRates;
}

/** One parameter and what it is moved by. */
interface Moved {
  variable: tf.Variable;
  slots: readonly tf.Variable[];
  gradient: tf.Tensor;
}

/**
 * Moves a variable and its slots in place. A weight that is zero, with a zero gradient and zero slots, stays exactly
 * zero. `count`: updates since the slots were zero, this one included. Call it inside a tidy.
 * `read`: how values are reached in place, if they are.
 */
export function update(
  { variable, slots, gradient }: Moved,
  settings: OptimizerSettings,
  learningRate: number,
  count: number,
  read: Read | undefined,
): void {
  const rates = { ...settings, learningRate, count };
  if (read) {
    // As a new tensor: the wasm backend keeps the weights of a product in an order of its own for as long as a tensor
    // lives.
    variable.assign(tf.mul(variable, 1));
    updateInPlace(read(variable), slots.map(read), read(gradient), rates);
  } else {
    const move = settings.name === 'sgd' ? sgd : adam;
    move(variable, slots, gradient, rates);
  }
}

/** As `update`, of plain arrays of one length. */
export function updateInPlace(
  values: Float32Array,
  slots: readonly Float32Array[],
  gradient: Float32Array,
  rates: Rates,
): void {
  const move = rates.name === 'sgd' ? sgdInPlace : adamInPlace;
  move(values, slots, gradient, rates);
}

/**
 * g += weightDecay * w; v = momentum * v + g; w -= learningRate * (nesterov ? g + momentum * v : v). Zero dampening.
 */
function sgd(
  variable: tf.Variable,
  [velocity]: readonly tf.Variable[],
  gradient: tf.Tensor,
  { momentum, nesterov, weightDecay, learningRate }: Rates,
): void {
  const decayed = withDecay(gradient, variable, weightDecay);
  let direction = decayed;
  if (momentum !== 0) {
    velocity.assign(tf.add(tf.mul(velocity, momentum), decayed));
    direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
  }
  variable.assign(tf.sub(variable, tf.mul(direction, learningRate)));
}

/** As `sgd`. */
function sgdInPlace(
  w: Float32Array,
  [v]: readonly Float32Array[],
  g: Float32Array,
  { momentum, nesterov, weightDecay, learningRate }: Rates,
): void {
  for (let i = 0; i < w.length; i++) {
    const decayed = g[i] + weightDecay * w[i];
    let direction = decayed;
    if (momentum !== 0) {
      const velocity = momentum * v[i] + decayed;
      v[i] = velocity;
      direction = nesterov ? decayed + momentum * velocity : velocity;
    }
    w[i] -= learningRate * direction;
  }
}

const withDecay = (gradient: tf.Tensor, variable: tf.Variable, weightDecay: number): tf.Tensor =>
  weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(variable, weightDecay));

/**
 * Kingma, Ba, "Adam" (2015), algorithm 1. Weight decay is added to the gradient, or with adamw (Loshchilov,
 * Hutter 2019) pulls the weight itself by learningRate * weightDecay.
 */
function adam(
  variable: tf.Variable,
  [mean, square]: readonly tf.Variable[],
  gradient: tf.Tensor,
  { name, weightDecay, learningRate, count }: Rates,
): void {
  const coupled = name === 'adam';
  const decayed = coupled ? withDecay(gradient, variable, weightDecay) : gradient;
  mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(decayed, 1 - beta1)));
  square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(decayed), 1 - beta2)));
  const spread = tf.add(tf.div(tf.sqrt(square), Math.sqrt(1 - beta2 ** count)), epsilon);
  const pulled = coupled || weightDecay === 0 ? variable : tf.mul(variable, 1 - learningRate * weightDecay);
  variable.assign(tf.sub(pulled, tf.mul(tf.div(mean, spread), learningRate / (1 - beta1 ** count))));
}

/** As `adam`. */
function adamInPlace(
  w: Float32Array,
  [mean, square]: readonly Float32Array[],
  g: Float32Array,
  { name, weightDecay, learningRate, count, own }: Rates,
): void {
  const [decay, pull] = name === 'adam' ? [weightDecay, 1] : [0, 1 - learningRate * weightDecay];
  const rate = learningRate / (1 - beta1 ** count);
  const deviation = Math.sqrt(1 - beta2 ** count);
  const { factors = 1, units = 1 } = own ?? {};
  for (let i = 0; i < w.length; i++) {
    const decayed = g[i] + decay * w[i];
    const first = beta1 * mean[i] + (1 - beta1) * decayed;
    const second = beta2 * square[i] + (1 - beta2) * decayed * decayed;
    mean[i] = first;
    square[i] = second;
    const factor = typeof factors === 'number' ? factors : factors[i];
    const unit = typeof units === 'number' ? units : units[i];
    w[i] = pull * w[i] - (factor * rate * first) / (Math.sqrt(second) / deviation + unit * epsilon);
  }
}
