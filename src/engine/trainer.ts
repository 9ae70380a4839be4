/** Trains a masked network step by step. Plain arrays in and out; nothing asynchronous, nothing left on the backend. */
import * as tf from '@tensorflow/tfjs';
import type { LayerShape } from '../core/density/layer-shape';
import type { Products } from '../core/linalg/estimated-values';
import { weightShape } from '../core/network';
import type { Network } from '../core/network';
import type { Parts } from '../core/parts';
import type { Insides } from '../core/rps/diagnosis/insides';
import type { Lost } from '../core/rps/diagnosis/watch';
import { sumOfSquares, valuesInPlace } from './backends/in-place';
import { countCorrect, crossEntropy } from './loss';
import { partsOf } from './micro-batches';
import { batchGradients, uploadBatch } from './batch-gradients';
import type { Executor, NetworkMove } from './executor';
import { forward } from './network';
import { slotNames, update } from './optimizer';
import { HeldNetwork, isLayer, maskOf } from './held-network';
import type { Lent } from './held-network';
import type { ParameterTensors } from './parameters';
import { exampleJacobians } from './probes/example-jacobians';
import { insides } from './probes/insides';
import { layerJacobian } from './probes/layer-jacobian';
import { layerSignals } from './probes/layer-signals';
import type { BatchTensors, Measured } from './probes/layer-signals';
import { beforeMoves, inOrder, lostOf } from './rps/rest-moves';
import { TrainedMemory } from './rps/trained-memory';
import type { LayerState, NetworkState, OtherState } from './states';
import type { Batch, Evaluation, StepResult, Stride, TrainerSettings } from './training';

interface ParameterGradients {
  tensors: ParameterTensors;
  /** Of all weights. */
  dense: tf.Tensor;
  /** Of the weights kept, zero elsewhere; nothing where a memory stands for them. */
  weight?: tf.Tensor;
  bias?: tf.Tensor;
}

/** The gradients of everything there is, on the backend, and their norm. */
interface NetworkGradients {
  all: readonly ParameterGradients[];
  norm: number;
}

/** The `tensors` executor. */
export class Trainer implements Executor {
  private readonly held: HeldNetwork;
  private readonly memory: TrainedMemory | undefined;
  /** Of the last step, where weights are shared. */
  private beside: Pick<NetworkMove, 'rest' | 'lost'> = { rest: [] };

  /** `state` is copied. */
  constructor(
    private readonly network: Network,
    state: NetworkState,
    private readonly settings: TrainerSettings,
  ) {
    const { sharing, optimizer } = settings;
    if (sharing) this.memory = new TrainedMemory(sharing, optimizer, state.shared);
    this.held = new HeldNetwork(network, state, slotNames(optimizer).length, this.memory);
  }

  /** One update. A loss that is not finite is answered like any other: the caller decides. */
  step(batch: Batch, stride: Stride): StepResult {
    return this.backward(batch, ({ all, norm }) => {
      const lost = this.memory && !Number.isFinite(norm) ? this.lostOf(all) : undefined;
      const rest = this.memory && beforeMoves(this.restOf(all), valuesInPlace());
      const { clipNorm } = this.settings;
      const factor = clipNorm === undefined || !(norm > clipNorm) ? 1 : clipNorm / norm;
      const clipped = (gradient: tf.Tensor): tf.Tensor => (factor === 1 ? gradient : tf.mul(gradient, factor));
      // Weight decay pulls the weights of layers, and only where all is to decay biases, norms, embeddings and
      // positions.
      const { decayAll = false } = this.settings.optimizer;
      for (const { tensors, weight, bias } of all) {
        if (weight)
          this.move(tensors.weight, tensors.weightSlots, clipped(weight), stride, decayAll || isLayer(tensors));
        if (tensors.bias && bias) this.move(tensors.bias, tensors.biasSlots, clipped(bias), stride, decayAll);
      }
      this.memory?.move(factor, stride);
      if (rest) this.beside = { rest: inOrder(this.network, rest()), ...(lost && { lost }) };
    });
  }

  /** What no memory stands for. */
  private restOf(all: readonly ParameterGradients[]): ParameterTensors[] {
    return all.flatMap(({ tensors, weight }) => (weight ? [tensors] : []));
  }

  private lostOf(all: readonly ParameterGradients[]): Lost {
    const read = valuesInPlace() ?? ((tensor: tf.Tensor) => tensor.dataSync() as Float32Array);
    return lostOf(
      this.network,
      all.map(({ tensors, weight, dense, bias }) => ({
        name: tensors.name,
        values: [weight && tensors.weight, tensors.bias].flatMap((one) => (one ? [read(one)] : [])),
        gradients: [dense, bias].flatMap((one) => (one ? [read(one)] : [])),
      })),
    );
  }

  private move(
    variable: tf.Variable,
    slots: readonly tf.Variable[],
    gradient: tf.Tensor,
    { learningRate, count }: Stride,
    decays: boolean,
  ): void {
    const { optimizer } = this.settings;
    const settings = decays ? optimizer : { ...optimizer, weightDecay: 0 };
    tf.tidy(() => update({ variable, slots, gradient }, settings, learningRate, count, valuesInPlace()));
  }

  /** What the last `step` did to a shared memory, what is recovered from it, and the rest; nothing without one. */
  get lastMove(): NetworkMove | undefined {
    return this.memory?.lastMove && { ...this.memory.lastMove, ...this.beside };
  }

  /** A shared memory as it is, what is recovered from it, and the rest; nothing without one. */
  lookAtMemory(): NetworkMove | undefined {
    return this.memory && { ...this.memory.look(), rest: inOrder(this.network, this.held.restMoves()) };
  }

  /**
   * The gradients of all weights of a batch, pruned ones included, (out, in) row-major by layer; nothing is updated.
   */
  measure(batch: Batch): { result: StepResult; gradients: Float32Array[] } {
    let gradients: Float32Array[] = [];
    const result = this.backward(batch, ({ all }) => {
      gradients = all.flatMap(({ tensors, dense }) => (isLayer(tensors) ? [Float32Array.from(dense.dataSync())] : []));
    });
    return { result, gradients };
  }

  /** Takes over the state of one maskable layer, the network's `index`th. */
  replace(index: number, state: LayerState): void {
    this.held.replace(index, state);
  }

  /** Takes over the state of the layers that are never masked. */
  replaceOthers(others: readonly OtherState[]): void {
    this.held.replaceOthers(others);
  }

  /** `use` is called with the gradients of every layer, maskable ones first, on the backend, before they are gone. */
  private backward(batch: Batch, use: (found: NetworkGradients) => void): StepResult {
    const lent = this.held.lend();
    try {
      const { gradients, loss, correct } = batchGradients(this.network, lent, batch, this.settings);
      // Before the memory is moved, which takes room of its own.
      lent.giveBack();
      const gradientNorm = tf.tidy(() => {
        const found = this.gradientsOf(lent, gradients);
        use(found);
        return found.norm;
      });
      tf.dispose(gradients);
      return { loss, accuracy: correct / batch.size, gradientNorm };
    } finally {
      lent.giveBack();
    }
  }

  private gradientsOf({ all: layers, variables }: Lent, gradients: readonly tf.Tensor[]): NetworkGradients {
    const byName = new Map(variables.map(({ name }, i) => [name, gradients[i]]));
    const read = valuesInPlace();
    this.memory?.beginGradient();
    const all = layers.map((tensors): ParameterGradients => {
      const dense = byName.get(tensors.weight.name)!;
      const bias = tensors.bias && byName.get(tensors.bias.name);
      const own = { tensors, dense, ...(bias && { bias }) };
      if (this.memory?.layers.has(tensors.name)) {
        this.memory.gather(tensors.name, read ? read(dense) : (dense.dataSync() as Float32Array));
        return own;
      }
      const mask = maskOf(tensors);
      return { ...own, weight: mask ? tf.mul(dense, mask) : dense };
    });
    const trained = all.flatMap(({ weight, bias }) => [weight, bias].filter((each) => each !== undefined));
    const squares = (trained.length > 0 ? sumOfSquares(trained, read) : 0) + (this.memory?.squaredGradient() ?? 0);
    return { all, norm: Math.sqrt(squares) };
  }

  private partsOf(batch: Batch): Iterable<Batch> {
    return partsOf(batch, this.network.inputs, this.settings.microBatch);
  }

  evaluate(batch: Batch): Evaluation {
    const sum = { loss: 0, correct: 0 };
    const lent = this.held.lend();
    try {
      for (const part of this.partsOf(batch)) {
        const { loss, correct } = this.evaluatePart(lent, part);
        sum.loss += loss;
        sum.correct += correct;
      }
      return sum;
    } finally {
      lent.giveBack();
    }
  }

  /** Each example by itself: norms take their running averages. */
  private evaluatePart({ pass }: Lent, part: Batch): Evaluation {
    return tf.tidy(() => {
      const { x, target } = this.upload(part);
      const logits = forward(this.network, pass, x);
      return {
        loss: crossEntropy(logits, target).dataSync()[0],
        correct: countCorrect(logits.dataSync(), part.labels, this.network.classes),
      };
    });
  }

  /** d logits / d inputs of each example: one (classes, inputs) row-major matrix, see `exampleJacobians`. */
  *jacobians(batch: Batch): Parts<Float32Array[]> {
    const matrices: Float32Array[] = [];
    const lent = this.held.lend();
    try {
      for (const part of this.partsOf(batch))
        matrices.push(...(yield* exampleJacobians(this.network, lent.pass, part)));
      return matrices;
    } finally {
      lent.giveBack();
    }
  }

  /**
   * What `use` makes of d preactivations / d inputs of a maskable layer at each example, of which it is given the
   * products.
   */
  *layerJacobian<T>(name: string, batch: Batch, use: (products: Products) => Parts<T>): Parts<T> {
    const lent = this.held.lend();
    try {
      return yield* use(layerJacobian(this.network, lent.pass, batch, name));
    } finally {
      lent.giveBack();
    }
  }

  /** What goes through each maskable layer for this batch, as in training; nothing is changed. */
  *signals(batch: Batch): Parts<Map<string, Measured>> {
    const tensors = this.upload(batch, this.settings.labelSmoothing);
    const lent = this.held.lend();
    try {
      return yield* layerSignals(this.network, lent.tensors, lent.pass, tensors);
    } finally {
      lent.giveBack();
      tf.dispose([tensors.x, tensors.target]);
    }
  }

  /** Of this batch, part after part, as in training, what a watch looks at now and then; nothing is changed. */
  *insides(batch: Batch): Parts<Insides> {
    const lent = this.held.lend();
    try {
      return yield* insides(this.network, lent, this.partsOf(batch));
    } finally {
      lent.giveBack();
    }
  }

  /** A copy of everything that is needed to go on; of layers that a memory stands for without weight and mask. */
  state(): NetworkState {
    return this.held.state();
  }

  /** Weights of each maskable layer, rows x columns, and its biases. */
  weights(): (LayerShape & { weight: Float32Array; bias?: Float32Array })[] {
    const lent = this.held.lend();
    try {
      return lent.tensors.layers.map(({ layer, weight, bias }) => ({
        ...weightShape(layer),
        weight: Float32Array.from(weight.dataSync()),
        ...(bias && { bias: Float32Array.from(bias.dataSync()) }),
      }));
    } finally {
      lent.giveBack();
    }
  }

  /** The first layer with a pruned weight that is not exactly zero, and how many it has. */
  firstChangedMask(): { layer: string; count: number } | undefined {
    return this.held.firstChangedMask();
  }

  dispose(): void {
    this.held.dispose();
  }

  private upload(batch: Batch, smoothing?: number): BatchTensors {
    return uploadBatch(this.network, batch, smoothing);
  }
}
