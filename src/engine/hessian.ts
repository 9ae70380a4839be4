/**
 * Hessian times gradient of the loss of a chain of layers, in float64: Pearlmutter, "Fast exact multiplication by the
 * Hessian" (1994), the R operator. By hand, since TensorFlow.js differentiates an op's saved values as constants: its
 * gradient of a gradient lacks the terms through them.
 */
import type { Activation, Network } from '../core/network';
import type { Parts } from '../core/parts';
import type { DenseLayer } from './gradients';
import type { Batch } from './trainer';

/** (rows, columns), row-major. */
interface Matrix {
  rows: number;
  columns: number;
  values: Float64Array;
}

const zeros = (rows: number, columns: number): Matrix => ({ rows, columns, values: new Float64Array(rows * columns) });

/** out += a bᵀ, or a b when `b` is (a.columns, out.columns). */
function addProduct(out: Matrix, a: Matrix, b: Matrix, transposed: boolean): void {
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < out.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++)
        sum += a.values[i * a.columns + k] * b.values[transposed ? j * b.columns + k : k * b.columns + j];
      out.values[i * out.columns + j] += sum;
    }
}

/** out += aᵀ b: summed over examples. */
function addOuter(out: Matrix, a: Matrix, b: Matrix): void {
  for (let e = 0; e < a.rows; e++)
    for (let i = 0; i < a.columns; i++) {
      const factor = a.values[e * a.columns + i];
      if (factor === 0) continue;
      for (let j = 0; j < b.columns; j++) out.values[i * out.columns + j] += factor * b.values[e * b.columns + j];
    }
}

/** First and second derivative at the input z, given the output y. */
const slopes: Record<Activation, (z: number, y: number) => [first: number, second: number]> = {
  linear: () => [1, 0],
  tanh: (_, y) => [1 - y * y, -2 * y * (1 - y * y)],
  relu: (z) => [z > 0 ? 1 : 0, 0],
};
const apply: Record<Activation, (z: number) => number> = {
  linear: (z) => z,
  tanh: Math.tanh,
  relu: (z) => Math.max(0, z),
};

/** One layer of the forward pass and how it changes as the weights move along a direction. */
type Stage =
  | { kind: 'linear'; weights: Matrix; along: Matrix; input: Matrix; change: Matrix; gradient: Matrix; product: Matrix }
  | { kind: 'activation'; fn: Activation; input: Matrix; output: Matrix; change: Matrix };

const asMatrix = ({ rows, columns, weights }: DenseLayer): Matrix => ({
  rows,
  columns,
  values: Float64Array.from(weights),
});

/** Logits of every example, and what each layer saw. */
function forward(network: Network, layers: readonly DenseLayer[], batch: Batch): { stages: Stage[]; logits: Matrix } {
  let value: Matrix = { rows: batch.size, columns: network.inputs, values: Float64Array.from(batch.x) };
  let next = 0;
  const stages = network.layers.map((layer): Stage => {
    const input = value;
    if (layer.kind === 'activation') {
      value = { ...input, values: input.values.map((z) => apply[layer.fn](z)) };
      return { kind: 'activation', fn: layer.fn, input, output: value, change: zeros(input.rows, input.columns) };
    }
    const { rows, columns, bias } = layers[next];
    const weights = asMatrix(layers[next++]);
    value = {
      rows: batch.size,
      columns: rows,
      values: new Float64Array(batch.size * rows).map((_, i) => bias[i % rows]),
    };
    addProduct(value, input, weights, true);
    const blank = (): Matrix => zeros(rows, columns);
    return {
      kind: 'linear',
      weights,
      along: blank(),
      input,
      change: zeros(input.rows, columns),
      gradient: blank(),
      product: blank(),
    };
  });
  return { stages, logits: value };
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

/** Gradients of the mean cross-entropy into the stages, from the last to the first; the differences by each value too. */
function backward(stages: readonly Stage[], logits: Matrix, batch: Batch, temperature: number): Matrix[] {
  const shares = softmax(logits, temperature);
  let slope: Matrix = { ...shares, values: shares.values.slice() };
  batch.labels.forEach((label, e) => (slope.values[e * slope.columns + label] -= 1));
  slope.values.forEach((value, i) => (slope.values[i] = value / (temperature * batch.size)));
  const after: Matrix[] = [];
  for (const stage of stages.toReversed()) {
    after.unshift(slope);
    const before = zeros(stage.input.rows, stage.input.columns);
    if (stage.kind === 'linear') {
      addOuter(stage.gradient, slope, stage.input);
      addProduct(before, slope, stage.weights, false);
    } else
      before.values.forEach((_, i) => {
        const [first] = slopes[stage.fn](stage.input.values[i], stage.output.values[i]);
        before.values[i] = first * slope.values[i];
      });
    slope = before;
  }
  return after;
}

/** How every value of the forward pass changes as the weights move along `along`; answers that of the logits. */
function changeForward(stages: readonly Stage[], batch: Batch, inputs: number): Matrix {
  let change = zeros(batch.size, inputs);
  for (const stage of stages) {
    stage.change = change;
    if (stage.kind === 'linear') {
      const out = zeros(batch.size, stage.weights.rows);
      addProduct(out, change, stage.weights, true);
      addProduct(out, stage.input, stage.along, true);
      change = out;
    } else {
      const { fn, input, output } = stage;
      const from = change;
      change = {
        ...from,
        values: from.values.map((moved, i) => slopes[fn](input.values[i], output.values[i])[0] * moved),
      };
    }
  }
  return change;
}

/**
 * H g of each layer, (out, in) row-major: L the mean cross-entropy of softmax(logits / temperature) over the batch, g its
 * gradient by all weights (biases held), H its Hessian by them. A part is one of the four passes.
 */
export function* hessianGradients(
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  temperature: number,
): Parts<Float64Array[]> {
  const { stages, logits } = forward(network, layers, batch);
  yield;
  const after = backward(stages, logits, batch, temperature);
  yield;
  for (const stage of stages) if (stage.kind === 'linear') stage.along = stage.gradient;
  const moved = changeForward(stages, batch, network.inputs);
  yield;
  const shares = softmax(logits, temperature);
  const { rows, columns } = shares;
  let change = zeros(rows, columns);
  for (let e = 0; e < rows; e++) {
    let mean = 0;
    for (let k = 0; k < columns; k++) mean += shares.values[e * columns + k] * moved.values[e * columns + k];
    for (let k = 0; k < columns; k++) {
      const i = e * columns + k;
      change.values[i] = (shares.values[i] * (moved.values[i] - mean)) / (temperature ** 2 * batch.size);
    }
  }
  for (const [s, stage] of [...stages.entries()].toReversed()) {
    const before = zeros(stage.input.rows, stage.input.columns);
    if (stage.kind === 'linear') {
      addOuter(stage.product, change, stage.input);
      addOuter(stage.product, after[s], stage.change);
      addProduct(before, change, stage.weights, false);
      addProduct(before, after[s], stage.along, false);
    } else
      before.values.forEach((_, i) => {
        const [first, second] = slopes[stage.fn](stage.input.values[i], stage.output.values[i]);
        before.values[i] = first * change.values[i] + second * stage.change.values[i] * after[s].values[i];
      });
    change = before;
  }
  return stages.flatMap((stage) => (stage.kind === 'linear' ? [stage.product.values] : []));
}
