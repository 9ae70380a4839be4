/** What commands and views are given: made once in `activate`, passed on, never global. */
import type * as vscode from 'vscode';
import type { ReportMaker } from '../runs/report/write';
import type { EngineClient } from './engine-client';
import type { Installations } from './installations';
import type { Report } from './log';
import type { RunStore } from './run-store';
import type { Selection } from './selection';
import type { SweepRunner } from './sweep-runner';
import type { SweepStore } from './sweep-store';
import type { ComparePanels } from './views/compare-panels';
import type { CompareRunsPanels } from './views/compare-runs-panels';
import type { DataPanels } from './views/data-panels';
import type { RunPanels } from './views/run-panels';
import type { SharingPanels } from './views/sharing-panels';
import type { TheoryPanel } from './views/theory-panel';

export interface Services {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  report: Report;
  engine: EngineClient;
  store: RunStore;
  sweeps: SweepStore;
  sweepRunner: SweepRunner;
  reportMaker: ReportMaker;
  installations: Installations;
  /** The window is being closed: nobody reads what is said. */
  closing: () => boolean;
  selection: Selection;
  panels: RunPanels;
  comparisons: ComparePanels;
  runComparisons: CompareRunsPanels;
  previews: DataPanels;
  sharing: SharingPanels;
  theory: TheoryPanel;
}
