/** Runs beside each other: what the view of compared runs shows, and what it may ask. */
import type { CallContext } from './rpc';
import type { RunState } from './run';
import type { SaveChunk } from './save';

/** More lines than this could not be told apart, and all are kept in the page. */
export const mostComparedRuns = 200;

/** Epochs of a run that its curve has at most, evenly. */
export const mostCurvePoints = 500;

/** Keys of a config and what they are set to. */
export type Settings = Readonly<Record<string, string>>;

/** Columns of equal length, by epoch. */
export interface RunCurve {
  step: number[];
  trainLoss: number[];
  trainAccuracy: number[];
  validationLoss: number[];
  validationAccuracy: number[];
}

export interface ComparedRun {
  directory: string;
  id: string;
  /** `null` when its record cannot be read. */
  state: RunState | null;
  /** Why it failed, was interrupted, or cannot be read. */
  problem?: string;
  /** Of its config, defaults filled in; `null` when that cannot be read. */
  settings: Settings | null;
  /** `eoi · erk · rigl`: how it begins, and what changes its masks. Empty when the config cannot be read. */
  method: string;
  /** `null` when its record cannot be read. */
  data: { source: string; sha256: string } | null;
  /** Completed updates, of so many. */
  step: number;
  totalSteps: number;
  /** From its creation to the last thing that was recorded. */
  milliseconds: number;
  /** Maskable weights kept at last, of all; `null` before there are any. */
  density: number | null;
  curve: RunCurve;
}

/** What the page of compared runs keeps with `setState`. */
export interface CompareRunsViewState {
  /** Run folders, in the order in which they are shown. */
  directories: string[];
}

export interface CompareRunsViewApi {
  /** By its place among the directories. One that cannot be read says why in its answer. */
  run(params: { index: number }, context: CallContext): Promise<ComparedRun>;
  /** Opens the run's own panel. */
  open(params: { directory: string }, context: CallContext): Promise<void>;
  save(params: SaveChunk, context: CallContext): Promise<{ saved: boolean }>;
}

export interface CompareRunsViewEvents {
  /** These have something new. */
  changed: { indices: number[] };
}
