/**
 * How much memory a training step takes of the sparse executor, told from the layers and how many of their weights are
 * kept before anything is allocated: its arrays as engine/sparse makes them. Tests hold it against what their room
 * holds.
 */
import { through, valuesIn } from './flow';
import type { Flow } from './flow';
import { derivativeByValue } from './kernels/activate';
import { attendFloats } from './kernels/attend';
import { computesSparsely } from './kernels/break-even';
import { frameLength, geometryOf, placesFor } from './kernels/taps';
import { mostThreads } from './kernels/work';
import { everyLayer, isMaskable, weightShape } from './network';
import type { Layer, MaskableLayer, Network } from './network';
import type { StepMemory } from './step-memory';

export interface SparseWeights {
  /** Weights that are kept, of each maskable layer. */
  kept: (layer: MaskableLayer) => number;
  /** Values that the optimizer remembers of each parameter. */
  slots: number;
  /** The memory that the weights of some layers are recovered from: its numbers, and the names of the layers. */
  shared?: { m: number; layers: ReadonlySet<string> };
  /** Whether masks grow by the gradients of all weights. */
  denseGradients: boolean;
}

/** Floats of an example. */
interface Held {
  /** From the forward pass to the end of the step. */
  kept: number;
  /** The most gradients that are there at a time on the way back. */
  gradients: number;
}

/** A stretch of layers: what it holds, what flows out of it, and whether an activation may take the place of that. */
interface Stretch {
  held: Held;
  flow: Flow;
  replaceable: boolean;
  /** Floats that attention is computed in, whatever the batch, of one thread. */
  scratch: number;
}

/** A layer with a weight: its output, and the frames that pictures are laid into both ways. */
function weightedHeld(layer: MaskableLayer, flow: Flow, out: number): Held {
  const { forward, backward, framed } = geometryOf(layer, placesFor(layer, flow));
  const before = valuesIn(flow);
  const byFrame = framed ? frameLength(forward, 1) || before : 0;
  return {
    kept: out + frameLength(forward, 1),
    gradients: before + out + Math.max(frameLength(backward, 1), byFrame),
  };
}

type Simple = Exclude<Layer, { kind: 'residual' }>;

/** `before` and `after`: values of what comes in and of what goes out. */
function heldBy(layer: Simple, flow: Flow, { before, after }: { before: number; after: number }): Held {
  switch (layer.kind) {
    case 'linear':
    case 'conv':
      return weightedHeld(layer, flow, after);
    case 'again':
      return weightedHeld(layer.of, flow, after);
    case 'norm': {
      const places = flow.kind === 'picture' ? flow.size[1] * flow.size[2] : tokensOf(flow);
      return { kept: after + (layer.over === 'batch' ? 0 : 2 * places), gradients: before + after };
    }
    case 'attention': {
      const tokens = tokensOf(flow);
      const made = layer.input.out * tokens;
      const kept = made + before + after + layer.heads * tokens ** 2;
      return { kept, gradients: made + Math.max(before, after) };
    }
    case 'squeeze-excite': {
      const { reduce, expand } = layer;
      return { kept: after + reduce.in + 2 * reduce.out + expand.out, gradients: before + after + 2 * expand.out };
    }
    case 'flatten':
    case 'tokens':
      return { kept: 0, gradients: 0 };
    case 'embedding':
      return { kept: after, gradients: after };
    case 'activation':
    case 'position':
      return { kept: after, gradients: after };
    case 'pool':
    case 'mean':
      return { kept: after, gradients: before + after };
  }
}

const inPlace = (layer: Layer, { replaceable }: Stretch): boolean =>
  layer.kind === 'activation' && (layer.fn === 'linear' || (replaceable && derivativeByValue(layer.fn)));

/** What an activation after the layer may write over: of the others the way back looks at what they gave. */
const leavesOut = (layer: Simple, so: boolean): boolean => {
  if (layer.kind === 'flatten' || layer.kind === 'tokens') return so;
  return layer.kind !== 'activation' && !(layer.kind === 'pool' && layer.of === 'max');
};

const tokensOf = (flow: Flow): number => (flow.kind === 'tokens' ? flow.count : 1);

const scratchOf = (layer: Simple, flow: Flow): number =>
  layer.kind === 'attention' ? attendFloats(layer.input.in / layer.heads, tokensOf(flow)) : 0;

function along(layers: readonly Layer[], begin: Flow): Stretch {
  let here: Stretch = { held: { kept: 0, gradients: 0 }, flow: begin, replaceable: false, scratch: 0 };
  for (const layer of layers) {
    const { held, flow } = here;
    const before = valuesIn(flow);
    if (layer.kind === 'residual') {
      const [branch, shortcut] = [along(layer.branch, flow), along(layer.shortcut, flow)];
      const after = valuesIn(branch.flow);
      // While one way goes back the gradient of the other waits.
      const gradients = after + Math.max(branch.held.gradients, before + shortcut.held.gradients);
      const kept = held.kept + branch.held.kept + shortcut.held.kept + after;
      const scratch = Math.max(here.scratch, branch.scratch, shortcut.scratch);
      here = {
        held: { kept, gradients: Math.max(held.gradients, gradients) },
        flow: branch.flow,
        replaceable: true,
        scratch,
      };
      continue;
    }
    if (inPlace(layer, here)) {
      here.replaceable &&= layer.kind === 'activation' && layer.fn === 'linear';
      continue;
    }
    const after = through(layer, flow).after ?? flow;
    const own = heldBy(layer, flow, { before, after: valuesIn(after) });
    here = {
      held: { kept: held.kept + own.kept, gradients: Math.max(held.gradients, own.gradients) },
      flow: after,
      replaceable: leavesOut(layer, here.replaceable),
      scratch: Math.max(here.scratch, scratchOf(layer, flow)),
    };
  }
  return here;
}

/** Floats of a layer's weights, whatever the batch. */
function weightFloats(layer: MaskableLayer, { kept: keptOf, slots, shared }: SparseWeights): number {
  const { rows, columns } = weightShape(layer);
  const all = rows * columns;
  const recovered = shared?.layers.has(layer.name) ?? false;
  const kept = recovered ? all : keptOf(layer);
  const biases = layer.bias === false ? 0 : rows;
  // Value, gradient, index where not all are kept, what the optimizer remembers.
  const own = kept * (2 + (kept < all ? 1 : 0) + (recovered ? 0 : slots)) + biases * (2 + slots);
  // What it meets both ways, its place on the way back and itself in that order; of all weights the last two.
  return own + (computesSparsely(layer, kept) ? 4 * kept + rows + layer.in : (kept < all ? 3 : 2) * all);
}

/** `weights`: which of them there are, and what else is held for them. */
export function sparseStepMemory(network: Network, weights: SparseWeights): StepMemory {
  const { inputs, classes, picture, layers } = network;
  const { slots, shared, denseGradients } = weights;
  const pictures = picture && layers.at(0)?.kind !== 'linear';
  const begin: Flow = pictures ? { kind: 'picture', size: picture } : { kind: 'values', size: inputs };
  const { held, scratch } = along(layers, begin);
  const all = [...everyLayer(layers)];
  const maskable = all.filter(isMaskable);
  const sizes = maskable.map((layer) => weightShape(layer)).map(({ rows, columns }) => rows * columns);
  // Of the most threads there can be, whatever there are: a batch must be computed in the same parts by any number.
  let fixed = mostThreads * scratch + maskable.reduce((sum, layer) => sum + weightFloats(layer, weights), 0);
  for (const layer of all) {
    // Scale and shift; running averages and those of the batch.
    if (layer.kind === 'norm') fixed += layer.size * (2 * (2 + slots) + (layer.over === 'batch' ? 4 : 0));
    const table = layer.kind === 'embedding' ? layer.size * layer.width : 0;
    const positions = layer.kind === 'position' ? layer.tokens * layer.size : 0;
    const recovered = 'name' in layer && shared?.layers.has(layer.name);
    fixed += (table + positions) * (2 + (recovered ? 0 : slots));
  }
  // The memory, what the optimizer remembers of it, its gradient in float64 and in float32, its step, and itself
  // before.
  if (shared) fixed += shared.m * (1 + slots + 2 + 3);
  // The gradients of all weights, and of the largest layer what they are computed by.
  if (denseGradients) fixed += sizes.reduce((sum, size) => sum + size, 0) + 3 * Math.max(0, ...sizes);
  // The examples as they come and side by side; the gradient of the logits.
  const perExample = 2 * inputs + classes + held.kept + held.gradients;
  return { fixed: 4 * fixed, perExample: 4 * perExample };
}
