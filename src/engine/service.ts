/** Serves `EngineApi`: in the forked process behind its channel, in the command line directly. */
import * as tf from '@tensorflow/tfjs';
import type { BackendChoice, ConfigSource, EngineApi, EngineInfo, RunHandle } from '../protocol/engine';
import { protocolVersion } from '../protocol/engine';
import type { CallContext } from '../protocol/rpc';
import type { BackendName, Device, RunRecord } from '../protocol/run';
import { backends as allBackends, choose } from './backends/choose';
import type { Backend, StartedBackend } from './backends/backend';
import type { Choice } from './backends/choose';
import { downloadDataSet } from './data/download';
import { previewData } from './data/preview';
import { compareInitialisations } from './compare';
import * as errors from './errors';
import { processKernels } from './kernels/load';
import { initialise, prune } from './initial-network';
import type { Source } from './initial-network';
import type { Prepared } from './prepare';
import { checkedConfig, prepareResume, prepareStart, resumable } from './prepare';
import { Recorded } from './recorded';
import type { Emit } from './recorder';
import { shareWeights } from './rps/share';
import type { Stop } from './run';
import { diagnoseSharing } from './rps/diagnose';
import { testSharing } from './rps/test-points';
import { Run } from './run';
import { version } from './version';

const sourceOf = async ({ configPath, configText, root }: ConfigSource): Promise<Source> => ({
  configPath,
  root,
  ...(await checkedConfig(configText, configPath)),
});

export class EngineService {
  private info: EngineInfo | undefined;
  private readonly runs = new Map<string, Run>();
  /** Folders whose run is being prepared: two resumes of one folder at once must not both write there. */
  private readonly claimed = new Set<string>();
  /** The backend of each run that is going on or being prepared: TensorFlow.js computes with one at a time. */
  private readonly holds = new Map<symbol, BackendName>();
  /** Why a backend that seemed to work does not, once it was tried here. */
  private readonly broken = new Map<BackendName, string>();
  private ending: Stop | undefined;

  /** `onShutdown`: called once, when `shutdown` was asked for and everything has stopped. `backends`: best first. */
  constructor(
    private readonly emit: Emit,
    private readonly onShutdown: () => void = () => undefined,
    private readonly backends: readonly Backend[] = allBackends,
  ) {}

  readonly api: EngineApi = {
    hello: async (params) => {
      if (params.protocolVersion !== protocolVersion)
        throw errors.versionMismatch(params.protocolVersion, protocolVersion);
      return this.greet(params.backend);
    },
    startRun: async (params, context) => {
      const { backend, reason, device } = await this.ready();
      const circumstances = {
        versions: this.versions(),
        backend: { name: backend, reason, ...(device && { device }) },
      };
      return this.begin(backend, () => prepareStart(params, circumstances, this.emit, context));
    },
    resumeRun: ({ directory }, context) => this.resume(directory, context),
    cancelRun: async ({ id, directory }) => {
      const found = [...this.runs.values()].filter(
        (run) => run.record.id === id && (directory === undefined || run.directory === directory),
      );
      if (found.length === 0) throw errors.noSuchRun(id);
      await Promise.all(found.map((run) => run.stop('cancelled')));
    },
    initialise: async (params, context) => ({
      layers: await initialise(await sourceOf(params), params.output, context),
    }),
    prune: async (params, context) => {
      await this.ready();
      return { layers: await prune(await sourceOf(params), params.output, context) };
    },
    shareWeights: async (params, context) => shareWeights(await sourceOf(params), params.file, params.output, context),
    compareInitialisations: async (params, context) => {
      await this.ready();
      return compareInitialisations(await sourceOf(params), params.methods, context);
    },
    diagnoseSharing: async (params, context) => {
      await this.ready();
      return diagnoseSharing(await sourceOf(params), params.level, context);
    },
    testSharing: async (params, context) => {
      await this.ready();
      return testSharing(await sourceOf(params), params, context);
    },
    previewData: (params, context) => previewData(params, context),
    downloadDataSet: (params, context) => downloadDataSet(params, context),
    shutdown: async () => {
      await this.stopAll('interrupted');
      this.onShutdown();
    },
  };

  /** Resolves when no run is going on. */
  async whenIdle(): Promise<void> {
    while (this.runs.size > 0) await Promise.all([...this.runs.values()].map((run) => run.finished));
  }

  /** Takes no new work and stops what runs, each run after its step. */
  async stopAll(how: Stop): Promise<void> {
    this.ending = how;
    await Promise.all([...this.runs.values()].map((run) => run.stop(how)));
  }

  private async greet(choice: BackendChoice): Promise<EngineInfo> {
    const { backend, reason, available, device } = await this.chosen(choice);
    const { kernels, reason: plainReason } = processKernels();
    this.info = {
      protocolVersion,
      sparsescope: version,
      node: process.versions.node,
      tfjs: tf.version.tfjs,
      pid: process.pid,
      backend: backend.name,
      reason,
      ...(device && { device }),
      available,
      kernels: { kind: kernels.kind, ...(plainReason !== undefined && { reason: plainReason }) },
    };
    return this.info;
  }

  /** Chooses, and starts what was chosen: `auto` takes the next where the best does not start after all. */
  private async chosen(choice: BackendChoice): Promise<Choice & { device?: Device }> {
    const among = this.backends.map((backend): Backend => {
      const reason = this.broken.get(backend.name);
      return reason === undefined ? backend : { ...backend, available: () => Promise.resolve({ ok: false, reason }) };
    });
    const chosen = await choose(choice, among);
    const { name } = chosen.backend;
    try {
      const { device } = await this.useBackend(name);
      return { ...chosen, ...(device && { device }) };
    } catch (error) {
      const reason = errors.unavailableReason(error);
      if (choice !== 'auto' || reason === undefined) throw error;
      this.broken.set(name, reason);
      return this.chosen(choice);
    }
  }

  private ready(): Promise<EngineInfo> {
    if (this.ending) return Promise.reject(errors.stopping());
    return this.info ? Promise.resolve(this.info) : Promise.reject(errors.notGreeted());
  }

  private versions(): RunRecord['versions'] {
    return { sparsescope: version, node: process.versions.node, tfjs: tf.version.tfjs };
  }

  /** @throws SparseError `engine.backend-busy`, `engine.unknown-backend` */
  private async useBackend(name: BackendName): Promise<StartedBackend> {
    const other = [...this.holds.values()].find((held) => held !== name);
    if (other !== undefined) throw errors.backendBusy(name, other);
    const backend = this.backends.find((candidate) => candidate.name === name);
    if (!backend)
      throw errors.unknownBackend(
        name,
        this.backends.map((candidate) => candidate.name),
      );
    return backend.start();
  }

  /** Holds the backend from the preparation to the end of the run. */
  private async begin(backend: BackendName, prepare: () => Promise<Prepared>): Promise<RunHandle> {
    const hold = Symbol(backend);
    const using = this.useBackend(backend);
    this.holds.set(hold, backend);
    try {
      await using;
      const { recorder, work, events } = await prepare();
      const run = new Run(recorder, work, new Recorded(events), this.emit);
      const { directory } = run;
      this.runs.set(directory, run);
      void run.finished.then(() => {
        this.runs.delete(directory);
        this.holds.delete(hold);
      });
      // The engine was told to stop while this run was being prepared.
      if (this.ending) await run.stop(this.ending);
      return { id: run.record.id, directory };
    } catch (error) {
      this.holds.delete(hold);
      throw error;
    }
  }

  private async resume(directory: string, context: CallContext): Promise<RunHandle> {
    await this.ready();
    const found = await resumable(directory);
    const key = found.folder.directory;
    if (this.runs.has(key) || this.claimed.has(key)) throw errors.runIsLive(directory);
    this.claimed.add(key);
    try {
      // The same result needs the same arithmetic: the run's backend, not the one chosen for new runs.
      const backend = found.record.backend.name;
      return await this.begin(backend, () => prepareResume(found, this.versions(), this.emit, context));
    } finally {
      this.claimed.delete(key);
    }
  }
}
