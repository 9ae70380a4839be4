/** The sweep that goes on in this window. */
import { RpcCancelled } from '../protocol/rpc';
import type { SweepStop } from '../protocol/sweep';
import type { ReportMaker } from '../runs/report/write';
import type { SweepPlan } from '../sweep/plan';
import { interruption } from '../runs/interruption';
import { runSweep } from '../sweep/run-sweep';
import type { SweepListener, SweepOutcome } from '../sweep/run-sweep';
import { Emitter } from './emitter';
import { describeError, sweepGoesOn } from './errors';

export interface SweepRunnerOptions {
  /** dist/engine.js */
  modulePath: string;
  /** The program of Node that runs the trials; undefined for the one this runs in. */
  node?: () => string | undefined;
  maker: ReportMaker;
  report: (error: unknown) => void;
}

interface Live {
  /** Folder of the sweep, once it has one. */
  directory: string | undefined;
  id: string;
  controller: AbortController;
  done: Promise<unknown>;
}

export class SweepRunner {
  private live: Live | undefined;
  private readonly changed: Emitter<void>;

  constructor(private readonly options: SweepRunnerOptions) {
    this.changed = new Emitter(options.report);
  }

  /** A sweep began or ended. */
  get onDidChange(): Emitter<void>['event'] {
    return this.changed.event;
  }

  /** The folder of the sweep that goes on. */
  get running(): string | undefined {
    return this.live?.directory;
  }

  /**
   * Runs a sweep to its end, whatever that is.
   * @throws SparseError `host.sweep-goes-on` while there is another: two pools would share the same processors; as
   * `runSweep`
   */
  async run(
    plan: SweepPlan,
    { retryFailed, listener, signal }: { retryFailed: boolean; listener: SweepListener; signal: AbortSignal },
  ): Promise<SweepOutcome> {
    if (this.live) throw sweepGoesOn(this.live.id);
    const controller = new AbortController();
    const { modulePath, maker } = this.options;
    const node = this.options.node?.();
    const work = runSweep(plan, {
      modulePath,
      ...(node !== undefined && { node }),
      maker,
      retryFailed,
      describe: describeError,
      listener: {
        begun: (sweep) => {
          live.directory = sweep.folder.directory;
          live.id = sweep.folder.id;
          this.changed.fire();
          listener.begun(sweep);
        },
        left: listener.left,
      },
      signal: AbortSignal.any([signal, controller.signal]),
    });
    const live: Live = { directory: undefined, id: plan.record.name, controller, done: work.catch(() => undefined) };
    this.live = live;
    try {
      return await work;
    } finally {
      this.live = undefined;
      this.changed.fire();
    }
  }

  /** Answers when the trials have stopped, each after the step that it is in. `how`: what the sweep then is. */
  async stop(how: SweepStop): Promise<void> {
    this.live?.controller.abort(how === 'interrupted' ? interruption : new RpcCancelled());
    await this.live?.done;
  }
}
