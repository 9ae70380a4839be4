/** A sweep: what its record holds, and what its trials came to. */
import type { PlainValue } from '../core/plain-value';
import type { Spread } from '../core/stats';
import type { BackendChoice } from './engine';
import type { RunState } from './run';
import type { TestedOutcome } from './sharing';

export const sweepRecordVersion = 1;

/** Why a sweep is told to stop before its trials have ended: a person cancelled it, or the process must end. */
export type SweepStop = 'cancelled' | 'interrupted';

/**
 * `failed`: all trials have ended, some of them failed; of `SweepStop` and where a trial could not go on, not all have.
 */
export type SweepState = 'running' | 'completed' | 'failed' | SweepStop;

/** What `sweep.json` holds. How a trial went is in its own `run.json` only. */
export interface SweepRecord {
  version: typeof sweepRecordVersion;
  /** The config's name. */
  name: string;
  /** Absolute; the copy in the folder is the one that counts. */
  configPath: string;
  configSha256: string;
  state: SweepState;
  /** ISO 8601. */
  createdAt: string;
  endedAt?: string;
  backend: BackendChoice;
  /** Engine processes that ran trials at once. */
  jobs: number;
  /** Key paths, in the order of the grid. */
  keys: string[];
  trials: SweepTrialRecord[];
}

export interface SweepTrialRecord {
  /** `0001`: the name of its run folder below `trials/`. */
  id: string;
  /** In the order of the record's `keys`. */
  values: PlainValue[];
}

/** `waiting`: it has not begun. */
export type TrialState = RunState | 'waiting';

/** Figures of a trial, each as far as it came. */
export interface TrialFigures {
  /** Over the validation examples, after the last epoch: a share, and mean cross-entropy in nats. */
  accuracy?: number;
  loss?: number;
  /** Of the first batch, before the first update. */
  firstLoss?: number;
  /** Maskable weights kept at last, of all. */
  density?: number;
  /** Weights stored at last, of all linear layers and convolutions: those kept, or of shared ones the memory. */
  stored?: number;
  /** The largest max |W Wᵀ - I| of a layer at initialisation. */
  orthogonalityError?: number;
  /** The furthest that a singular value of a layer is from 1 at initialisation. */
  isometryError?: number;
  /** Singular values of all layers that are 0, to rounding, at initialisation. */
  dead?: number;
  /** Singular values of the input-output Jacobian at step 0, where they were measured. */
  jacobianMin?: number;
  jacobianMean?: number;
  jacobianMax?: number;
  /** Seconds to draw the layers that are not `dense: true`. */
  initSeconds?: number;
  /** Seconds that the process worked on it, pauses before a resume left out. */
  seconds?: number;
}

export interface TrialResult extends TrialFigures {
  id: string;
  values: PlainValue[];
  state: TrialState;
  error?: { code: string; message: string };
  /**
   * What is to be known of its figures: that it diverges or was predicted to, or went on otherwise than from where it
   * stopped, with what it began with; absent where nothing is.
   */
  warnings?: { code: string; message: string }[];
  /** Of a run that shares weights, by its losses, once it is over. */
  outcome?: TestedOutcome;
}

export type Figure = keyof TrialFigures;

/** In the order of tables. */
export const figures: readonly Figure[] = [
  'accuracy',
  'loss',
  'firstLoss',
  'density',
  'stored',
  'orthogonalityError',
  'isometryError',
  'dead',
  'jacobianMin',
  'jacobianMean',
  'jacobianMax',
  'initSeconds',
  'seconds',
];

/** Trials that differ only in the seed. */
export interface TrialGroup {
  /** In the order of the keys without `seed`. */
  values: PlainValue[];
  trials: string[];
  completed: number;
  failed: number;
  /** How many came to what, of those that tell it. */
  outcomes?: Partial<Record<TestedOutcome, number>>;
  /** Over the trials that completed. */
  spread: Partial<Record<Figure, Spread>>;
}

export const sweepReportVersion = 1;

/** What the report of a sweep shows: written into `#report-data`, read by webview/sweep-report.ts. */
export interface SweepReportData {
  version: typeof sweepReportVersion;
  /** ISO 8601. */
  generatedAt: string;
  sparsescope: string;
  /** Without its list of trials, which `trials` has. */
  record: Omit<SweepRecord, 'trials'>;
  /** The folder's name. */
  id: string;
  config: string;
  trials: TrialResult[];
  /** Keys without `seed`. */
  keys: string[];
  groups: TrialGroup[];
}
