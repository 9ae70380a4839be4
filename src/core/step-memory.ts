/**
 * How much memory a training step takes, told from the layers before anything is allocated. Counted is what the tensors
 * executor keeps of each layer for the way back and the gradients it makes there, which live until the step ends; tests
 * hold it against what the wasm backend allocates.
 */
import { outputSize } from './convolution';
import { through, valuesIn } from './flow';
import type { Flow } from './flow';
import { everyLayer, isMaskable, otherParameters, weightShape } from './network';
import type { Activation, Layer, Network } from './network';

export interface StepMemory {
  /** Bytes whatever the batch: weights, masks, what the optimizer remembers, gradients. */
  fixed: number;
  /** Bytes more for each example whose gradient is computed at the same time. */
  perExample: number;
}

const floatBytes = 4;

/** What the WebAssembly memory of TensorFlow.js grows to, bytes. */
export const heapLimit = 2 ** 32 - 2 ** 16;

/**
 * Bytes that a product with the Hessian takes for each of a training step with as many examples: measured, 2.1 to 3.6.
 * More, since WebAssembly ends a process that asks for too much, and a heap in pieces holds less than the sum of them.
 */
export const productShare = 4.5;

/**
 * Bytes that a look at the signals of a batch takes for each of a training step with as many examples: up to 1.06 was
 * measured.
 */
export const signalsShare = 1.25;

/** Values of an example in tensors of three kinds of life. */
interface Held {
  /** From the forward pass to the end of the step. */
  kept: number;
  /** From the backward pass to the end of the step. */
  gradients: number;
  /** While the layer is computed, forward or backward. */
  passing: number;
}

/** Tensors of the size of its output that an activation keeps, and those that its gradient makes. */
const activationTensors: Record<Activation, [kept: number, gradients: number]> = {
  linear: [0, 0],
  tanh: [1, 1],
  'hard-tanh': [1, 1],
  relu: [1, 1],
  'leaky-relu': [1, 1],
  selu: [1, 1],
  gelu: [5, 6],
  silu: [2, 4],
};

type Simple = Exclude<Layer, { kind: 'residual' }>;

/** `before` and `after`: values of what comes in and of what goes out. */
function heldBy(layer: Simple, flow: Flow, before: number, after: number): Held {
  switch (layer.kind) {
    case 'linear':
      return { kept: layer.bias === false ? after : 2 * after, gradients: before, passing: before + after };
    case 'conv': {
      const places = flow.kind === 'picture' ? outputSize(layer, flow.size) : [0, 0, 0];
      const patches = places[1] * places[2] * layer.in * layer.kernel[0] * layer.kernel[1];
      const apart = layer.groups > 1 ? after : 0;
      const passing = layer.groups === layer.in && layer.groups === layer.out ? 0 : 2 * patches;
      return { kept: (layer.bias === false ? after : 2 * after) + apart, gradients: before + apart, passing };
    }
    case 'again':
      return heldBy(layer.of, flow, before, after);
    case 'activation': {
      const [kept, gradients] = activationTensors[layer.fn];
      return { kept: kept * after, gradients: gradients * after, passing: 2 * after };
    }
    case 'norm':
      return { kept: 2 * after, gradients: after, passing: 5 * after };
    case 'pool': {
      const taps = layer.size ** 2;
      return layer.of === 'average'
        ? { kept: (taps + 1) * after, gradients: before + 2 * taps * after, passing: 0 }
        : { kept: 3 * taps * after, gradients: before + 4 * taps * after, passing: 0 };
    }
    case 'mean':
      return { kept: after, gradients: 2 * before, passing: before };
    case 'flatten':
    case 'tokens':
      return { kept: after, gradients: after, passing: 0 };
    case 'embedding':
      return { kept: after, gradients: 0, passing: 0 };
    case 'position':
      return { kept: after, gradients: after, passing: 0 };
    case 'attention': {
      const scores = layer.heads * (flow.kind === 'tokens' ? flow.count ** 2 : 0);
      return { kept: 16 * after + 4 * scores, gradients: 18 * after + 4 * scores, passing: 3 * after + 3 * scores };
    }
    case 'squeeze-excite':
      return { kept: after, gradients: 3 * after, passing: after };
  }
}

const nothing: Held = { kept: 0, gradients: 0, passing: 0 };

const together = (a: Held, b: Held): Held => ({
  kept: a.kept + b.kept,
  gradients: a.gradients + b.gradients,
  passing: Math.max(a.passing, b.passing),
});

/** What the layers hold together, and what flows out of them; the layers fit each other. */
function along(layers: readonly Layer[], begin: Flow): { held: Held; flow: Flow } {
  let [held, flow] = [nothing, begin];
  for (const layer of layers) {
    const before = valuesIn(flow);
    if (layer.kind === 'residual') {
      const [branch, shortcut] = [along(layer.branch, flow), along(layer.shortcut, flow)];
      flow = branch.flow;
      // The sum of both, and on the way back that of the gradients of both.
      const sum = { kept: valuesIn(flow), gradients: before, passing: 0 };
      held = [branch.held, shortcut.held, sum].reduce(together, held);
      continue;
    }
    const after: Flow = through(layer, flow).after ?? flow;
    held = together(held, heldBy(layer, flow, before, valuesIn(after)));
    flow = after;
  }
  return { held, flow };
}

/** `slots`: values that the optimizer remembers of each parameter. `compression`: of weights that are shared. */
export function stepMemory(network: Network, slots: number, compression?: number): StepMemory {
  const { inputs, picture, layers } = network;
  const begin: Flow = picture ? { kind: 'picture', size: picture } : { kind: 'values', size: inputs };
  const { held } = along(layers, begin);
  const sizes = [...everyLayer(layers)].filter(isMaskable).map((layer) => {
    const { rows, columns } = weightShape(layer);
    return { weights: rows * columns, biases: layer.bias === false ? 0 : rows };
  });
  const weights = sizes.reduce((sum, size) => sum + size.weights, 0);
  const biases = sizes.reduce((sum, size) => sum + size.biases, 0) + otherParameters(network);
  const largest = sizes.reduce((most, size) => Math.max(most, size.weights), 0);
  // Mask, and what the optimizer remembers. Shared weights have no mask, and it remembers the memory; besides there is
  // the gradient of that in float64 and in float32, its step, and itself before.
  const beside = compression === undefined ? weights * (1 + slots) : Math.ceil(weights / compression) * (1 + slots + 5);
  // Weight; the gradient, that of the parts before, the sum of both or the same under the mask; two more of the layer
  // that is moved.
  const fixed = weights * (1 + 3) + beside + biases * (1 + slots + 2) + 2 * largest;
  // The values of the data, and the same turned into pictures.
  const perExample = 2 * inputs + held.kept + held.gradients + held.passing;
  return { fixed: floatBytes * fixed, perExample: floatBytes * perExample };
}

/** How a step is computed: the examples of its batch in equal parts, one after the other. */
export interface StepPlan {
  /** Examples at a time. */
  microBatch: number;
  /** Parts of a whole batch. */
  parts: number;
  /** Of the step, at its height. */
  bytes: number;
}

/**
 * How many examples of `most` can go through the network together within `budget` bytes, with their gradient; at least
 * one.
 */
export const examplesWithin = ({ fixed, perExample }: StepMemory, most: number, budget: number): number =>
  Math.min(most, Math.max(1, Math.floor((budget - fixed) / perExample)));

/** The fewest parts of a batch whose step takes at most `budget` bytes; single examples where none does. */
export function planStep(memory: StepMemory, batchSize: number, budget: number): StepPlan {
  const parts = Math.ceil(batchSize / examplesWithin(memory, batchSize, budget));
  return stepBy(memory, batchSize, Math.ceil(batchSize / parts));
}

/** With so many examples at a time. */
export const stepBy = ({ fixed, perExample }: StepMemory, batchSize: number, microBatch: number): StepPlan => {
  const size = Math.min(batchSize, microBatch);
  return { microBatch: size, parts: Math.ceil(batchSize / size), bytes: fixed + size * perExample };
};
