/** Serves `EngineApi`: in the forked process behind its channel, in the command line directly. */
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { needsExamples } from '../config/methods';
import type { Config } from '../config/types';
import type { BackendChoice, ConfigSource, EngineApi, EngineInfo, ResumedRun } from '../protocol/engine';
import { backendOf, protocolVersion } from '../protocol/engine';
import { RpcCancelled } from '../protocol/rpc';
import type { CallContext } from '../protocol/rpc';
import type { BackendName, RunRecord } from '../protocol/run';
import { backends as allBackends } from './backends/choose';
import { BackendsInUse, recordOf } from './backends/in-use';
import type { Started } from './backends/in-use';
import type { Backend } from './backends/backend';
import { downloadDataSet } from './data/download';
import { previewData } from './data/preview';
import { compareInitialisations } from './compare';
import * as errors from './errors';
import { executorOfSparseRuns } from './sparse/choose';
import { processKernels } from './kernels/process';
import { initialise, prune } from './initial-network';
import type { Source } from './initial-network';
import type { OtherBackend, Prepared } from './prepare';
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

/** Whether the weights are kept by what is computed of a batch. */
const byExamples = ({ config }: Source): boolean => needsExamples(config.sparsity.distribution);

/** A run, and those that go on with it where a backend is lost. */
interface Live {
  run: Run;
  /** Resolves when nothing goes on with it any more; never rejects. */
  ended: Promise<void>;
}

const stopped = async (live: Live, how: Stop): Promise<void> => {
  await live.run.stop(how);
  await live.ended;
};

export class EngineService {
  private info: EngineInfo | undefined;
  /** What `hello` asked for. */
  private asked: BackendChoice | undefined;
  private readonly runs = new Map<string, Live>();
  /** Folders whose run is being prepared: two resumes of one folder at once must not both write there. */
  private readonly claimed = new Set<string>();
  private readonly backends: BackendsInUse;
  private ending: Stop | undefined;

  /** `onShutdown`: called once, when `shutdown` was asked for and everything has stopped. `backends`: best first. */
  constructor(
    private readonly emit: Emit,
    private readonly onShutdown: () => void = () => undefined,
    backends: readonly Backend[] = allBackends,
  ) {
    this.backends = new BackendsInUse(backends);
  }

  readonly api: EngineApi = {
    hello: async (params, context) => {
      if (params.protocolVersion !== protocolVersion)
        throw errors.versionMismatch(params.protocolVersion, protocolVersion);
      processKernels(params.threads);
      return this.greet(params.backend, context);
    },
    startRun: async (params, context) => {
      await this.ready();
      const { config } = await checkedConfig(params.configText, params.configPath);
      const backend = await this.backendOfRun(config, context);
      const circumstances = { versions: this.versions(), backend };
      const { id, directory } = await this.begin(backend.name, () =>
        prepareStart(params, circumstances, this.emit, context),
      );
      return { id, directory };
    },
    resumeRun: ({ directory }, context) => this.resume(directory, context),
    cancelRun: async ({ id, directory }) => {
      const found = [...this.runs.values()].filter(
        ({ run }) => run.record.id === id && (directory === undefined || run.directory === directory),
      );
      if (found.length === 0) throw errors.noSuchRun(id);
      await Promise.all(found.map((live) => stopped(live, 'cancelled')));
    },
    initialise: (params, context) =>
      this.compute(
        params,
        async (source) => ({ layers: await initialise(source, params.output, context) }),
        byExamples,
      ),
    prune: (params, context) =>
      this.compute(params, async (source) => ({ layers: await prune(source, params.output, context) }), byExamples),
    shareWeights: async (params, context) => shareWeights(await sourceOf(params), params.file, params.output, context),
    compareInitialisations: (params, context) =>
      this.compute(params, (source) => compareInitialisations(source, params.methods, context)),
    diagnoseSharing: (params, context) =>
      this.compute(params, (source) => diagnoseSharing(source, params.level, context)),
    testSharing: (params, context) => this.compute(params, (source) => testSharing(source, params, context)),
    previewData: (params, context) => previewData(params, context),
    downloadDataSet: (params, context) => downloadDataSet(params, context),
    shutdown: async ({ cancelled = false }) => {
      await this.stopAll(cancelled ? 'cancelled' : 'interrupted');
      this.onShutdown();
    },
  };

  /** Resolves when no run is going on. */
  async whenIdle(): Promise<void> {
    while (this.runs.size > 0) await Promise.all([...this.runs.values()].map(({ ended }) => ended));
  }

  /** Takes no new work and stops what runs, each run after its step. */
  async stopAll(how: Stop): Promise<void> {
    this.ending = how;
    await Promise.all([...this.runs.values()].map((live) => stopped(live, how)));
  }

  /**
   * The one that the config names, else that of the engine; where nobody named that, the next one when it is gone.
   * @throws SparseError `engine.backend-unavailable`, `engine.backend-busy`; RpcCancelled
   */
  private async backendOfRun({ compute }: Config, context: CallContext): Promise<RunRecord['backend']> {
    if (compute.backend !== 'auto' && compute.backend !== 'sparse')
      return recordOf(await this.backends.choose(compute.backend, context));
    const info = await this.ready();
    const why = this.asked === 'auto' ? await this.backends.whyNot(info.backend) : undefined;
    return why === undefined ? backendOf(info) : recordOf(await this.replace(info.backend, why));
  }

  /**
   * What runs compute with, and where there are none the backend of the engine, or the next one when it is gone.
   * @throws SparseError `engine.backend-unavailable`, `engine.backend-busy`
   */
  private async backendOfWork(hold: symbol): Promise<BackendName> {
    const { backend } = await this.ready();
    const name = this.backends.held ?? backend;
    const why = await this.backends.whyNot(name, hold);
    if (why === undefined) return name;
    if (this.asked !== 'auto') throw errors.backendUnavailable(name, why);
    return (await this.replace(name, why, hold)).backend.name;
  }

  /**
   * Work of which nothing is kept until it is done: where its backend is lost, all of it again on the next one, which
   * is said. `computes`: whether any backend is needed.
   * @throws SparseError `engine.backend-unavailable`, `engine.backend-busy`, and as `sourceOf` and the work;
   * RpcCancelled
   */
  private async compute<T>(
    params: ConfigSource,
    work: (source: Source) => Promise<T>,
    computes: (source: Source) => boolean = () => true,
  ): Promise<T> {
    await this.ready();
    const source = await sourceOf(params);
    if (!computes(source)) return work(source);
    const hold = Symbol(params.configPath);
    try {
      for (let name = await this.backendOfWork(hold); ;) {
        let why: string | undefined;
        try {
          const done = await work(source);
          why = this.backends.lossOf(name);
          if (why === undefined) return done;
        } catch (error) {
          why = error instanceof RpcCancelled ? undefined : this.backends.lossOf(name, error);
          if (why === undefined) throw error;
        }
        const next = (await this.replace(name, why, hold)).backend.name;
        const { message } = errors.backendLost(name, why, next);
        this.emit('log', { level: 'warn', message: `${basename(params.configPath)}: ${message}` });
        name = next;
      }
    } finally {
      this.backends.release(hold);
    }
  }

  private async greet(choice: BackendChoice, context: CallContext): Promise<EngineInfo> {
    this.asked = choice;
    const started = await this.backends.choose(choice, context);
    // Else threads that cannot start would be counted.
    await processKernels().pool.settled();
    return (this.info = this.told(started));
  }

  private told({ backend, reason, available, device }: Started): EngineInfo {
    const { kernels, reason: plainReason, pool } = processKernels();
    return {
      protocolVersion,
      sparsescope: version,
      node: process.versions.node,
      tfjs: tf.version.tfjs,
      pid: process.pid,
      backend: backend.name,
      reason,
      ...(device && { device }),
      available,
      kernels: {
        kind: kernels.kind,
        ...(plainReason !== undefined && { reason: plainReason }),
        threads: pool.wanted,
        ...(pool.reason !== undefined && { oneThread: pool.reason }),
      },
      executor: executorOfSparseRuns(backend.name),
    };
  }

  private ready(): Promise<EngineInfo> {
    if (this.ending) return Promise.reject(errors.stopping());
    return this.info ? Promise.resolve(this.info) : Promise.reject(errors.notGreeted());
  }

  private versions(): RunRecord['versions'] {
    return { sparsescope: version, node: process.versions.node, tfjs: tf.version.tfjs };
  }

  /** Takes what works after `name`, which does not, from now on for all runs. */
  private async replace(name: BackendName, why: string, hold?: symbol): Promise<Started> {
    const next = await this.backends.replace(name, why, hold);
    if (this.info?.backend === name) {
      this.info = this.told(next);
      this.emit('infoChanged', this.info);
    }
    return next;
  }

  /** Holds the backend from the preparation to the end of the run. */
  private async begin(backend: BackendName, prepare: () => Promise<Prepared>): Promise<ResumedRun> {
    const hold = Symbol(backend);
    try {
      await this.backends.use(backend, hold);
      const prepared = await prepare();
      const from = errors.goesOnFrom(prepared.work.from);
      const run = this.run(prepared);
      const { directory } = run;
      const live: Live = { run, ended: Promise.resolve() };
      live.ended = this.see(live, hold);
      this.runs.set(directory, live);
      // The engine was told to stop while this run was being prepared.
      if (this.ending) await stopped(live, this.ending);
      return { id: run.record.id, directory, from };
    } catch (error) {
      this.backends.release(hold);
      throw error;
    }
  }

  private run({ recorder, work, events }: Prepared): Run {
    const { name } = recorder.record.backend;
    return new Run(recorder, work, new Recorded(events), this.emit, (error) => this.backends.lossOf(name, error));
  }

  /** Waits for the end of a run, and goes on with it as often as its backend is lost. */
  private async see(live: Live, hold: symbol): Promise<void> {
    for (let next: Run | undefined = live.run; next;) {
      live.run = next;
      await next.finished;
      next = next.lost === undefined ? undefined : await this.goOn(next, next.lost, hold);
      // It was told to stop while the next one was being prepared.
      const how: Stop | undefined = live.run.stopping ?? this.ending;
      if (next && how) void next.stop(how);
    }
    this.runs.delete(live.run.directory);
    this.backends.release(hold);
  }

  /** On the next backend, from the last checkpoint; nothing where that cannot be, which the record then tells. */
  private async goOn(run: Run, why: string, hold: symbol): Promise<Run | undefined> {
    const { name } = run.record.backend;
    try {
      const next = await this.replace(name, why, hold);
      const warning: OtherBackend['warning'] = (from) => errors.backendLost(name, why, next.backend.name, from);
      const other = { backend: recordOf(next), warning };
      const context = { signal: new AbortController().signal, progress: () => undefined };
      return this.run(await prepareResume(await resumable(run.directory), this.versions(), this.emit, context, other));
    } catch (error) {
      await run.giveUp(error).catch((cause: unknown) => {
        this.emit('log', { level: 'error', message: errors.describeError(cause).message });
      });
      return undefined;
    }
  }

  private async resume(directory: string, context: CallContext): Promise<ResumedRun> {
    await this.ready();
    const found = await resumable(directory);
    const key = found.folder.directory;
    if (this.runs.has(key) || this.claimed.has(key)) throw errors.runIsLive(directory);
    this.claimed.add(key);
    try {
      const other = await this.otherThan(found.record.backend.name);
      const backend = other?.backend.name ?? found.record.backend.name;
      return await this.begin(backend, () => prepareResume(found, this.versions(), this.emit, context, other));
    } finally {
      this.claimed.delete(key);
    }
  }

  /**
   * The same result needs the same arithmetic: the run's backend, and another one only where that does not work any
   * more.
   */
  private async otherThan(name: BackendName): Promise<OtherBackend | undefined> {
    const reason = await this.backends.whyNot(name);
    if (reason === undefined) return undefined;
    const next = await this.replace(name, reason);
    return {
      backend: recordOf(next),
      warning: (from) => errors.backendChanged(name, reason, next.backend.name, from),
    };
  }
}
