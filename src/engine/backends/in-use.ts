/** Which backend this process computes with, for whom, and which ones turned out not to work here. */
import type { BackendChoice } from '../../protocol/engine';
import type { CallContext } from '../../protocol/rpc';
import type { BackendName, Device, RunRecord } from '../../protocol/run';
import * as errors from '../errors';
import type { Backend, StartedBackend } from './backend';
import { choose } from './choose';
import type { Choice } from './choose';

/** What was chosen, and is in use. */
export interface Started extends Choice {
  device?: Device;
}

export const recordOf = ({ backend: { name }, reason, device }: Started): RunRecord['backend'] => ({
  name,
  reason,
  ...(device && { device }),
});

export class BackendsInUse {
  /**
   * The backend of each run that is going on or being prepared, and of other work: TensorFlow.js computes with one at a
   * time.
   */
  private readonly holds = new Map<symbol, BackendName>();
  /** Why a backend that seemed to work does not, once it was tried here. */
  private readonly broken = new Map<BackendName, string>();
  /** Resolves when no backend is being started: of two at once the first might be what TensorFlow.js computes with. */
  private starting: Promise<unknown> = Promise.resolve();

  /** Best first. */
  constructor(private readonly backends: readonly Backend[]) {}

  private named(name: BackendName): Backend | undefined {
    return this.backends.find((backend) => backend.name === name);
  }

  release(holder: symbol): void {
    this.holds.delete(holder);
  }

  /** What computes now, for whoever holds it. */
  get held(): BackendName | undefined {
    return [...this.holds.values()].find((name) => !this.broken.has(name));
  }

  /**
   * Chooses, and starts what was chosen: `auto` takes the next where the best does not start after all. `holder`: as of
   * `use`.
   * @throws SparseError `engine.backend-busy`, `engine.unknown-backend`, `engine.backend-unavailable`; RpcCancelled
   */
  async choose(choice: BackendChoice, context?: CallContext, holder?: symbol): Promise<Started> {
    const among = this.backends.map((backend): Backend => {
      const reason = this.broken.get(backend.name);
      return reason === undefined ? backend : { ...backend, available: () => Promise.resolve({ ok: false, reason }) };
    });
    const chosen = await choose(choice, among, context);
    const { name } = chosen.backend;
    try {
      const { device } = await this.use(name, holder);
      return { ...chosen, ...(device && { device }) };
    } catch (error) {
      const reason = errors.unavailableReason(error);
      if (choice !== 'auto' || reason === undefined) throw error;
      return this.replace(name, reason, holder);
    }
  }

  /**
   * Why a run on `name` can compute no more, where `error` says so, or what another run met before: whatever it meets
   * itself after that is of the same cause.
   */
  lossOf(name: BackendName, error?: unknown): string | undefined {
    return this.broken.get(name) ?? this.named(name)?.lost?.(error)?.reason;
  }

  /** Takes what works after `name`, which does not, from now on. @throws as `choose` */
  replace(name: BackendName, why: string, holder?: symbol): Promise<Started> {
    this.broken.set(name, why);
    return this.choose('auto', undefined, holder);
  }

  /**
   * `holder`: whoever keeps others from changing it, from this call until it is released, whatever comes of it.
   * @throws SparseError `engine.backend-busy`, `engine.unknown-backend`, `engine.backend-unavailable`
   */
  async use(name: BackendName, holder?: symbol): Promise<StartedBackend> {
    const other = [...this.holds.values()].find((held) => held !== name && !this.broken.has(held));
    if (other !== undefined) throw errors.backendBusy(name, other);
    if (holder) this.holds.set(holder, name);
    const backend = this.named(name);
    if (!backend)
      throw errors.unknownBackend(
        name,
        this.backends.map((candidate) => candidate.name),
      );
    const started = this.starting.then(() => backend.start());
    this.starting = started.catch(() => undefined);
    return started;
  }

  /** Takes it, or tells why it does not work here. @throws as `use`, but `engine.backend-unavailable` */
  async whyNot(name: BackendName, holder?: symbol): Promise<string | undefined> {
    const known = this.broken.get(name);
    if (known !== undefined) return known;
    try {
      await this.use(name, holder);
      return undefined;
    } catch (error) {
      const reason = errors.unavailableReason(error);
      if (reason === undefined) throw error;
      return reason;
    }
  }
}
