/** Initialisations of one config side by side: what the engine answers and the comparison view shows. */
import type { DistributionName, Init, SpectrumSummary } from './run';

/** Words of the config: `sparsity.distribution` and `sparsity.init`. */
export interface CompareMethod {
  distribution: DistributionName;
  init: Init;
}

export interface ComparedLayer {
  name: string;
  /** (out, in). */
  shape: [number, number];
  targetDensity: number;
  density: number;
  nonZeros: number;
  /** max |W Wᵀ - I| over the smaller Gram matrix. */
  orthogonalityError: number;
  singularValues: SpectrumSummary;
  /** Descending; of a larger matrix as many quantiles. At most `mostComparedValues`. */
  values: number[];
}

/** Singular values sent per layer. */
export const mostComparedValues = 128;

export interface ComparedMethod extends CompareMethod {
  /** Empty when the method could not be run. */
  layers: ComparedLayer[];
  /** Weights kept of all maskable ones. */
  nonZeros: number;
  weights: number;
  /** Time to draw all layers, their description not counted. */
  milliseconds: number;
  /** Of the input-output Jacobian at initialisation, over a few validation examples. */
  jacobian?: SpectrumSummary;
  /** Why it could not be run: the sentence for a person, and its code. */
  error?: { code: string; message: string };
}

export interface Comparison {
  config: string;
  methods: ComparedMethod[];
}
