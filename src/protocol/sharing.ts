/**
 * What is told of a network whose weights are shared: diagnosis, sharpness, tested predictions, and the events of a
 * run.
 */
import type { DiagnosisId, MappingName, ScalerName, SharingMethod, SharingScope, Verdict } from '../core/rps/names';

/**
 * How much is measured: nothing but the config; two gradients of one batch; power iteration on Hessian-vector products.
 */
export type SharingLevel = 'static' | 'batch' | 'sharpness';

export interface SharingBytes {
  /** Of the memory itself, as float32. */
  memory: number;
  /** What the optimizer remembers of the memory and of what is not shared. */
  optimizer: number;
  /** Parameters that are not shared. */
  dense: number;
  /** What the mapping and the scaler keep between two steps; next to nothing of a fold. */
  index: number;
  /** The recovered weights, there within a step only. */
  weights: number;
}

export interface SharingLayerFigures {
  name: string;
  /** Of the weight: (out, in), of a convolution (out, in / groups, kh, kw). */
  shape: number[];
  weights: number;
  /** Number of its first virtual weight. */
  offset: number;
  /** Standard deviation of its initialisation. */
  deviation: number;
  /**
   * The most that a number of the memory is multiplied with: lambda, of `stable-rps` the largest sigma / sqrt(S2_j).
   */
  factor: number;
  /** Norm of what is recovered at first over that of its initialisation. */
  normRatio: number;
  /** Share of its weights that share a location with another of the same layer. */
  collisions: number;
  /** From one batch. */
  batch?: {
    /** Norm of the first step over that of the weights: as shared, and as the dense layer would move. */
    updateRatio: number;
    denseUpdateRatio: number;
    /** Norm of the first step as shared over that of the dense layer. */
    amplification: number;
    /** Share of the squared gradient that the memory keeps. */
    keptEnergy: number;
    /** Between the first step as shared and that of the dense layer; null where one of them is 0. */
    cosine: number | null;
  };
}

/**
 * An edit of the config: `sharing.mapping` and what is to stand there; null: the key is taken out. Where the key
 * `unless` is written, nothing is done.
 */
export interface SharingEdit {
  path: string;
  value: string | number | boolean | null;
  unless?: string;
}

export interface SharingFinding {
  id: DiagnosisId;
  /** What of `id` was measured: one word, stable. */
  measure: string;
  title: string;
  value: number | null;
  /** In the unit of `value`, which is to stay below it; null where nothing is too large. */
  threshold: number | null;
  /** Where `value` may be too small as well, or only: what it is to stay above. */
  least?: number;
  verdict: Verdict;
  sentence: string;
  /** Where it is one layer's. */
  layer?: string;
  fix?: { title: string; edits: SharingEdit[] };
}

/** A point of the map over the scale of the memory and the learning rate. */
export interface SharingPoint {
  initStd: number;
  learningRate: number;
}

export type PredictedOutcome = 'safe' | 'band' | 'unsafe';
export type TestedOutcome = 'converged' | 'diverged' | 'collapsed' | 'slow';

export interface TestedPoint extends SharingPoint {
  steps: number;
  outcome: TestedOutcome;
  firstLoss: number;
  /** Null where it is not finite. */
  lastLoss: number | null;
  predicted: PredictedOutcome;
}

/** Points of the map that are tried out. */
export interface SharingTest {
  points: SharingPoint[];
  /** Steps of each. */
  steps: number;
  /** As a report of this config has it; without it it is measured first. */
  sharpness?: { value: number; rest?: number; converged?: boolean };
}

export interface SharingReport {
  method: SharingMethod;
  mapping: MappingName;
  scope: SharingScope;
  compression: number;
  scaler: ScalerName;
  /** Only `roast` and `hashednet` have one. */
  initStd?: number;
  learningRate: number;
  /** Virtual weights. */
  n: number;
  /** Locations of the memory. */
  m: number;
  /** Parameters that are not shared. */
  dense: number;
  bytes: SharingBytes;
  layers: SharingLayerFigures[];
  load: {
    /** Locations with 0, 1, 2, ... sharers; the last bin holds those with more too. */
    of: number[];
    mean: number;
    max: number;
    unused: number;
    /** Standard deviation over mean. */
    cv: number;
  };
  /** Of used locations; 1 at all of them with `stable-rps`. */
  gamma: {
    /** One more than counts, ascending. */
    edges: number[];
    /** Locations. */
    counts: number[];
    mean: number;
    median: number;
    max: number;
  };
  /** Which layers own which part of the memory: counts[layer * bins + bin], virtual weights. */
  owners: { bins: number; counts: number[] };
  findings: SharingFinding[];
  batch?: {
    examples: number;
    loss: number;
    /** Of the whole network, as those of the layers. */
    updateRatio: number;
    keptEnergy: number;
    cosine: number | null;
    /** Along the first step d: dᵀHd / gᵀd. */
    curvature: number | null;
  };
  sharpness?: {
    /** S: the largest eigenvalue of the Hessian in the memory, under the scaler. */
    value: number;
    /** |HV - SV| / |S| of the last vector. */
    residual: number;
    iterations: number;
    /** Of what is not shared, by itself; it does not depend on the scale of the memory. */
    rest?: number;
    /**
     * false: products ran out before the residual was small, so that the numbers are lower bounds and nothing is safe
     * by them.
     */
    converged?: boolean;
    /** Learning rate times S and `rest`: no direction is sharper than their sum. */
    etaS: number;
    /** Below which the optimizer is stable on a quadratic: 2 for gradient descent. */
    threshold: number;
    verdict: Verdict;
    /** Of the same weights without sharing, where it was measured. */
    full?: number;
    boundaries: {
      /**
       * Learning rate below which steps are proved stable, 2 / S, at each scale of the memory; empty where S is a lower
       * bound only.
       */
      proved: SharingPoint[];
      /** Up to which heavy-ball momentum b is stable on a quadratic, 2 (1 + b) / S; absent without it. */
      heavyBall?: SharingPoint[];
      /** Above which failure is predicted; between the two lies the empirical band. */
      empirical: SharingPoint[];
    };
  };
  tested: TestedPoint[];
}

/** Of a run, as its journal has it. */
export interface SharingEvent {
  type: 'sharing';
  at: number;
  step: number;
  layers: {
    layer: string;
    /** Norm of the step over that of the weights. */
    updateRatio: number;
    /** Of the recovered weights. */
    norm: number;
  }[];
  /** Norm of the memory over that before the first step. */
  memoryGrowth: number;
}

/** `RunRecord.sharing`. */
export interface SharingSummary {
  method: SharingMethod;
  mapping: MappingName;
  scope: SharingScope;
  compression: number;
  scaler: ScalerName;
  n: number;
  /**
   * Of n those of embeddings, which are not among the layers of a run. Absent in older records, and where there are
   * none.
   */
  embedded?: number;
  m: number;
  bytes: SharingBytes;
}

/** Of `sharing-failure.json`: the steps before a warning, or before what ended the run, oldest first. */
export interface SharingFailure {
  /** Code of the warning. */
  code: string;
  verdict: 'warn' | 'fail';
  /** Where it began. */
  step: number;
  layer: string | null;
  /**
   * What was measured, by the sentence of its warning, and its limit. Null where it is no finite number, has none, or
   * was not kept.
   */
  value: number | null;
  threshold: number | null;
  steps: {
    step: number;
    /** Null, as all that follows, where it is no finite number. */
    loss: number | null;
    memoryNorm: number | null;
    gradientNorm: number | null;
    layers: { layer: string; updateRatio: number | null; norm: number | null }[];
  }[];
}

/** A file whose weights were put into a memory. */
export interface SharedFile {
  /** Weights that are shared, and locations of the memory. */
  n: number;
  m: number;
  /** |W - R psi| / |W| over all of them: what the memory does not hold. */
  error: number;
  layers: { name: string; shape: number[]; error: number }[];
}
