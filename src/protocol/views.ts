/** What a webview may ask of the extension host, and what the host tells it. No message is over 1 MiB. */
import type { TileRange } from '../core/mask';
import type { Beginning } from '../core/rotation-sequence';
import type { TensorStatistics } from '../core/stats';
import type { CompareViewState } from './compare';
import type { CompareRunsViewState } from './compare-runs';
import type { DataViewState } from './data-preview';
import type { CallContext } from './rpc';
import type { SaveChunk } from './save';
import type { SharedWeightCalls, SharingCalls, SharingCourseCalls, SharingViewState } from './sharing-view';
import type { EpochEvent, JacobianEvent, RunRecord, SignalsEvent, SpectrumEvent, MaskTotals, UsageEvent } from './run';

/** The largest message to or from a webview. */
export const maxMessageBytes = 1 << 20;

export type RunTab = 'mask' | 'givens' | 'spectrum' | 'sharing' | 'training';

/** One subject, one layer, one step: shared by all tabs, kept by `setState`. */
export interface RunViewState {
  /** Run folder. */
  directory: string;
  tab: RunTab;
  layer: string | null;
  /** Step whose weights are shown: 0 is the initialisation, others are checkpoints; `null` follows the newest one. */
  step: number | null;
}

/** `bits`: row-major, least significant bit first, each row starting on a byte. */
export interface MaskTile extends TileRange {
  bits: Uint8Array;
}

/** `values[i] * scale` is the weight, row-major; |value| <= 127, and 0 only where the weight is zero. */
export interface WeightTile extends TileRange {
  scale: number;
  values: Int8Array;
}

/** Weights as the file has them, row-major: for tables, exports and the read-out. */
export interface ValueTile extends TileRange {
  values: Float64Array;
}

/** Rotations `[start, end)` of the sequence as drawn. */
export interface RotationRequest {
  layer: string;
  /** Of a convolution in groups, from 0, the default. */
  group?: number;
  start: number;
  end: number;
}

export interface RotationPage {
  start: number;
  total: number;
  /** Matrix shape (out, in); the rotated axes are the columns when out <= in, else the rows. */
  shape: [number, number];
  /** Whether the last rotation was undone because the state before it is nearer to the target density. */
  lastUndone: boolean;
  first: Uint32Array;
  second: Uint32Array;
  /** Radians. */
  angle: Float64Array;
  /** Where the product begins, if not at the identity; with every page. */
  beginning?: Beginning;
  /** Of a matrix that is a multiple of the product: by what it was divided; with every page. Default 1. */
  gain?: number;
}

/** Element types of tensors that are factored into rotations. */
export const factoredDtypes = ['F64', 'F32', 'F16', 'BF16'] as const;
export type FactoredDtype = (typeof factoredDtypes)[number];

/**
 * Rows and columns of the largest matrix that is factored: its rotations are up to so many for each of the shorter
 * dimension.
 */
export const mostFactoredAxes = 4096;

/** A page replays a sequence in its own memory: above this many weights it would not be smooth, nor small. */
export const mostPlayedWeights = 1 << 24;

/** Step metrics `[start, end)` as columns, in journal order. */
export interface MetricsPage {
  start: number;
  total: number;
  step: Float64Array;
  loss: Float64Array;
  accuracy: Float64Array;
  gradientNorm: Float64Array;
  learningRate: Float64Array;
}

export interface RunSnapshot {
  record: RunRecord;
  /** Completed updates. */
  step: number;
  /** Steps with a checkpoint, ascending; 0 (the initialisation) comes first once it is there. */
  checkpoints: number[];
  epochs: EpochEvent[];
  /** Changes of the masks, by step. */
  maskChanges: MaskTotals[];
  /** Of the last epoch that was told. */
  usage?: UsageEvent;
  /** Milliseconds since creation at the last event. */
  elapsed: number;
  /** Completed updates that the journal does not tell of: lines of it were lost or damaged. Absent where none are. */
  missingSteps?: number;
}

export interface RunViewApi extends SharingCalls, SharingCourseCalls, SharedWeightCalls {
  snapshot(params: Record<string, never>, context: CallContext): Promise<RunSnapshot>;
  /** `step`: 0, the default, or a checkpoint's. */
  maskTile(params: { layer: string; step?: number } & TileRange, context: CallContext): Promise<MaskTile>;
  weightTile(params: { layer: string; step: number } & TileRange, context: CallContext): Promise<WeightTile>;
  valueTile(params: { layer: string; step: number } & TileRange, context: CallContext): Promise<ValueTile>;
  rotations(params: RotationRequest, context: CallContext): Promise<RotationPage>;
  metrics(params: { start: number; end: number }, context: CallContext): Promise<MetricsPage>;
  /** All spectra of one layer, by step. */
  spectra(
    params: { layer: string; start: number; end: number },
    context: CallContext,
  ): Promise<{ total: number; items: SpectrumEvent[] }>;
  jacobians(
    params: { start: number; end: number },
    context: CallContext,
  ): Promise<{ total: number; items: JacobianEvent[] }>;
  signals(
    params: { start: number; end: number },
    context: CallContext,
  ): Promise<{ total: number; items: SignalsEvent[] }>;
  /** The person chose something here: other views follow. */
  select(params: RunViewState, context: CallContext): Promise<void>;
  /** Runs one of the extension's commands for the shown run. */
  act(params: { action: 'cancel' | 'resume' | 'open-config' | 'show-log' }, context: CallContext): Promise<void>;
  /** Asks where, writes there. `bytes` at most `maxMessageBytes` a call; `offset` 0 begins, `last` ends. */
  save(params: SaveChunk, context: CallContext): Promise<{ saved: boolean }>;
}

export interface RunViewEvents {
  /** At most 10 times a second. */
  changed: RunSnapshot;
  select: RunViewState;
}

/** One tensor as its file's header tells it; nothing of its data is read. */
export interface TensorInfo {
  name: string;
  dtype: string;
  shape: number[];
  bytes: number;
  /**
   * Matrices that its rows are, above 1, as the file tells: groups of a convolution, or a stack. Each is played on its
   * own.
   */
  groups?: number;
  /** The recorded sequence of rotations that it is a part of. */
  sequence?: string;
}

/** Rotations `[start, end)` of a recorded sequence, or of those that make an orthogonal matrix. */
export interface TensorRotationRequest {
  name: string;
  /** Blocks of rows that are matrices of their own. Default: as the file tells, else 1. */
  groups?: number | undefined;
  /** Which of them, from 0, the default. */
  group?: number | undefined;
  start: number;
  end: number;
}

export interface TensorFileSummary {
  fileName: string;
  /** File size, bytes. */
  size: number;
  headerBytes: number;
  metadata: Record<string, string>;
  tensors: number;
  /**
   * Why the weights that a memory in the file stands for cannot be recovered; then only what is in the file is listed.
   */
  problem?: string;
}

export interface TensorViewApi {
  summary(params: Record<string, never>, context: CallContext): Promise<TensorFileSummary>;
  tensors(params: { start: number; end: number }, context: CallContext): Promise<TensorInfo[]>;
  statistics(params: { name: string }, context: CallContext): Promise<TensorStatistics>;
  /** Non-zero pattern of the tensor viewed as (first axis, all others). */
  maskTile(params: { name: string } & TileRange, context: CallContext): Promise<MaskTile>;
  weightTile(params: { name: string } & TileRange, context: CallContext): Promise<WeightTile>;
  valueTile(params: { name: string } & TileRange, context: CallContext): Promise<ValueTile>;
  /** Those that make an orthogonal matrix are found when they are first asked for: that call tells how far it is. */
  rotations(params: TensorRotationRequest, context: CallContext): Promise<RotationPage>;
  save(params: SaveChunk, context: CallContext): Promise<{ saved: boolean }>;
}

export interface TensorViewEvents {
  /** The file changed on disk. */
  changed: TensorFileSummary;
}

/** What the host writes into a webview's page for its first paint (`data-boot` on the body). */
export type ViewBoot =
  | { view: 'run'; state: RunViewState }
  | { view: 'compare'; state: CompareViewState }
  | { view: 'compare-runs'; state: CompareRunsViewState }
  | { view: 'data'; state: DataViewState }
  | { view: 'sharing'; state: SharingViewState }
  | { view: 'sharing-theory'; state: Record<string, never> }
  | { view: 'tensors'; state: { uri: string; tensor: string | null } };
