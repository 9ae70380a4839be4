/**
 * The parts of a network that synaptic flow goes through, and those of its weights that it does not.
 *
 * What is followed is one value for each channel of a picture and each value of a token: with ones at the input, and
 * pictures that see around their edges, it is alike at every place. So a mean over places, tokens or a window is that
 * value again, and a picture among tokens; a maximum counts as the mean of its window, which of equal values it is. The
 * rest is as at initialisation: a norm scales by 1, the gate of squeeze and excitation is sigmoid(0) = 1/2, and every
 * token attends to all alike, so that of attention the values flow. Biases and positions add what no weight before them
 * carries.
 */
import { channelsIn, weightShape } from '../network';
import type { Layer, MaskableLayer, Network } from '../network';
import type { FlowLayer, FlowNode } from './flow';

/** Rows of a layer's weight. */
interface Rows {
  layer: MaskableLayer;
  from: number;
  to: number;
}

export interface FlowParts {
  /** What carries flow, as `nodes` number them, and whose rows each is. */
  flowing: (Rows & { part: FlowLayer })[];
  nodes: FlowNode[];
  /** Values of an example that the flow begins with. */
  inputs: number;
  /** Weights that decide how much is passed on but pass nothing themselves: gates, queries and keys. */
  idle: Rows[];
}

/** The gate of squeeze and excitation where its layers give 0. */
const gate = 0.5;

/** `weightOf`: by name, (rows, columns) row-major. */
export function flowParts(
  network: Pick<Network, 'inputs' | 'picture' | 'layers'>,
  weightOf: (name: string) => Float32Array,
): FlowParts {
  const flowing: FlowParts['flowing'] = [];
  const idle: Rows[] = [];

  const weighted = (layer: MaskableLayer, from = 0, to = layer.out): FlowNode => {
    const { name, columns, groups, dense } = weightShape(layer);
    const weights = weightOf(name).subarray(from * columns, to * columns);
    flowing.push({ layer, from, to, part: { name, rows: to - from, columns, groups, dense, weights } });
    return { layer: flowing.length - 1 };
  };

  const nodesOf = (layer: Layer): FlowNode[] => {
    switch (layer.kind) {
      case 'linear':
      case 'conv':
        return [weighted(layer)];
      case 'again':
        return [{ layer: flowing.findIndex(({ layer: { name } }) => name === layer.of.name) }];
      case 'residual':
        return [{ branch: layer.branch.flatMap(nodesOf), shortcut: layer.shortcut.flatMap(nodesOf) }];
      case 'attention': {
        const { input, output } = layer;
        // Query, key and value stand one upon the other.
        const values = 2 * output.in;
        idle.push({ layer: input, from: 0, to: values });
        return [weighted(input, values), weighted(output)];
      }
      case 'squeeze-excite':
        for (const own of [layer.reduce, layer.expand]) idle.push({ layer: own, from: 0, to: own.out });
        return [{ times: gate }];
      case 'activation':
      case 'norm':
      case 'pool':
      case 'mean':
      case 'flatten':
      case 'tokens':
      case 'embedding':
      case 'position':
        return [];
    }
  };

  const nodes = network.layers.flatMap(nodesOf);
  const [first] = network.layers;
  const inputs = first.kind === 'embedding' ? first.width : channelsIn(network);
  return { flowing, nodes, inputs, idle: idle.filter(({ layer }) => !layer.dense) };
}
