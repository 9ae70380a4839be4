/** Initialisations of one config side by side: what the engine answers and the comparison view shows. */
import type { BaseInit } from '../core/init/registry';
import type { CallContext } from './rpc';
import type { DistributionName, Init, SpectrumSummary } from './run';
import type { SaveChunk } from './save';

/**
 * Words of the config: `sparsity.distribution`, `init`, and what else of `sparsity` is not to be as the config has it.
 */
export interface CompareMethod {
  distribution: DistributionName;
  init: Init;
  base?: BaseInit;
  fan?: 'dense' | 'sparse';
  /** `eoi`, `eis`: towards the config's `eoi.pattern`, or without it though there is one. */
  guided?: boolean;
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
  /** Asked for, but not drawn before the comparison was cancelled; left out of one that was not. */
  notDrawn?: CompareMethod[];
}

/** The largest comparison, in characters of JSON, that its page keeps for the next window. */
export const mostKeptComparison = 256_000;

/** What the page of a comparison keeps with `setState`. */
export interface CompareViewState {
  /** Path of the config: one panel each. */
  configPath: string;
  /** As last asked for, in this order. */
  methods: CompareMethod[];
  layer: string | null;
  /** Left out of the boot data, and where it is too large to keep. */
  comparison?: Comparison;
}

export interface CompareViewApi {
  /** How many methods there are to ask for: 0 when the comparison was not kept and has to be made again. */
  summary(
    params: Record<string, never>,
    context: CallContext,
  ): Promise<{ config: string; methods: number; notDrawn: CompareMethod[] }>;
  /** One method a message: all of a large network together would be over the limit. */
  method(params: { index: number }, context: CallContext): Promise<ComparedMethod>;
  /** Compares the same methods on the config as it is now. */
  again(params: Record<string, never>, context: CallContext): Promise<void>;
  save(params: SaveChunk, context: CallContext): Promise<{ saved: boolean }>;
}

export interface CompareViewEvents {
  /** There is a new comparison to ask for. */
  changed: { methods: CompareMethod[] };
  /** A new one was cancelled before anything was drawn: there is nothing new. */
  cancelled: Record<string, never>;
}
