/**
 * Hessian times gradient of the loss of a chain of layers, in float64: Pearlmutter, "Fast exact multiplication by the
 * Hessian" (1994), the R operator. By hand, since TensorFlow.js differentiates an op's saved values as constants: its
 * gradient of a gradient lacks the terms through them.
 */
import { outputSize } from '../core/convolution';
import { activationMaths } from '../core/activations';
import type { Activation, Network } from '../core/network';
import type { Parts } from '../core/parts';
import type { DenseLayer } from './gradients';
import { addBack, addOuter, addProduct, asMatrix, fromMatrix, rearranged, rearrangements, zeros } from './matrices';
import type { Matrix, Rearrangement } from './matrices';
import type { Batch } from './trainer';

/** One layer of the forward pass and how it changes as the weights move along a direction. */
type Stage =
  | { kind: 'linear'; weights: Matrix; along: Matrix; input: Matrix; change: Matrix; gradient: Matrix; product: Matrix }
  | { kind: 'activation'; fn: Activation; input: Matrix; output: Matrix; change: Matrix }
  | { kind: 'rearrangement'; input: Matrix; change: Matrix; by: Rearrangement };

/** Logits of every example, and what each layer saw. */
function forward(network: Network, layers: readonly DenseLayer[], batch: Batch): { stages: Stage[]; logits: Matrix } {
  const stages: Stage[] = [];
  let value: Matrix = { rows: batch.size, columns: network.inputs, values: Float64Array.from(batch.x) };
  let { picture } = network;
  let next = 0;
  const activate = (fn: Activation): void => {
    const output = { ...value, values: value.values.map((z) => activationMaths[fn].value(z)) };
    stages.push({ kind: 'activation', fn, input: value, output, change: zeros(0, 0) });
    value = output;
  };
  const multiply = (layer: DenseLayer): void => {
    const weights = asMatrix(layer);
    const { rows, columns } = weights;
    const output = zeros(value.rows, rows);
    output.values.forEach((_, i) => (output.values[i] = layer.bias ? layer.bias[i % rows] : 0));
    addProduct(output, value, weights, true);
    const [along, gradient, product] = [zeros(rows, columns), zeros(rows, columns), zeros(rows, columns)];
    stages.push({ kind: 'linear', weights, along, input: value, change: zeros(0, 0), gradient, product });
    value = output;
  };
  const rearrange = (by: Rearrangement): void => {
    stages.push({ kind: 'rearrangement', input: value, change: zeros(0, 0), by });
    value = rearranged(value, by, batch.size);
  };
  for (const layer of network.layers) {
    if (layer.kind === 'activation') activate(layer.fn);
    else if (layer.kind === 'linear') multiply(layers[next++]);
    else {
      if (layer.kind !== 'conv' || !picture) throw new Error(`no Hessian goes through ${layer.kind} layers`);
      const [before, after] = rearrangements(layer, picture);
      rearrange(before);
      multiply(layers[next++]);
      rearrange(after);
      picture = outputSize(layer, picture);
    }
  }
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
    } else if (stage.kind === 'rearrangement') addBack(before, slope, stage.by, batch.size);
    else
      before.values.forEach((_, i) => {
        before.values[i] = activationMaths[stage.fn].slope(stage.input.values[i]) * slope.values[i];
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
      const out = zeros(stage.input.rows, stage.weights.rows);
      addProduct(out, change, stage.weights, true);
      addProduct(out, stage.input, stage.along, true);
      change = out;
    } else if (stage.kind === 'rearrangement') change = rearranged(change, stage.by, batch.size);
    else {
      const { fn, input } = stage;
      const from = change;
      change = { ...from, values: from.values.map((moved, i) => activationMaths[fn].slope(input.values[i]) * moved) };
    }
  }
  return change;
}

/**
 * H g of each layer, rows x columns row-major: L the mean cross-entropy of softmax(logits / temperature) over the batch, g its
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
  const linear = stages.filter((stage) => stage.kind === 'linear');
  linear.forEach((stage, l) => {
    // Between groups there are no weights to move.
    const weights = fromMatrix(stage.gradient, layers[l]);
    stage.along = asMatrix({ ...layers[l], weights });
  });
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
    } else if (stage.kind === 'rearrangement') addBack(before, change, stage.by, batch.size);
    else
      before.values.forEach((_, i) => {
        const { slope, curvature } = activationMaths[stage.fn];
        const z = stage.input.values[i];
        before.values[i] = slope(z) * change.values[i] + curvature(z) * stage.change.values[i] * after[s].values[i];
      });
    change = before;
  }
  return layers.map((layer, l) => fromMatrix(linear[l].product, layer));
}
