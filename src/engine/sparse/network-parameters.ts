/** All that is trained of a network, in the arrays of the kernels: kept weights only. */
import { maskableLayers } from '../../core/network';
import type { MaskableLayer, Network } from '../../core/network';
import { lookedAt, movedBy } from '../rps/rest-moves';
import type { Looked, Moved } from '../rps/rest-moves';
import type { TrainedMemory } from '../rps/trained-memory';
import { otherLayers, otherShape } from '../states';
import type { LayerState, NetworkState, OtherLayer, OtherState } from '../states';
import { Parameter } from './parameter';
import type { ComputeContext } from './parameter';
import type { NormParameters } from './norm-nodes';
import { Weighted } from './weighted';

/** Of a layer that is never masked. */
interface Other {
  layer: OtherLayer;
  weight: Parameter;
  bias?: Parameter;
  running?: { mean: Float32Array; variance: Float32Array };
}

/**
 * Positions lie (size, tokens) here, as tokens do. Both ways are this transposition, with the sides the other way
 * round.
 */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column];
  return result;
}

const inward = (layer: OtherLayer, values: Float32Array): Float32Array =>
  layer.kind === 'position' ? transposed(values, layer.tokens, layer.size) : values;
const outward = (layer: OtherLayer, values: Float32Array): Float32Array =>
  layer.kind === 'position' ? transposed(values, layer.size, layer.tokens) : Float32Array.from(values);

export class NetworkParameters {
  readonly weighted: ReadonlyMap<string, Weighted>;
  readonly norms: ReadonlyMap<string, NormParameters>;
  readonly tables: ReadonlyMap<string, Parameter>;
  private readonly layers: Weighted[];
  private readonly others: Other[];

  /** `state` is copied. `memory`: what the weights of some layers are recovered from. */
  constructor(
    network: Network,
    state: NetworkState,
    private readonly context: ComputeContext,
    private readonly memory: TrainedMemory | undefined,
  ) {
    this.layers = maskableLayers(network).map((layer, l) => {
      const own = state.layers[l];
      if (!memory?.layers.has(layer.name)) return new Weighted(context, layer, own);
      const { bias, biasSlots } = own;
      return memory.recovered(
        layer.name,
        (weight) =>
          new Weighted(context, layer, { weight, weightSlots: 'recovered', biasSlots, ...(bias && { bias }) }),
      );
    });
    this.others = otherLayers(network).map((layer, l) => this.otherOf(layer, state.others[l]));
    this.weighted = new Map(this.layers.map((own) => [own.layer.name, own]));
    const withName = (kind: (layer: OtherLayer) => boolean): Other[] => this.others.filter(({ layer }) => kind(layer));
    this.norms = new Map(
      withName(({ kind }) => kind === 'norm').map(({ layer, weight, bias, running }) => [
        layer.name,
        { scale: weight, shift: bias!, ...(running && { running }) },
      ]),
    );
    this.tables = new Map(withName(({ kind }) => kind !== 'norm').map(({ layer, weight }) => [layer.name, weight]));
  }

  beginGradient(): void {
    for (const { own } of this.all()) own.beginGradient();
    this.memory?.beginGradient();
  }

  /** Euclidean norm over the gradients of all that is trained; to be called once after they are complete. */
  gradientNorm(): number {
    let sum = 0;
    for (const { own, shared } of this.all())
      if (!shared) sum += own.squares();
      else this.memory!.gather(shared.name, shared.kind === 'position' ? outward(shared, own.gradient) : own.gradient);
    return Math.sqrt(sum + (this.memory?.squaredGradient() ?? 0));
  }

  /** One update by the gradients times `factor`. */
  move(factor: number, stride: { learningRate: number; count: number }): void {
    for (const { own, shared } of this.all()) if (!shared) own.move(factor, stride);
    this.memory?.move(factor, stride);
    for (const own of this.layers) own.changed();
    this.recover();
  }

  /** To be called before a `move`; what it answers, after it: what it did to the weights that are not shared. */
  beforeMoves(): () => Moved[] {
    const rest = [...this.layers, ...this.others].filter(({ layer }) => !this.memory?.layers.has(layer.name));
    const before = rest.map(({ weight }) => lookedAt(weight.values));
    return () =>
      rest.map(({ layer, weight: { values } }, k) => movedBy(layer.name, before[k], lookedAt(values), values.length));
  }

  /** Before a `move`. */
  looked(): Looked[] {
    return [...this.layers, ...this.others].map(({ layer, weight, bias }) => {
      const own = this.memory?.layers.has(layer.name) ? [bias] : [weight, bias];
      return {
        name: layer.name,
        values: own.flatMap((one) => (one ? [one.values] : [])),
        gradients: [weight, bias].flatMap((one) => (one ? [one.gradient] : [])),
      };
    });
  }

  /** Takes over the state of one maskable layer. */
  replace(index: number, state: LayerState): void {
    const own = this.layers[index];
    if (!this.memory?.layers.has(own.layer.name)) own.replace(state);
    else if (state.bias) own.bias?.replace(state.bias, state.biasSlots);
  }

  replaceOthers(states: readonly OtherState[]): void {
    this.others.forEach((other, l) => {
      const { weight, bias, weightSlots, biasSlots, running } = states[l];
      const own = other.layer;
      other.weight.replace(
        inward(own, weight),
        weightSlots.map((slot) => inward(own, slot)),
      );
      if (bias) other.bias?.replace(bias, biasSlots);
      if (!running) return;
      other.running?.mean.set(running.mean);
      other.running?.variance.set(running.variance);
    });
  }

  /** A copy. */
  state(): NetworkState {
    const shared = this.memory;
    return {
      layers: this.layers.map((own) => (shared?.layers.has(own.layer.name) ? own.unweighted() : own.state())),
      others: this.others.map((own) => this.stateOf(own)),
      ...(shared && { shared: shared.state() }),
    };
  }

  /** Dense, of each maskable layer. */
  weights(): { layer: Weighted['layer']; weight: Float32Array; bias: Float32Array | undefined }[] {
    return this.layers.map((own) => ({
      layer: own.layer,
      weight: own.dense(own.weight.values),
      bias: own.bias && Float32Array.from(own.bias.values),
    }));
  }

  /** Every parameter; `shared`: the layer, where it is a weight that a memory stands for. */
  private *all(): Generator<{ own: Parameter; shared?: MaskableLayer | OtherLayer }> {
    for (const { layer, weight, bias } of [...this.layers, ...this.others]) {
      yield this.memory?.layers.has(layer.name) ? { own: weight, shared: layer } : { own: weight };
      if (bias) yield { own: bias };
    }
  }

  private recover(): void {
    const { memory } = this;
    for (const { layer, weight } of [...this.layers, ...this.others]) {
      if (!memory?.layers.has(layer.name)) continue;
      if (layer.kind === 'position') memory.recovered(layer.name, (values) => weight.values.set(inward(layer, values)));
      else memory.recover(layer.name, weight.values);
    }
  }

  private otherOf(layer: OtherLayer, state: OtherState): Other {
    const { context, memory } = this;
    const { bias, running, biasSlots } = state;
    const parameterOf = (values: Float32Array, slots: readonly Float32Array[] | 'recovered'): Parameter =>
      new Parameter(context, inward(layer, values), slots, false);
    const weight = memory?.layers.has(layer.name)
      ? memory.recovered(layer.name, (values) => parameterOf(values, 'recovered'))
      : parameterOf(
          state.weight,
          state.weightSlots.map((slot) => inward(layer, slot)),
        );
    return {
      layer,
      weight,
      ...(bias && { bias: new Parameter(context, bias, biasSlots, false) }),
      ...(running && { running: { mean: context.copy(running.mean), variance: context.copy(running.variance) } }),
    };
  }

  private stateOf({ layer, weight, bias, running }: Other): OtherState {
    const shared = this.memory?.layers.has(layer.name);
    const own = bias?.state();
    return {
      name: layer.name,
      shape: otherShape(layer),
      weight: shared ? new Float32Array() : outward(layer, weight.values),
      weightSlots: shared ? [] : weight.slots.map((slot) => outward(layer, slot)),
      biasSlots: own?.slots ?? [],
      ...(own && { bias: own.values }),
      ...(running && {
        running: { mean: Float32Array.from(running.mean), variance: Float32Array.from(running.variance) },
      }),
    };
  }
}
