/**
 * The `sparse` executor: a network computed by our own kernels, whose cost and memory go with the weights that are
 * kept.
 */
import { maskableLayers, weightShape } from '../../core/network';
import type { Network } from '../../core/network';
import type { LayerShape } from '../../core/density/layer-shape';
import type { Kernels } from '../../core/kernels/kernels';
import { RentedRoom } from '../../core/kernels/room';
import type { Products } from '../../core/linalg/estimated-values';
import type { Parts } from '../../core/parts';
import type { Insides } from '../../core/rps/diagnosis/insides';
import type { Executor, NetworkMove } from '../executor';
import { partsOf } from '../micro-batches';
import type { Measured } from '../probes/layer-signals';
import { inOrder, lostOf } from '../rps/rest-moves';
import { TrainedMemory } from '../rps/trained-memory';
import type { LayerState, NetworkState, OtherState } from '../states';
import { Trainer } from '../trainer';
import type { Batch, Evaluation, StepResult, Stride, TrainerSettings } from '../training';
import { Buffers } from './buffers';
import type { Buffer } from './buffers';
import { buildGraph } from './graph';
import type { Graph } from './graph';
import { NetworkParameters } from './network-parameters';
import type { Pass } from './node';
import { ComputeContext } from './parameter';

/** Examples whose largest logit is that of their label; the first wins a tie. logits: (classes, batch). */
function countCorrect(logits: Float32Array, { labels, size }: Batch, classes: number): number {
  let correct = 0;
  for (let b = 0; b < size; b++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[k * size + b] > logits[best * size + b]) best = k;
    if (best === labels[b]) correct++;
  }
  return correct;
}

export class SparseExecutor implements Executor {
  private readonly room: RentedRoom;
  private readonly context: ComputeContext;
  private readonly memory: TrainedMemory | undefined;
  /** Of the last step, where weights are shared. */
  private beside: Pick<NetworkMove, 'rest' | 'lost'> = { rest: [] };
  private readonly buffers: Buffers;
  private readonly parameters: NetworkParameters;
  private readonly graph: Graph;
  /** As they come, one after the other. */
  private readonly examples: Buffer;
  private labels: Int32Array = new Int32Array();

  /** `state` is copied. */
  constructor(
    private readonly network: Network,
    state: NetworkState,
    private readonly settings: TrainerSettings,
    kernels: Kernels,
  ) {
    const { sharing, optimizer } = settings;
    this.room = new RentedRoom(kernels.room);
    try {
      if (sharing) this.memory = new TrainedMemory(sharing, optimizer, state.shared, this.room);
      this.context = new ComputeContext({ ...kernels, room: this.room }, optimizer);
      this.buffers = new Buffers(this.room, kernels.instances);
      this.examples = this.buffers.need(network.inputs);
      this.parameters = new NetworkParameters(network, state, this.context, this.memory);
      const { weighted, norms, tables } = this.parameters;
      this.graph = buildGraph(network, { buffers: this.buffers, weighted, norms, tables });
    } catch (error) {
      // A network that has no room leaves it as it was.
      this.room.freeAll();
      throw error;
    }
  }

  step(batch: Batch, stride: Stride): StepResult {
    const result = this.backward(batch);
    const { clipNorm } = this.settings;
    const { gradientNorm: norm } = result;
    const lost = this.memory && !Number.isFinite(norm) ? lostOf(this.network, this.parameters.looked()) : undefined;
    const rest = this.memory && this.parameters.beforeMoves();
    this.parameters.move(clipNorm === undefined || !(norm > clipNorm) ? 1 : clipNorm / norm, stride);
    if (rest) this.beside = { rest: inOrder(this.network, rest()), ...(lost && { lost }) };
    return result;
  }

  measure(batch: Batch): { result: StepResult; gradients: Float32Array[] } {
    const dense = new Map(
      maskableLayers(this.network).map((layer) => {
        const { rows, columns } = weightShape(layer);
        return [layer.name, new Float32Array(rows * columns)];
      }),
    );
    const result = this.backward(batch, dense);
    return { result, gradients: [...dense.values()] };
  }

  evaluate(batch: Batch): Evaluation {
    const sum = { loss: 0, correct: 0 };
    for (const part of this.partsOf(batch)) {
      const found = this.forward(part, { training: false, smoothing: 0, share: 1 });
      sum.loss += found.loss;
      sum.correct += found.correct;
    }
    return sum;
  }

  replace(index: number, state: LayerState): void {
    this.parameters.replace(index, state);
  }

  replaceOthers(others: readonly OtherState[]): void {
    this.parameters.replaceOthers(others);
  }

  state(): NetworkState {
    return this.parameters.state();
  }

  weights(): (LayerShape & { weight: Float32Array; bias?: Float32Array })[] {
    return this.parameters
      .weights()
      .map(({ layer, weight, bias }) => ({ ...weightShape(layer), weight, ...(bias && { bias }) }));
  }

  /** There is no pruned weight that could be anything. */
  firstChangedMask(): ReturnType<Executor['firstChangedMask']> {
    return undefined;
  }

  *jacobians(batch: Batch): Parts<Float32Array[]> {
    return yield* this.asTensors((trainer) => trainer.jacobians(batch));
  }

  *layerJacobian<T>(name: string, batch: Batch, use: (products: Products) => Parts<T>): Parts<T> {
    return yield* this.asTensors((trainer) => trainer.layerJacobian(name, batch, use));
  }

  *signals(batch: Batch): Parts<Map<string, Measured>> {
    return yield* this.asTensors((trainer) => trainer.signals(batch));
  }

  *insides(batch: Batch): Parts<Insides> {
    return yield* this.asTensors((trainer) => trainer.insides(batch));
  }

  get lastMove(): NetworkMove | undefined {
    return this.memory?.lastMove && { ...this.memory.lastMove, ...this.beside };
  }

  lookAtMemory(): NetworkMove | undefined {
    return this.memory && { ...this.memory.look(), rest: inOrder(this.network, this.parameters.beforeMoves()()) };
  }

  dispose(): void {
    this.room.freeAll();
  }

  /** What only probes ask, and rarely: of the other executor, from the same state. */
  private *asTensors<T>(ask: (trainer: Trainer) => Parts<T>): Parts<T> {
    const trainer = new Trainer(this.network, this.state(), this.settings);
    try {
      return yield* ask(trainer);
    } finally {
      trainer.dispose();
    }
  }

  private partsOf(batch: Batch): Iterable<Batch> {
    return partsOf(batch, this.network.inputs, this.settings.microBatch);
  }

  /** `dense`: where the gradients of all weights are added, by the names of the layers. */
  private backward(batch: Batch, dense?: Map<string, Float32Array>): StepResult {
    const { parameters, settings } = this;
    parameters.beginGradient();
    let [loss, correct] = [0, 0];
    for (const part of this.partsOf(batch)) {
      const found = this.forward(part, {
        training: true,
        smoothing: settings.labelSmoothing ?? 0,
        share: 1 / batch.size,
      });
      loss += found.loss / batch.size;
      correct += found.correct;
      this.graph.chain.backward({ ...found.pass, ...(dense && { dense }) });
    }
    return { loss, accuracy: correct / batch.size, gradientNorm: parameters.gradientNorm() };
  }

  private forward(
    batch: Batch,
    p: { training: boolean; smoothing: number; share: number },
  ): { loss: number; correct: number; pass: Pass } {
    const { kernels } = this.context;
    const { size } = batch;
    const { classes } = this.network;
    const { chain, logits, gradient } = this.graph;
    this.take(batch);
    const pass = { kernels, batch: size, training: p.training };
    chain.forward(pass);
    const loss = kernels.crossEntropy(logits.array, this.labels, gradient.array, classes, size, p.smoothing, p.share);
    return { loss, correct: countCorrect(logits.array, batch, classes), pass };
  }

  /** Lays the examples of a batch side by side. */
  private take({ x, labels, size }: Batch): void {
    const { kernels } = this.context;
    this.buffers.reserve(size);
    if (this.labels.length < size) {
      if (this.labels.length > 0) kernels.room.free(this.labels);
      this.labels = kernels.room.int32(size);
    }
    this.labels.set(labels);
    this.examples.array.set(x);
    kernels.transpose(this.examples.array, this.graph.input.array, size, this.network.inputs, 0, size);
  }
}
