/** What a diagnosis finds, as data; the sentences are those of `findingText`. */
import type { DiagnosisId, Verdict } from '../names';

/** What was measured: `DIAGNOSIS/measure` has one sentence. */
export type Measure =
  | 'largest-lambda'
  | 'lambda-range'
  | 'unused'
  | 'load'
  | 'collisions'
  | 'cache-lines'
  | 'largest-gamma'
  | 'mean-gamma'
  | 'scaler-gap'
  | 'norm-ratio'
  | 'continuity'
  | 'dense-step'
  | 'dense-start'
  | 'update-ratio'
  | 'amplification'
  | 'kept-energy'
  | 'cross-talk'
  | 'curvature'
  | 'sharpness'
  | 'conservative'
  | 'not-finite'
  | 'loss-growth'
  | 'plateau'
  | 'memory-growth'
  | 'gradient-growth'
  | 'zero-activations'
  | 'running-variance'
  | 'adam-scaler'
  | 'adam-lambda'
  | 'half-precision'
  | 'wiring';

/** Whether a warning of a run, by its code, is told of each layer by itself. */
export const isOfLayers = (code: string): boolean => code === 'sharing.update-ratio';

/** An edit of the config; the words of its button are by `kind`. */
export interface Fix {
  kind: 'fold' | 'theory' | 'stable-rps' | 'init-std' | 'learning-rate' | 'no-compat' | 'compression';
  /** null: the key is taken out. `unless`: where that key is written, nothing is done. */
  edits: { path: string; value: string | number | boolean | null; unless?: string }[];
}

export interface Finding {
  id: DiagnosisId;
  measure: Measure;
  value: number | null;
  /** That the value is to stay below; of a value that may be too small only, null. */
  threshold: number | null;
  /** That the value is to stay above. */
  least?: number;
  verdict: Verdict;
  /** Where it is one layer's, or one layer's is the worst. */
  layer?: string;
  /** Where it began, in a run. */
  step?: number;
  /** Numbers that its sentence needs besides. */
  facts?: Record<string, number | string>;
  fix?: Fix;
}

/** Keys of one mapping, which no other has use for. */
const ofAMapping = ['sharing.tile', 'sharing.aligned', 'sharing.chunk'];

export const fixes = {
  fold: {
    kind: 'fold',
    edits: [{ path: 'sharing.mapping', value: 'fold' }, ...ofAMapping.map((path) => ({ path, value: null }))],
  },
  theory: { kind: 'theory', edits: [{ path: 'sharing.scaler', value: 'theory' }] },
  stable: {
    kind: 'stable-rps',
    edits: [
      { path: 'sharing.method', value: 'stable-rps' },
      { path: 'sharing.initStd', value: null },
      { path: 'sharing.scaler', value: null },
      { path: 'sharing.compat', value: null },
      // Of the mapping of the method before, where that was not chosen by itself.
      ...ofAMapping.map((path) => ({ path, value: null, unless: 'sharing.mapping' })),
    ],
  },
  noCompat: { kind: 'no-compat', edits: [{ path: 'sharing.compat', value: false }] },
} as const satisfies Record<string, Fix>;

/** Three significant digits: what a person would type. */
const typed = (value: number): number => Number(value.toPrecision(3));

export const initStdFix = (value: number): Fix => ({
  kind: 'init-std',
  edits: [{ path: 'sharing.initStd', value: typed(value) }],
});

/** A memory twice as large; no compression is below 1. */
export const largerMemoryFix = (compression: number): Fix | undefined =>
  compression > 1
    ? { kind: 'compression', edits: [{ path: 'sharing.compression', value: typed(Math.max(1, compression / 2)) }] }
    : undefined;

export const learningRateFix = (value: number): Fix => ({
  kind: 'learning-rate',
  edits: [{ path: 'train.optimizer.learningRate', value: typed(value) }],
});
