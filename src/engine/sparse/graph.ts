/**
 * A network as steps of computation over the arrays of the kernels. Tokens lie as pictures do: (size, tokens, batch).
 */
import type { Flow } from '../../core/flow';
import { through, valuesIn } from '../../core/flow';
import { derivativeByValue } from '../../core/kernels/activate';
import { placesFor } from '../../core/kernels/taps';
import type { Activation, Layer, LinearLayer, MaskableLayer, Network } from '../../core/network';
import type { Buffer, Buffers } from './buffers';
import { Chain } from './node';
import type { Node } from './node';
import type { Parameter } from './parameter';
import { AttendNode, ResidualNode, ScalePlacesNode } from './joined-nodes';
import { BatchNormNode, LayerNormNode } from './norm-nodes';
import type { NormParameters } from './norm-nodes';
import { ActivationNode, EmbeddingNode, MeanNode, PoolNode, PositionNode } from './simple-nodes';
import type { Laid } from './simple-nodes';
import type { Weighted } from './weighted';
import { WeightedNode } from './weighted-node';

/** What the layers are computed with, by their names. */
export interface Parts {
  buffers: Buffers;
  weighted: ReadonlyMap<string, Weighted>;
  norms: ReadonlyMap<string, NormParameters>;
  tables: ReadonlyMap<string, Parameter>;
}

export interface Graph {
  /** (inputs, batch). */
  input: Buffer;
  chain: Chain;
  /** (classes, batch). */
  logits: Buffer;
  /** dL/dlogits, where the backward pass begins. */
  gradient: Buffer;
}

/** Where a computation has come to. */
interface Here {
  flow: Flow;
  value: Buffer;
}

/** Channels and places, however they are arranged. */
const laidOf = (flow: Flow): Laid => {
  if (flow.kind === 'picture') return { channels: flow.size[0], places: flow.size[1] * flow.size[2] };
  return { channels: flow.size, places: flow.kind === 'tokens' ? flow.count : 1 };
};

class Builder {
  constructor(private readonly parts: Parts) {}

  along(layers: readonly Layer[], begin: Here): { chain: Chain; end: Here } {
    const nodes: Node[] = [];
    let here = begin;
    for (const layer of layers) here = this.add(layer, here, nodes);
    return { chain: new Chain(nodes), end: here };
  }

  /** What the layer gives; its nodes are put after those that are there. */
  private add(layer: Layer, here: Here, nodes: Node[]): Here {
    const { buffers, norms, tables } = this.parts;
    if (layer.kind === 'residual') return this.residual(layer, here, nodes);
    const flow = through(layer, here.flow).after ?? here.flow;
    const { value } = here;
    const laid = laidOf(here.flow);
    const put = (node: Node): Here => {
      nodes.push(node);
      return { flow, value: node.out };
    };
    const out = (): Buffer => buffers.need(valuesIn(flow));
    switch (layer.kind) {
      case 'linear':
      case 'conv':
        return put(this.weighted(layer, here.flow, value, out()));
      case 'again':
        return put(this.weighted(layer.of, here.flow, value, out()));
      case 'activation':
        if (layer.fn === 'linear') return here;
        return put(this.activation(layer.fn, here, nodes));
      case 'norm': {
        const own = norms.get(layer.name)!;
        if (layer.over === 'batch') return put(new BatchNormNode(buffers, own, laid, value, out()));
        return put(new LayerNormNode(buffers, own, laid, value, out()));
      }
      case 'pool': {
        const [, height, width] = here.flow.kind === 'picture' ? here.flow.size : [0, 0, 0];
        const [channels, rows, columns] = flow.kind === 'picture' ? flow.size : [0, 0, 0];
        const { size, stride } = layer;
        return put(new PoolNode(layer.of, [size, stride, height, width, rows, columns], channels, value, out()));
      }
      case 'mean':
        return put(new MeanNode(laid, value, out()));
      case 'flatten':
      case 'tokens':
        return { flow, value };
      case 'embedding':
        return put(new EmbeddingNode(tables.get(layer.name)!, layer.width, value, out()));
      case 'position':
        return put(new PositionNode(tables.get(layer.name)!, value, out()));
      case 'attention': {
        const { heads, input, output } = layer;
        const tokens = laid.places;
        const made = this.weighted(input, here.flow, value, buffers.need(input.out * tokens));
        const each = input.in / heads;
        const attended = buffers.need(input.in * tokens);
        const attend = new AttendNode(buffers, { heads, each, tokens }, made.out, attended);
        nodes.push(made, attend);
        return put(this.weighted(output, here.flow, attended, out()));
      }
      case 'squeeze-excite':
        return put(this.squeezeExcite(layer, here, laid, out()));
    }
  }

  private weighted(layer: MaskableLayer, flow: Flow, value: Buffer, out: Buffer): Node {
    const { weighted, buffers } = this.parts;
    const own = weighted.get(layer.name)!;
    return new WeightedNode(own, placesFor(layer, flow), buffers, value, out);
  }

  /** In the place of what came in, where nobody else needs that. */
  private activation(fn: Activation, { value }: Here, nodes: readonly Node[]): Node {
    const before = nodes.at(-1);
    const inPlace = before?.out === value && !before.keepsOut && derivativeByValue(fn);
    return new ActivationNode(fn, value, inPlace ? value : this.parts.buffers.need(value.perExample));
  }

  private residual(layer: Extract<Layer, { kind: 'residual' }>, here: Here, nodes: Node[]): Here {
    const [branch, shortcut] = [this.along(layer.branch, here), this.along(layer.shortcut, here)];
    const out = this.parts.buffers.need(valuesIn(branch.end.flow));
    const results = [branch.end.value, shortcut.end.value] as const;
    nodes.push(new ResidualNode([branch.chain, shortcut.chain], results, here.value, out));
    return { flow: branch.end.flow, value: out };
  }

  private squeezeExcite(
    { reduce, expand }: { reduce: LinearLayer; expand: LinearLayer },
    { value }: Here,
    laid: Laid,
    out: Buffer,
  ): Node {
    const { buffers } = this.parts;
    const values = (size: number): Flow => ({ kind: 'values', size });
    const means = buffers.need(laid.channels);
    const squeezed = this.weighted(reduce, values(reduce.in), means, buffers.need(reduce.out));
    const bent = new ActivationNode('silu', squeezed.out, buffers.need(reduce.out));
    const widened = this.weighted(expand, values(expand.in), bent.out, buffers.need(expand.out));
    const scales = new ActivationNode('sigmoid', widened.out, widened.out);
    const way = new Chain([squeezed, bent, widened, scales]);
    return new ScalePlacesNode(way, means, scales.out, laid, value, out);
  }
}

export function buildGraph(network: Network, parts: Parts): Graph {
  const { inputs, picture, layers } = network;
  const input = parts.buffers.need(inputs);
  const pictures = picture && layers.at(0)?.kind !== 'linear';
  const flow: Flow = pictures ? { kind: 'picture', size: picture } : { kind: 'values', size: inputs };
  const { chain, end } = new Builder(parts).along(layers, { flow, value: input });
  const gradient = parts.buffers.need(network.classes);
  chain.plan(parts.buffers, gradient, false);
  return { input, chain, logits: end.value, gradient };
}
