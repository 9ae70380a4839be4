/** What the host (or the command line) may ask of the engine process, and what the engine says by itself. */
import type { KernelKind } from '../core/kernels/kind';
import type { CompareMethod, Comparison } from './compare';
import type { DataPreview } from './data-preview';
import type { CallContext } from './rpc';
import type { SharingLevel, SharingReport, SharingTest, TestedPoint } from './sharing';
import type { backendChoices, BackendName, Device, InitDetails, RunEvent, RunRecord } from './run';
import type { SharedFile } from './sharing';

/**
 * Raised with every change of the interfaces in this folder: an engine and a host of different builds must not talk.
 */
export const protocolVersion = 5;

export type BackendChoice = (typeof backendChoices)[number];

/** Of Node: WebAssembly needs fewer addresses with it. */
export const fewAddressesFlag = '--disable-wasm-trap-handler';

export interface EngineInfo {
  protocolVersion: number;
  sparsescope: string;
  node: string;
  tfjs: string;
  pid: number;
  backend: BackendName;
  /** Why this backend and not a better one, to be read after its name and a colon. */
  reason: string;
  /** The graphics card it computes on. */
  device?: Device;
  /** Those that were found to work; only those that were looked at, where one was asked for by its name. */
  available: BackendName[];
  /**
   * What our own hot loops are compiled to, and how many threads compute in them; `reason`: why they are not compiled,
   * `oneThread`: why there is one only, both to be read after a colon.
   */
  kernels: { kind: KernelKind; reason?: string; threads: number; oneThread?: string };
  /** What `compute.backend: auto` takes for runs of which few enough weights are kept. */
  executor: NonNullable<RunRecord['executor']>;
}

/** As a run's record has it. */
export const backendOf = ({ backend: name, reason, device }: EngineInfo): RunRecord['backend'] => ({
  name,
  reason,
  ...(device && { device }),
});

export interface StartRun {
  configPath: string;
  /** The text to run: what the editor shows, saved or not. */
  configText: string;
  /** Folder that holds (or will hold) `.sparsescope`. */
  root: string;
  /** Exact run folder instead of a new one under `root`; it must not exist or be empty. */
  directory?: string;
}

/** A config and where its files are. */
export interface ConfigSource {
  configPath: string;
  configText: string;
  /** Folder that holds `.sparsescope`. */
  root: string;
}

/** One maskable layer of a network that was drawn and not looked at any further. */
export interface InitialLayer {
  name: string;
  /** Of the weight: (out, in), of a convolution (out, in / groups, kh, kw). */
  shape: number[];
  /** What the distribution gave it, or the wanted pattern keeps. */
  targetDensity: number;
  density: number;
  nonZeros: number;
  /** Never pruned: no part of the density of the network. */
  dense?: true;
  details?: InitDetails;
}

export interface RunHandle {
  id: string;
  directory: string;
}

/** Where a run goes on: after so many updates; not initialised, it begins anew. */
export interface GoesOnFrom {
  step: number;
  initialised: boolean;
}

export interface ResumedRun extends RunHandle {
  from: GoesOnFrom;
}

export type DataSetName = 'mnist' | 'cifar-10' | 'cifar-100';

export interface EngineApi {
  /**
   * First call on a channel. Fails with `engine.version-mismatch` when the two builds differ. `threads`: at most so
   * many in our own kernels, where other processes compute besides; as many as there are cores by default.
   */
  hello(
    params: { protocolVersion: number; backend: BackendChoice; threads?: number },
    context: CallContext,
  ): Promise<EngineInfo>;
  /** Answers when the run folder exists and its work has begun; the rest is told by `runEvent` and `runEnded`. */
  startRun(params: StartRun, context: CallContext): Promise<RunHandle>;
  /** Goes on from the last checkpoint, or from the start when there is none. */
  resumeRun(params: { directory: string }, context: CallContext): Promise<ResumedRun>;
  /** Answers when the run has stopped, at most one step later. `directory`: of two runs of one id in two projects. */
  cancelRun(params: { id: string; directory?: string }, context: CallContext): Promise<void>;
  /** Draws the initial network; writes it as one safetensors file where there is an `output`. */
  initialise(params: ConfigSource & { output?: string }, context: CallContext): Promise<{ layers: InitialLayer[] }>;
  /** Writes the dense network as the scores of the config's distribution prune it, with the scores. */
  prune(params: ConfigSource & { output: string }, context: CallContext): Promise<{ layers: InitialLayer[] }>;
  /** Writes the weights of a file with those that the config shares put into a memory. */
  shareWeights(params: ConfigSource & { file: string; output: string }, context: CallContext): Promise<SharedFile>;
  /** Draws the config's network by each method; one that fails answers with its error beside the others. */
  compareInitialisations(
    params: ConfigSource & { methods: CompareMethod[] },
    context: CallContext,
  ): Promise<Comparison>;
  /**
   * What sharing weights does to the config's network, and whether it will diverge. `static` reads no data; `batch` and
   * `sharpness` the first training batch of a run, each with what the levels below it tell.
   */
  diagnoseSharing(params: ConfigSource & { level: SharingLevel }, context: CallContext): Promise<SharingReport>;
  /** Trains the config's network a few steps at each point, without a run folder, beside what is predicted there. */
  testSharing(params: ConfigSource & SharingTest, context: CallContext): Promise<TestedPoint[]>;
  /** Reads a config's data as a run would; the network need not fit it. */
  previewData(params: ConfigSource, context: CallContext): Promise<DataPreview>;
  downloadDataSet(
    params: { name: DataSetName; directory: string },
    context: CallContext,
  ): Promise<{ files: string[]; bytes: number }>;
  /**
   * Stops what runs, which can be resumed, and is interrupted unless a person cancelled it; the process ends by itself.
   */
  shutdown(params: { cancelled?: boolean }, context: CallContext): Promise<void>;
}

export interface EngineEvents {
  /** Written to the journal already when it is sent. */
  runEvent: { id: string; directory: string; event: RunEvent };
  /** `run.json` as last written. */
  runChanged: { id: string; directory: string; record: RunRecord };
  /** Another backend computes from now on: the one before was lost. */
  infoChanged: EngineInfo;
  log: { level: 'info' | 'warn' | 'error'; message: string };
}
