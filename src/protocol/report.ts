/**
 * What the self-contained HTML report shows: written by the command line into `#report-data`, read by
 * webview/report.ts.
 */
import type { EpochEvent, JacobianEvent, MaskTotals, RunRecord, SignalsEvent, SpectrumEvent, UsageEvent } from './run';

export const reportDataVersion = 1;

/** Most points of the training curves a report carries; a longer run is thinned evenly, first and last step kept. */
export const maxReportPoints = 2000;
/** Most spectra of one layer, and most Jacobians: thinned likewise. */
export const maxReportSpectra = 40;
/** A mask with more rows or columns than this is carried as density cells instead of bits. */
export const maxReportMaskSide = 1024;

export interface ReportData {
  version: typeof reportDataVersion;
  /** ISO 8601. */
  generatedAt: string;
  /** Version of Sparsescope that made the report; the one that made the run is in `record.versions`. */
  sparsescope: string;
  record: RunRecord;
  /** The config, verbatim. */
  config: string;
  /** Completed updates. */
  step: number;
  /** Milliseconds from the run's creation to its last event. */
  elapsed: number;
  /** As of a snapshot. */
  missingSteps?: number;
  epochs: EpochEvent[];
  maskChanges: MaskTotals[];
  /** Of the last epoch; absent without one. */
  usage?: UsageEvent;
  metrics: ReportMetrics;
  /** By layer, then by step. */
  spectra: SpectrumEvent[];
  /** By step. */
  jacobians: JacobianEvent[];
  /** The first and the last. */
  signals: SignalsEvent[];
  /** At initialisation, in the order of the layers. A layer whose mask could not be read is left out. */
  masks: ReportMask[];
}

/** Columns of equal length, by step. */
export interface ReportMetrics {
  /** Steps recorded, before thinning. */
  total: number;
  step: number[];
  loss: number[];
  accuracy: number[];
  gradientNorm: number[];
  learningRate: number[];
}

interface ReportMaskBase {
  layer: string;
  /** Shape of the weight: out, in. */
  rows: number;
  columns: number;
  /** Base64. */
  data: string;
}

export type ReportMask =
  /** Row-major, least significant bit first, each row starting on a byte, as in `MaskTile.bits`. */
  | (ReportMaskBase & { form: 'bits' })
  /**
   * One byte per cell of a `cellRows` x `cellColumns` grid over the matrix: 255 times the share of weights kept in it.
   */
  | (ReportMaskBase & { form: 'cells'; cellRows: number; cellColumns: number });
