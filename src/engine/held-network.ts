/**
 * What a trainer holds of a network. Weights that a memory stands for are there only while they are lent: between two
 * steps the network takes the memory, and what is not shared.
 */
import * as tf from '@tensorflow/tfjs';
import { isMaskable, weightShape } from '../core/network';
import type { Layer, Network } from '../core/network';
import { valuesInPlace } from './backends/in-place';
import { disposeNetwork, downloadNetwork, maskTensor, passOf, replaceParameters, uploadNetwork } from './parameters';
import { variable } from './parameters';
import type { LayerTensors, NetworkTensors, ParameterTensors, Resting, RestingTensors } from './parameters';
import type { Pass } from './network';
import { beforeMoves } from './rps/rest-moves';
import type { Moved } from './rps/rest-moves';
import type { TrainedMemory } from './rps/trained-memory';
import { otherShape } from './states';
import type { LayerState, NetworkState, OtherState } from './states';

/** The whole network for a while. */
export interface Lent {
  tensors: NetworkTensors;
  /** Of every layer, maskable ones first. */
  all: ParameterTensors[];
  /** What gradients are taken by. */
  variables: tf.Variable[];
  /** Without a batch: each example by itself. */
  pass: Pass;
  /** The recovered weights are gone then. */
  giveBack(): void;
}

export const isLayer = (tensors: ParameterTensors): tensors is LayerTensors =>
  'layer' in tensors && isMaskable(tensors.layer as Layer);

/** The mask of a layer that keeps one: of a maskable layer whose weight no memory stands for. */
export const maskOf = (tensors: ParameterTensors): tf.Tensor2D | undefined =>
  isLayer(tensors) ? tensors.mask : undefined;

export class HeldNetwork {
  private readonly resting: RestingTensors;
  /** Of a network without a memory, which lends itself. */
  private readonly whole: Lent | undefined;
  /** Lent and not given back: a computation that is broken off does not come to its end. */
  private readonly out = new Set<Lent>();

  /** `state` is copied. `slots`: what the optimizer remembers of each parameter. */
  constructor(
    network: Network,
    state: NetworkState,
    slots: number,
    private readonly memory?: TrainedMemory,
  ) {
    this.resting = uploadNetwork(network, state, slots, memory?.layers ?? new Set());
    if (!memory) this.whole = lent(this.resting as NetworkTensors, () => undefined);
  }

  /** As it is now; the caller gives it back. */
  lend(): Lent {
    if (this.whole) return this.whole;
    const recovered: tf.Variable[] = [];
    const weightOf = (name: string, shape: readonly number[], weight: tf.Variable | undefined): tf.Variable => {
      if (weight) return weight;
      const own = this.memory!.recovered(name, (values) => variable(values, shape));
      recovered.push(own);
      return own;
    };
    const tensors: NetworkTensors = {
      layers: this.resting.layers.map((own) => {
        const { rows, columns } = weightShape(own.layer);
        return { ...own, weight: weightOf(own.name, [rows, columns], own.weight) };
      }),
      others: this.resting.others.map((own) => ({
        ...own,
        weight: weightOf(own.name, otherShape(own.layer), own.weight),
      })),
    };
    const given = lent(tensors, () => {
      if (this.out.delete(given)) tf.dispose(recovered);
    });
    this.out.add(given);
    return given;
  }

  /** Takes over the state of one maskable layer, the network's `index`th. */
  replace(index: number, state: LayerState): void {
    const tensors = this.resting.layers[index];
    replaceParameters(tensors, state);
    if (!tensors.mask) return;
    tensors.mask.dispose();
    tensors.mask = maskTensor(state.mask, tensors.mask.shape);
  }

  /** Takes over the state of the layers that are never masked. */
  replaceOthers(others: readonly OtherState[]): void {
    this.resting.others.forEach((tensors, index) => replaceParameters(tensors, others[index]));
  }

  /** Norms of the weights that no memory stands for, as of a step that moved nothing. */
  restMoves(): Moved[] {
    const all: Resting<ParameterTensors>[] = [...this.resting.layers, ...this.resting.others];
    const rest = all.flatMap(({ name, weight }) => (weight ? [{ name, weight }] : []));
    let moves: Moved[] = [];
    tf.tidy(() => void (moves = beforeMoves(rest, valuesInPlace())()));
    return moves;
  }

  /** A copy of everything that is needed to go on. */
  state(): NetworkState {
    return { ...downloadNetwork(this.resting), ...(this.memory && { shared: this.memory.state() }) };
  }

  /** The first layer with a pruned weight that is not exactly zero, and how many it has. */
  firstChangedMask(): { layer: string; count: number } | undefined {
    for (const { name, weight, mask } of this.resting.layers) {
      // What a memory stands for is never pruned.
      if (!weight || !mask) continue;
      const kept = mask.dataSync();
      let count = 0;
      weight.dataSync().forEach((value, i) => (count += Number(kept[i] === 0 && value !== 0)));
      if (count > 0) return { layer: name, count };
    }
    return undefined;
  }

  dispose(): void {
    for (const given of [...this.out]) given.giveBack();
    disposeNetwork(this.resting);
    this.memory?.dispose();
  }
}

const lent = (tensors: NetworkTensors, giveBack: () => void): Lent => {
  const all: ParameterTensors[] = [...tensors.layers, ...tensors.others];
  return {
    tensors,
    all,
    variables: all.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight])),
    pass: passOf(tensors),
    giveBack,
  };
};
