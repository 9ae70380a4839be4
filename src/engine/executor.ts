/**
 * What runs a network: computes its gradients, moves its weights and tells its state. `tensors` (trainer.ts) does so by
 * TensorFlow.js on any backend, `sparse` (sparse/executor.ts) by our own kernels. Plain arrays in and out, nothing
 * asynchronous; from one state both make the same steps up to rounding, and either goes on from what the other has
 * left.
 */
import type { LayerShape } from '../core/density/layer-shape';
import type { Products } from '../core/linalg/estimated-values';
import type { Parts } from '../core/parts';
import type { Insides } from '../core/rps/diagnosis/insides';
import type { Lost } from '../core/rps/diagnosis/watch';
import type { Measured } from './probes/layer-signals';
import type { Moved } from './rps/rest-moves';
import type { MemoryMove } from './rps/trained-memory';
import type { LayerState, NetworkState, OtherState } from './states';
import type { Batch, Evaluation, StepResult, Stride } from './training';

/** What one step did to a network that shares weights. */
export interface NetworkMove extends MemoryMove {
  /** Of the layers whose weight is not shared, in the order of the network. */
  rest: Moved[];
  /** Only where the gradient left the numbers. */
  lost?: Lost;
}

export interface Executor {
  /** One update. A loss that is not finite is answered like any other: the caller decides. */
  step(batch: Batch, stride: Stride): StepResult;
  /**
   * The gradients of all weights of a batch, pruned ones included, (out, in) row-major by layer; nothing is updated.
   */
  measure(batch: Batch): { result: StepResult; gradients: Float32Array[] };
  /** Each example by itself: norms take their running averages. */
  evaluate(batch: Batch): Evaluation;

  /** Takes over the state of one maskable layer, the network's `index`th, with its mask. */
  replace(index: number, state: LayerState): void;
  /** Takes over the state of the layers that are never masked. */
  replaceOthers(others: readonly OtherState[]): void;
  /** A copy of everything that is needed to go on; of layers that a memory stands for without weight and mask. */
  state(): NetworkState;
  /** Weights of each maskable layer, rows x columns, and its biases: copies. */
  weights(): (LayerShape & { weight: Float32Array; bias?: Float32Array })[];
  /** The first layer with a pruned weight that is not exactly zero, and how many it has. */
  firstChangedMask(): { layer: string; count: number } | undefined;

  /** d logits / d inputs of each example: one (classes, inputs) row-major matrix. */
  jacobians(batch: Batch): Parts<Float32Array[]>;
  /**
   * What `use` makes of d preactivations / d inputs of a maskable layer at each example, of which it is given the
   * products.
   */
  layerJacobian<T>(name: string, batch: Batch, use: (products: Products) => Parts<T>): Parts<T>;
  /** What goes through each maskable layer for this batch, by name, as in training; nothing is changed. */
  signals(batch: Batch): Parts<Map<string, Measured>>;
  /** Of this batch, as in training, what a watch looks at now and then; nothing is changed. */
  insides(batch: Batch): Parts<Insides>;

  /** What the last `step` did to a shared memory, what is recovered from it, and the rest; nothing without one. */
  readonly lastMove: NetworkMove | undefined;
  /** A shared memory as it is, what is recovered from it, and the rest; nothing without one. */
  lookAtMemory(): NetworkMove | undefined;
  /** Gives back what it holds; it must not be used after. */
  dispose(): void;
}
