/** What a run is, on disk (`run.json`, `events.jsonl`), between processes and in the views: one definition. */
import type { KernelKind } from '../core/kernels/kind';
import type { SharingEvent, SharingSummary } from './sharing';

/** `run.json` is rewritten whole; its version rises when a reader of the old form would be wrong. */
export const runRecordVersion = 1;

export type RunState = 'starting' | 'initialising' | 'training' | 'completed' | 'cancelled' | 'failed' | 'interrupted';

/** States from which nothing more will happen by itself. */
export const isEnded = (state: RunState): boolean =>
  state === 'completed' || state === 'cancelled' || state === 'failed' || state === 'interrupted';

export interface RunRecord {
  version: typeof runRecordVersion;
  /** Folder name: `mlp7-eoi-3`. */
  id: string;
  name: string;
  /** Absolute path of the config this run came from; its verbatim copy is `config.yaml` in the folder. */
  configPath: string;
  /** The same path from the run folder, with `/`: how it is found when both were moved. Absent in older records. */
  configFromRun?: string;
  /** SHA-256 of that copy, hex: a run goes on only with the config it began with. Absent in records of before it. */
  configSha256?: string;
  seed: number;
  state: RunState;
  /** Why it failed or was interrupted: the sentence for a person, and its code. */
  error?: { code: string; message: string };
  createdAt: string;
  endedAt?: string;
  versions: { sparsescope: string; node: string; tfjs: string };
  /** `device`: only of a graphics card. */
  backend: { name: BackendName; reason: string; device?: Device };
  /**
   * What computes the training, and why; absent in older records, which TensorFlow.js computed. `threads`: of `sparse`,
   * how many it may compute with; results do not depend on it. `kernels`: which of ours compute, of `sparse` and on the
   * backend `wasm`; the last digits depend on it. Absent where there are none, and in older records.
   */
  executor?: { name: ExecutorName; reason: string; threads?: number; kernels?: KernelKind };
  /** Process that wrote this; whether it still writes is told by `writer.lock`. */
  pid: number;
  dataset: { source: string; train: number; validation: number; sha256: string };
  /** Values per example, classes. */
  network: { inputs: number; classes: number };
  /**
   * How a step is computed: examples at a time, parts of a whole batch, bytes it was estimated to take. Absent in older
   * records.
   */
  step?: { batchSize: number; microBatch: number; parts: number; bytes: number };
  totalSteps: number;
  /**
   * What shared the density among the layers; absent where a pattern did, or all weights are there at first, and in
   * older records.
   */
  distribution?: DistributionName;
  /**
   * Where weights are pruned in training, or by lottery tickets: what is left of all maskable ones once update number
   * `step` is done, and the word of the method. Absent in older records.
   */
  laterTarget?: { density: number; method: string; step: number };
  /** Only where weights are shared. */
  sharing?: SharingSummary;
  layers: LayerSummary[];
}

/** How a layer's weights are drawn: a word of the config. */
export type Init = 'base' | 'ai' | 'sao' | 'eoi' | 'eis';

/** How the density is shared among the layers: a word of the config. */
export const distributionNames = [
  'uniform',
  'uniform-plus',
  'er',
  'erk',
  'balanced',
  'random',
  'magnitude',
  'snip',
  'grasp',
  'synflow',
] as const;
export type DistributionName = (typeof distributionNames)[number];

/** What computes the tensors, best first. */
export const backendNames = ['tensorflow-gpu', 'webgpu', 'tensorflow', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];
/** What may be asked for. */
export const backendChoices = ['auto', ...backendNames] as const;

/** A graphics card as its driver names it. */
export interface Device {
  name: string;
  /** Bytes that can be computed with, where they are known. */
  memory?: number;
}

export const executorNames = ['tensors', 'sparse'] as const;
/** `tensors`: TensorFlow.js on the backend; `sparse`: our own kernels, on the processor. */
export type ExecutorName = (typeof executorNames)[number];

/** One maskable layer after initialisation. */
export interface LayerSummary {
  name: string;
  /** Matrix view of the weight: (out, in), of a convolution (out, in / groups * kh * kw). */
  shape: [number, number];
  /** (kh, kw) of a convolution, and its groups, or of a linear layer the matrices stacked in it. */
  kernel?: [number, number];
  groups?: number;
  /** Never pruned: no part of the density of the network. Absent in older records, too. */
  dense?: true;
  targetDensity: number;
  /** Share of weights kept, by the symbolic mask. */
  density: number;
  nonZeros: number;
  init: Init;
  /** Number of Givens rotations, those of all groups together; only `eoi` and `eis` have any. */
  rotations: number;
  /** What else the method has to tell of this layer. */
  details?: InitDetails;
  /** max |W Wᵀ - I| over the smaller Gram matrix; of a convolution that of its operator, on a circle of places. */
  orthogonalityError: number;
  singularValues: SpectrumSummary;
  /**
   * Seconds that drawing its mask and weights took, its description and scores of the whole network apart. Absent in
   * older records.
   */
  seconds?: number;
}

export interface InitDetails {
  /** `sao`: weights in each row, or column of a tall layer. */
  degree?: number;
  /** `eoi`, `eis` of a convolution: the density of the matrix at the centre of the kernel. */
  centreDensity?: number;
  /** `eoi`, `eis` with a pattern: intersection over union of what is kept and what was wanted. */
  overlap?: number;
  /** The same of the matrices at the centres alone, where masks of a file want other taps of a kernel too. */
  centreOverlap?: number;
  /** Entries of the matrix (its shorter side) that begin where nothing is wanted, since no matching places them all. */
  unmatched?: number;
  /** Pairs of axes that the search looked at. */
  evaluations?: number;
  /** Seconds that the search for the pattern took. */
  seconds?: number;
  /** `ai`: singular values that the mask alone makes zero, whatever the weights are. */
  unrepairable?: number;
  /** `ai`: ||W Wᵀ - sigma_w² I|| before the first step, Frobenius norm. Absent in older records. */
  initialResidual?: number;
  /** `ai`: the same that is left; where it is more than before, the steps were too long. */
  residual?: number;
}

export interface SpectrumSummary {
  min: number;
  mean: number;
  max: number;
  /** Singular values below 1e-6 of the largest. */
  dead: number;
}

/** One line of `events.jsonl`. `at` is milliseconds since the run was created. Steps count completed updates. */
export type RunEvent =
  | { type: 'state'; at: number; state: RunState; message?: string }
  | { type: 'layer'; at: number; layer: LayerSummary }
  | StepEvent
  | EpochEvent
  | SpectrumEvent
  | JacobianEvent
  | SignalsEvent
  | UsageEvent
  | MaskEvent
  | SharingEvent
  | { type: 'checkpoint'; at: number; step: number; file: string }
  | WarningEvent;

/**
 * What a person should know and what does not end the run. With a step, it is told again when that step comes again.
 */
export interface WarningEvent {
  type: 'warning';
  at: number;
  step?: number;
  code: string;
  message: string;
  /** Only of what is told of each layer by itself. */
  layer?: string;
}

export interface StepEvent {
  type: 'step';
  at: number;
  step: number;
  epoch: number;
  /** Mean cross-entropy of the batch, nats. */
  loss: number;
  /** Share of the batch classified right. */
  accuracy: number;
  /** Euclidean norm of the gradient over all kept weights and biases. */
  gradientNorm: number;
  learningRate: number;
}

/**
 * What changes masks while a network is trained: words of `sparsity.update.method`, and `rewind` of lottery tickets.
 */
export type MaskMethod = 'set' | 'rigl' | 'gradual-magnitude' | 'one-shot' | 'rewind';

/** The masks after `step` updates are not those before. Indices and scores are in `file`, in the run folder. */
export interface MaskEvent {
  type: 'masks';
  at: number;
  step: number;
  method: MaskMethod;
  layers: MaskChange[];
  /** `updates/step-000100.safetensors` */
  file: string;
}

export interface MaskChange {
  layer: string;
  dropped: number;
  grown: number;
  /** Weights kept from now on. */
  kept: number;
  /** The highest score that was dropped, |w|; null when nothing was. */
  dropThreshold: number | null;
  /** The lowest score that was grown, |dL/dw| with `rigl`; null when nothing was, or at random. */
  growThreshold: number | null;
  /** Weights kept in the beginning, and those of them that are kept now. Absent in older journals. */
  initial?: { kept: number; shared: number };
}

/** The latest change of the masks, layer by layer. */
export type LastMasks = Pick<MaskEvent, 'step' | 'method' | 'layers'>;

/** A change of the masks over all layers together. */
export interface MaskTotals extends Omit<MaskChange, 'layer' | 'initial'> {
  step: number;
  method: MaskMethod;
  /** Layers that lost or gained weights. */
  layers: number;
  /** Weights kept both by these masks and by those before, over those kept by either: 1 when nothing changed. */
  overlap: number;
  /** The same with the masks of the beginning; null where that is not recorded. */
  initialOverlap: number | null;
}

export interface EpochEvent {
  type: 'epoch';
  at: number;
  step: number;
  epoch: number;
  trainLoss: number;
  trainAccuracy: number;
  validationLoss: number;
  validationAccuracy: number;
}

/** Singular values of one layer's weight, descending. */
export interface SpectrumEvent {
  type: 'spectrum';
  at: number;
  step: number;
  layer: string;
  summary: SpectrumSummary;
  values: number[];
}

/**
 * Singular values of the input-output Jacobian d logits / d input over `samples` examples, all together, descending.
 */
export interface JacobianEvent {
  type: 'jacobian';
  at: number;
  step: number;
  samples: number;
  summary: SpectrumSummary;
  values: number[];
  /**
   * The mean of their squares as mean field predicts it for the weights and biases that there are at this step: theory
   * of random ones, as at step 0. Absent where it does not apply, and in older journals.
   */
  meanField?: number;
  /** Absent where `depthNote` says why, and in older journals. */
  depth?: JacobianDepth;
  /** Why there is nothing along depth, or not all that was asked for; absent in older journals. */
  depthNote?: DepthNote;
}

/**
 * `not-asked`: the config wants no layers. `too-long`: one example of the fewest layers would take more than twice the
 * budget. `fewer-layers`: those that there are fit in the budget, all that are asked for do not. `not-finite`: from
 * some layer on a value was no finite number.
 */
export const depthNotes = ['not-asked', 'too-long', 'fewer-layers', 'not-finite'] as const;
export type DepthNote = (typeof depthNotes)[number];

/** Singular values of d preactivations / d input of some layers, over the first `samples` of the examples. */
export interface JacobianDepth {
  samples: number;
  /** Of the bidiagonalisation that layers which are `estimated` are known by; absent where none may be. */
  steps?: number;
  /** First to last. */
  layers: JacobianLayer[];
}

export interface JacobianLayer {
  layer: string;
  /** Which of the maskable layers, from 1. */
  index: number;
  /** Of all singular values of all examples; `dead` is not known of estimates. */
  summary: Omit<SpectrumSummary, 'dead'> & { dead: number | null };
  /** Of the singular values, measured and predicted. */
  meanSquare: number;
  meanField?: number;
  /**
   * By products with vectors: the largest value is at least as said, the smallest at most, mean and mean square by
   * quadrature.
   */
  estimated?: true;
}

/**
 * How signals and gradients go through the layers of one batch of `samples` validation examples, batch norms by that
 * batch, as in training; and what mean-field theory says of it.
 */
export interface SignalsEvent {
  type: 'signals';
  at: number;
  step: number;
  samples: number;
  /** In the order of the network, those that stay dense too. */
  layers: LayerSignals[];
  /** Where mean field takes a deep network with the gains of the config; null where it does not say. */
  deep: MeanField | null;
}

/** One maskable layer. A preactivation is what it gives, with its bias. */
export interface LayerSignals {
  layer: string;
  /** Frobenius norms: of the weights, and of the gradient of the mean loss by those that are kept. */
  weightNorm: number;
  gradientNorm: number;
  /** Of the preactivations, over examples, units and places. */
  meanSquare: number;
  /**
   * Of each preactivation over examples and places, the mean over units: what is left once all examples look alike
   * is 0.
   */
  variance: number;
  /** The same of what the activation makes of them; null where none follows. */
  activationVariance: number | null;
  /** Outputs: values, channels, or values of a token. */
  units: number;
  /** Units that are 0, or whose activation is flat, for all examples and places; null where no activation follows. */
  dead: number | null;
  kept: number;
  /** Kept weights on a path from an input to an output. */
  effective: number;
  /**
   * The sum of the squared gradients by the preactivations of the layer before, over that by its own; null for the
   * first layer and where mean field does not apply.
   */
  chi: number | null;
  /** As predicted for the gains of the config with every weight kept; null where mean field does not apply. */
  dense: LayerMeanField | null;
  /** As predicted for the weights and biases that the layer has at this step. */
  sparse: LayerMeanField | null;
}

export interface MeanField {
  /** The mean square of the preactivations. */
  q: number;
  /** The factor by which the mean square of a gradient grows from a layer to the one before. */
  chi: number;
}

/** `chi`: null for the first layer. */
export interface LayerMeanField extends Omit<MeanField, 'chi'> {
  chi: number | null;
}

/** Throughput and memory of the process that trains, at the end of an epoch. */
export interface UsageEvent {
  type: 'usage';
  at: number;
  step: number;
  /** Of the updates since the last of these events, without probes and evaluation; null when there were none. */
  examplesPerSecond: number | null;
  /** Resident memory of the process, bytes. */
  rss: number;
  /** What TensorFlow.js holds of all runs. */
  tensorBytes: number;
  tensors: number;
  /** WebAssembly memory, bytes; null on another backend. */
  heapBytes: number | null;
}
