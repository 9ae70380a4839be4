/**
 * Every command, setting, view, context key and file pattern of the extension, once.
 *
 * `package.json` and `package.nls.json` are held against this file by test/unit/manifest.test.ts; everything in
 * src/host names them from here.
 */
import type { Uri } from 'vscode';
import type { GpuEngineId } from './gpu/engines';
import type { CompareMethod } from './protocol/compare';
import type { BackendChoice, DataSetName, RunHandle } from './protocol/engine';

/** What a command on a run needs to know of it; items of the Runs tree satisfy it. */
export interface RunReference {
  /** Absolute path of the run folder. */
  directory: string;
}

/** What a command on a sweep needs to know of it; items of the Runs tree satisfy it. */
export interface SweepReference {
  /** Absolute path of the sweep's folder. */
  directory: string;
}

/**
 * Arguments and result of each command. Every argument is optional: from the palette a command takes the active
 * editor, the only candidate, or asks.
 */
export interface CommandTypes {
  'sparsescope.runConfig': (config?: Uri) => Promise<RunHandle | undefined>;
  /** The sweep goes on after the answer. */
  'sparsescope.sweepConfig': (config?: Uri) => Promise<SweepReference | undefined>;
  'sparsescope.compareInitialisations': (config?: Uri, methods?: CompareMethod[]) => Promise<void>;
  'sparsescope.previewData': (config?: Uri) => Promise<void>;
  'sparsescope.diagnoseSharing': (config?: Uri) => Promise<void>;
  /** Diagnose Sharing, with a test of the config's own place on the map of divergence. */
  'sparsescope.testPrediction': (config?: Uri) => Promise<void>;
  /** Answers the config of the sweep that was written beside it. */
  'sparsescope.compareAtEqualMemory': (config?: Uri) => Promise<Uri | undefined>;
  'sparsescope.sharingTheory': () => Promise<void>;
  'sparsescope.runAgain': (run?: RunReference) => Promise<RunHandle | undefined>;
  'sparsescope.cancelRun': (run?: RunReference) => Promise<void>;
  'sparsescope.resumeRun': (run?: RunReference) => Promise<RunHandle | undefined>;
  'sparsescope.openRun': (run?: RunReference) => Promise<void>;
  /** From the tree: the item and all that are selected with it. */
  'sparsescope.compareRuns': (run?: RunReference, selected?: readonly RunReference[]) => Promise<void>;
  'sparsescope.deleteRun': (run?: RunReference) => Promise<void>;
  'sparsescope.revealRunFolder': (run?: RunReference) => Promise<void>;
  'sparsescope.openReport': (run?: RunReference) => Promise<void>;
  'sparsescope.cancelSweep': (sweep?: SweepReference) => Promise<void>;
  /** Where all trials have ended, those that failed begin anew. It goes on after the answer. */
  'sparsescope.resumeSweep': (sweep?: SweepReference) => Promise<SweepReference | undefined>;
  'sparsescope.openSweepReport': (sweep?: SweepReference) => Promise<void>;
  'sparsescope.revealSweepFolder': (sweep?: SweepReference) => Promise<void>;
  'sparsescope.deleteSweep': (sweep?: SweepReference) => Promise<void>;
  'sparsescope.refreshRuns': () => Promise<void>;
  'sparsescope.newConfig': () => Promise<void>;
  'sparsescope.openCheckpoint': () => Promise<void>;
  'sparsescope.downloadDataSet': (name?: DataSetName, directory?: Uri) => Promise<string[] | undefined>;
  /** Answers its package, or `undefined` when the choice was left or it was cancelled. */
  'sparsescope.installGpuEngine': (engine?: GpuEngineId) => Promise<string | undefined>;
  /** Answers the packages that were removed. */
  'sparsescope.removeGpuEngine': () => Promise<string[]>;
  'sparsescope.doctor': () => Promise<string>;
  'sparsescope.restartEngine': () => Promise<void>;
  'sparsescope.openLog': () => Promise<void>;
  'sparsescope.showActions': () => Promise<void>;
  'sparsescope.selectLayer': (layer?: string) => Promise<void>;
  'sparsescope.test.state': () => Promise<TestState>;
  /** Hands a message to the panel of a config's sharing, as though its page had sent it. */
  'sparsescope.test.send': (config: string, message: unknown) => Promise<void>;
}

export type CommandId = keyof CommandTypes;

/** What the integration tests may see of the extension; the commands of tests exist in `ExtensionMode.Test` only. */
export interface TestState {
  runs: { id: string; directory: string; state: string; step: number; description: string }[];
  sweeps: {
    id: string;
    directory: string;
    state: string;
    description: string;
    trials: { id: string; directory: string; title: string; description: string }[];
  }[];
  panels: { directory: string; tab: string; layer: string | null; step: number | null; calls: number }[];
  /**
   * By the path of the config: how often its view asked, the edit that each finding it was told suggests, if any, and
   * what came of its last test, place by place.
   */
  sharing: { config: string; asked: number; fixes: (string | null)[]; tested: string[] }[];
  tensorEditors: { uri: string; calls: number }[];
  layers: { name: string; description: string }[];
  engine: { state: string; pid: number | undefined; backend: string | undefined; starts: number };
  statusBar: { text: string; cancelVisible: boolean };
  diagnostics: number;
}

/** Commands a person finds in the palette: exactly those of `contributes.commands`. */
export const paletteCommands = [
  'sparsescope.runConfig',
  'sparsescope.sweepConfig',
  'sparsescope.compareInitialisations',
  'sparsescope.previewData',
  'sparsescope.diagnoseSharing',
  'sparsescope.testPrediction',
  'sparsescope.compareAtEqualMemory',
  'sparsescope.sharingTheory',
  'sparsescope.runAgain',
  'sparsescope.cancelRun',
  'sparsescope.resumeRun',
  'sparsescope.openRun',
  'sparsescope.compareRuns',
  'sparsescope.deleteRun',
  'sparsescope.revealRunFolder',
  'sparsescope.openReport',
  'sparsescope.cancelSweep',
  'sparsescope.resumeSweep',
  'sparsescope.openSweepReport',
  'sparsescope.revealSweepFolder',
  'sparsescope.deleteSweep',
  'sparsescope.refreshRuns',
  'sparsescope.newConfig',
  'sparsescope.openCheckpoint',
  'sparsescope.downloadDataSet',
  'sparsescope.installGpuEngine',
  'sparsescope.removeGpuEngine',
  'sparsescope.doctor',
  'sparsescope.restartEngine',
  'sparsescope.openLog',
] as const satisfies readonly CommandId[];

/** Commands the extension calls itself: from the status bar, a tree item, the tests. */
export const internalCommands = [
  'sparsescope.showActions',
  'sparsescope.selectLayer',
  'sparsescope.test.state',
  'sparsescope.test.send',
] as const satisfies readonly CommandId[];

export interface SettingTypes {
  'sparsescope.backend': BackendChoice;
  'sparsescope.openPanelOnRun': boolean;
  /** Trials at once; 0: one less than the machine has processors. */
  'sparsescope.sweepJobs': number;
  /** The program of a Node with npm; empty: the one of the PATH. */
  'sparsescope.node': string;
}

export const settingDefaults: SettingTypes = {
  'sparsescope.backend': 'auto',
  'sparsescope.openPanelOnRun': true,
  'sparsescope.sweepJobs': 0,
  'sparsescope.node': '',
};

/** A workspace that is not trusted may not choose these for the person. */
export const restrictedSettings = [
  'sparsescope.backend',
  'sparsescope.node',
] as const satisfies readonly (keyof SettingTypes)[];

/** View container and views of the activity bar. */
export const viewContainer = 'sparsescope';
export const views = { runs: 'sparsescope.runs', layers: 'sparsescope.layers' } as const;

/** `viewType` of the webview panel (one per run) and of the custom editor. */
export const runPanelType = 'sparsescope.run';
/** One per config. */
export const comparePanelType = 'sparsescope.compare';
/** One for each set of runs. */
export const compareRunsPanelType = 'sparsescope.compareRuns';
export const dataPanelType = 'sparsescope.data';
export const sharingPanelType = 'sparsescope.sharing';
/** One in a window. */
export const theoryPanelType = 'sparsescope.sharingTheory';
export const tensorEditorType = 'sparsescope.tensors';
export const walkthroughId = 'sparsescope.start';

export interface ContextKeyTypes {
  /** A run is going on in this window's engine. */
  'sparsescope.running': boolean;
  /** A sweep is going on in this window. */
  'sparsescope.sweeping': boolean;
  /** The run folders were read once: before that an empty list means nothing. */
  'sparsescope.runsLoaded': boolean;
}

export const contextKeys = [
  'sparsescope.running',
  'sparsescope.sweeping',
  'sparsescope.runsLoaded',
] as const satisfies readonly (keyof ContextKeyTypes)[];

/** `contextValue` of an item in the Runs tree: says which actions it has. */
export const runContexts = {
  live: 'run.live',
  resumable: 'run.resumable',
  completed: 'run.completed',
  unreadable: 'run.unreadable',
} as const;

/** The same of a sweep and of a trial: one that has begun, has ended, or has neither. */
export const sweepContexts = {
  live: 'sweep.live',
  resumable: 'sweep.resumable',
  completed: 'sweep.completed',
  unreadable: 'sweep.unreadable',
  trial: 'trial.live',
  ended: 'trial.ended',
  waiting: 'trial.waiting',
} as const;

/** File patterns. Configs stay YAML and JSON to the editor: no language of their own. */
export const configGlob = '**/*.sparse.{yaml,json}';
export const configFile = /\.sparse\.(yaml|json)$/;
export const runRecordGlob = '**/.sparsescope/runs/*/run.json';
export const sweepRecordGlob = '**/.sparsescope/sweeps/*/sweep.json';
export const tensorGlob = '*.safetensors';

/** Documents that get config diagnostics, hovers, completions and the CodeLens: wherever they are kept. */
export const configSelector = [{ scheme: '*', pattern: configGlob }];
