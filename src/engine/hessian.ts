/**
 * Hessian times gradient of the loss of a chain of layers, in float64: Pearlmutter, "Fast exact multiplication by the
 * Hessian" (1994), the R operator. By hand, since TensorFlow.js differentiates an op's saved values as constants: its
 * gradient of a gradient lacks the terms through them.
 *
 * The loss is a mean over examples, so its gradient and its Hessian product are too: each is added up over slices of the
 * examples, in two sweeps since the product needs the whole gradient. Of a slice's values no more than 16 MiB are held, or what
 * one example takes if that is more; beside them a table of each convolution's patches (4 bytes a value of one example),
 * and weights, gradient and product of each layer.
 */
import { outputSize } from '../core/convolution';
import { activationMaths } from '../core/activations';
import type { ActivationMaths } from '../core/activations';
import type { Network } from '../core/network';
import type { Parts } from '../core/parts';
import type { DenseLayer } from './parameter-tensors';
import { addBack, addBackward, addForward, addOuter, inRanges, rearranged, rearrangements, zeros } from './matrices';
import type { Matrix, Rearrangement, Weights } from './matrices';
import type { Labels } from './data/data-set';
import type { Batch } from './trainer';

/** Float64 values of a slice: 16 MiB. */
const heldValues = 2 ** 21;

/** What a layer is made of here. `values`: how many of one example come out. */
type Stage = { values: number } & (
  | { kind: 'linear'; weights: Weights; bias: Float32Array | undefined; gradient: Weights; product: Weights }
  | { kind: 'activation'; fn: ActivationMaths }
  | { kind: 'rearrangement'; by: Rearrangement }
);

/** Values, and how they change as the weights move along the gradient; where there is no change, it is 0. */
interface Moving {
  value: Matrix;
  change?: Matrix;
}

function* stagesOf(network: Network, layers: readonly DenseLayer[]): Parts<Stage[]> {
  const stages: Stage[] = [];
  let { inputs: values, picture } = network;
  let next = 0;
  const multiply = (): void => {
    const { rows, columns, groups = 1, weights, bias } = layers[next++];
    values = (values / (columns * groups)) * rows;
    const like = (data: Float64Array): Weights => ({ rows, columns, groups, values: data });
    const [gradient, product] = [like(new Float64Array(weights.length)), like(new Float64Array(weights.length))];
    stages.push({ kind: 'linear', values, weights: like(Float64Array.from(weights)), bias, gradient, product });
  };
  const rearrange = (by: Rearrangement): void => {
    values = by.table.length;
    stages.push({ kind: 'rearrangement', values, by });
  };
  for (const layer of network.layers) {
    if (layer.kind === 'flatten') continue;
    if (layer.kind === 'activation') stages.push({ kind: 'activation', values, fn: activationMaths[layer.fn] });
    else if (layer.kind === 'linear') multiply();
    else {
      if (layer.kind !== 'conv' || !picture) throw new Error(`no Hessian goes through ${layer.kind} layers`);
      const [before, after] = rearrangements(layer, picture);
      rearrange(before);
      multiply();
      rearrange(after);
      picture = outputSize(layer, picture);
    }
    yield;
  }
  return stages;
}

/** Examples at a time: values and changes of every stage are held, and both twice more around the largest on the way back. */
function sliceOf(network: Network, stages: readonly Stage[]): number {
  const sizes = [network.inputs, ...stages.map(({ values }) => values)];
  const held = 2 * sizes.reduce((a, b) => a + b) + 4 * sizes.reduce((a, b) => Math.max(a, b));
  return Math.max(1, Math.floor(heldValues / held));
}

/** One stage of the forward pass. `moves`: along the gradient. */
function* ahead(stage: Stage, x: Moving, moves: boolean, examples: number): Parts<Moving> {
  if (stage.kind === 'linear') {
    const { weights, bias, gradient } = stage;
    const { rows } = weights;
    const value = zeros(x.value.rows, rows);
    if (bias) for (let i = 0; i < value.values.length; i++) value.values[i] = bias[i % rows];
    yield* addForward(value, x.value, weights);
    if (!moves) return { value };
    const change = zeros(x.value.rows, rows);
    yield* addForward(change, x.value, gradient);
    if (x.change) yield* addForward(change, x.change, weights);
    return { value, change };
  }
  if (stage.kind === 'rearrangement') {
    const value = yield* rearranged(x.value, stage.by, examples);
    return { value, change: x.change && (yield* rearranged(x.change, stage.by, examples)) };
  }
  const { fn } = stage;
  const value = zeros(x.value.rows, x.value.columns);
  const change = x.change && zeros(x.value.rows, x.value.columns);
  const [z, y] = [x.value.values, value.values];
  yield* inRanges(z.length, activationCost, (from, to) => {
    for (let i = from; i < to; i++) y[i] = fn.value(z[i]);
    if (change && x.change)
      for (let i = from; i < to; i++) change.values[i] = fn.slope(z[i], y[i]) * x.change.values[i];
  });
  return { value, change };
}

/** Multiplications that a value of an activation takes the time of. */
const activationCost = 16;

/**
 * One stage on the way back: from the slope by its output that by its input, both with how they change. Adds to the stage's
 * gradient, or, where the weights move, to its product. `first`: nobody asks for the slope by its input.
 */
function* back(
  stage: Stage,
  slope: Moving,
  seen: { x: Moving; y: Moving },
  p: { examples: number; first: boolean },
): Parts<Moving> {
  const { x, y } = seen;
  if (stage.kind === 'linear') {
    const { gradient, product } = stage;
    if (slope.change) {
      yield* addOuter(product, slope.change, x.value);
      if (x.change) yield* addOuter(product, slope.value, x.change);
    } else yield* addOuter(gradient, slope.value, x.value);
    if (p.first) return slope;
  }
  const value = zeros(x.value.rows, x.value.columns);
  const change = slope.change && zeros(x.value.rows, x.value.columns);
  if (stage.kind === 'linear') {
    yield* addBackward(value, slope.value, stage.weights);
    if (change && slope.change) {
      yield* addBackward(change, slope.change, stage.weights);
      yield* addBackward(change, slope.value, stage.gradient);
    }
  } else if (stage.kind === 'rearrangement') {
    yield* addBack(value, slope.value, stage.by, p.examples);
    if (change && slope.change) yield* addBack(change, slope.change, stage.by, p.examples);
  } else {
    const { fn } = stage;
    yield* inRanges(value.values.length, activationCost, (from, to) => {
      for (let i = from; i < to; i++) {
        const [z, out] = [x.value.values[i], y.value.values[i]];
        const first = fn.slope(z, out);
        value.values[i] = first * slope.value.values[i];
        if (!change || !slope.change) continue;
        change.values[i] = first * slope.change.values[i];
        if (x.change) change.values[i] += fn.curvature(z, out) * x.change.values[i] * slope.value.values[i];
      }
    });
  }
  return { value, change };
}

/** Shares of each class by softmax(logits / temperature). */
function softmax({ rows, columns, values }: Matrix, temperature: number): Matrix {
  const shares = new Float64Array(values.length);
  for (let e = 0; e < rows; e++) {
    const row = values.subarray(e * columns, (e + 1) * columns);
    const largest = row.reduce((a, b) => Math.max(a, b));
    const raised = row.map((logit) => Math.exp((logit - largest) / temperature));
    const total = raised.reduce((a, b) => a + b);
    raised.forEach((part, k) => (shares[e * columns + k] = part / total));
  }
  return { rows, columns, values: shares };
}

/** The slope of the mean cross-entropy of `size` examples by the logits of some of them, and how it changes with them. */
function slopeOf(logits: Moving, labels: Labels, size: number, temperature: number): Moving {
  const shares = softmax(logits.value, temperature);
  const { rows, columns } = shares;
  const value = zeros(rows, columns);
  const change = logits.change && zeros(rows, columns);
  for (let e = 0; e < rows; e++) {
    let mean = 0;
    if (logits.change)
      for (let k = 0; k < columns; k++) mean += shares.values[e * columns + k] * logits.change.values[e * columns + k];
    for (let k = 0; k < columns; k++) {
      const i = e * columns + k;
      value.values[i] = (shares.values[i] - Number(k === labels[e])) / (temperature * size);
      if (change && logits.change)
        change.values[i] = (shares.values[i] * (logits.change.values[i] - mean)) / (temperature ** 2 * size);
    }
  }
  return { value, change };
}

/** Adds to the gradients of the stages, or with `moves` to their products, what `examples` from `begin` on give. */
function* sweep(
  network: Network,
  stages: readonly Stage[],
  batch: Batch,
  p: { begin: number; examples: number; moves: boolean; temperature: number },
): Parts<void> {
  const { begin, examples, moves } = p;
  const { inputs } = network;
  const x = Float64Array.from(batch.x.subarray(begin * inputs, (begin + examples) * inputs));
  const passed: Moving[] = [{ value: { rows: examples, columns: inputs, values: x } }];
  for (const stage of stages) passed.push(yield* ahead(stage, passed[passed.length - 1], moves, examples));
  const labels = batch.labels.subarray(begin, begin + examples);
  let slope = slopeOf(passed[stages.length], labels, batch.size, p.temperature);
  const first = stages.findIndex(({ kind }) => kind === 'linear');
  for (let s = stages.length - 1; s >= first; s--) {
    const seen = { x: passed[s], y: passed[s + 1] };
    slope = yield* back(stages[s], slope, seen, { examples, first: s === first });
    passed.pop();
  }
}

/**
 * H g of each layer, rows x columns row-major: L the mean cross-entropy of softmax(logits / temperature) over the batch, g its
 * gradient by all weights (biases held), H its Hessian by them. A part is a piece of one product; `slice`: examples at a
 * time, by default as many as the memory bound allows; the result depends on it by rounding only.
 */
export function* hessianGradients(
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  temperature: number,
  slice?: number,
): Parts<Float64Array[]> {
  const stages = yield* stagesOf(network, layers);
  const atOnce = slice ?? sliceOf(network, stages);
  for (const moves of [false, true])
    for (let begin = 0; begin < batch.size; begin += atOnce) {
      const examples = Math.min(atOnce, batch.size - begin);
      yield* sweep(network, stages, batch, { begin, examples, moves, temperature });
    }
  return stages.flatMap((stage) => (stage.kind === 'linear' ? [stage.product.values] : []));
}
