/** What computes the tensors. A new one (tensorflow-gpu, webgpu) is one more record in choose.ts. */
import { SparseError } from '../../core/errors';
import type { CallContext } from '../../protocol/rpc';
import type { BackendName, Device } from '../../protocol/run';
import { words } from '../errors';

export interface Availability {
  ok: boolean;
  /** For a person: what it is when it works, without its name (`with SIMD`); a sentence why not when it does not. */
  reason: string;
}

export interface StartedBackend {
  /** The graphics card it computes on. */
  device?: Device;
  /** Version of the package that does the work. */
  version: string;
}

/**
 * The device went away in the middle of work (a driver reset, a card taken out, no memory left): the run can go on
 * elsewhere.
 */
export class BackendLost extends SparseError {
  constructor(
    readonly backend: BackendName,
    /** A sentence: what the driver said. */
    readonly reason: string,
  ) {
    super('engine.backend-lost', words.backendLost(backend, reason), { backend });
  }
}

export interface Backend {
  readonly name: BackendName;
  /** `available` takes seconds: not asked while another one is wanted by its name. */
  readonly costly?: true;
  /** Whether it can start here; changes nothing in this process. Rejects where `context` was cancelled. */
  available(context?: CallContext): Promise<Availability>;
  /** Makes it the one TensorFlow.js computes with; may be called again. @throws SparseError `engine.*` */
  start(): Promise<StartedBackend>;
  /**
   * What to throw when its device went away since `start`, however that showed: an operation that threw `error`, or a
   * loss that is no number. Left out where there is no device to lose.
   */
  lost?(error?: unknown): BackendLost | undefined;
}
