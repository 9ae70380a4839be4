/** What computes the tensors. A new one (tensorflow-gpu, webgpu) is one more record in choose.ts. */
import type { BackendName } from '../../protocol/run';

export interface Availability {
  ok: boolean;
  /** For a person: what it is when it works, without its name (`with SIMD`); a sentence why not when it does not. */
  reason: string;
}

export interface StartedBackend {
  /** The device it computes on, where there is a choice. */
  device?: string;
  /** Version of the package that does the work. */
  version: string;
}

export interface Backend {
  readonly name: BackendName;
  /** Whether it can start here; cheap, and starts nothing. */
  available(): Promise<Availability>;
  /** Makes it the one TensorFlow.js computes with; may be called again. @throws SparseError `engine.*` */
  start(): Promise<StartedBackend>;
}
