/**
 * Typed calls over any two-way message channel: fork IPC, a webview's postMessage, or two ends in one process.
 *
 * One interface per direction is the single definition; the wire types are derived from it. Every request can be
 * cancelled and can report progress. Cancel is an outcome, not an error (`RpcCancelled`).
 */

/** A two-way pipe of structured-cloneable messages. */
export interface Channel {
  send(message: unknown): void;
  /** Registers the one receiver; returns a function that removes it. */
  onMessage(receive: (message: unknown) => void): () => void;
}

/** What a served method may use besides its parameters. */
export interface CallContext {
  readonly signal: AbortSignal;
  progress(value: Progress): void;
}

/** `done` of `total` units; `message` says in a few words what is being done. */
export interface Progress {
  done: number;
  total: number;
  message: string;
}

/** An interface of requests: each method takes one parameter object and a context, and answers a promise. */
export type Api<T> = { [K in keyof T]: (params: never, context: CallContext) => Promise<unknown> };

type Params<F> = F extends (params: infer P, context: CallContext) => Promise<unknown> ? P : never;
type Result<F> = F extends (params: never, context: CallContext) => Promise<infer R> ? R : never;

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (value: Progress) => void;
}

/** The caller's face of an `Api`. */
export type Remote<T> = {
  [K in keyof T]: (params: Params<T[K]>, options?: CallOptions) => Promise<Result<T[K]>>;
};

/** An error that crossed a channel: the sentence a person reads and its code. The stack stays on the other side. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The caller cancelled, or the channel was told to stop. */
export class RpcCancelled extends Error {
  override readonly name = 'RpcCancelled';
  constructor() {
    super('cancelled');
  }
}

type Message =
  | { kind: 'call'; id: number; method: string; params: unknown }
  | { kind: 'cancel'; id: number }
  | { kind: 'progress'; id: number; value: Progress }
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'failed'; id: number; code: string; message: string }
  | { kind: 'cancelled'; id: number }
  | { kind: 'event'; event: string; value: unknown };

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress?: (value: Progress) => void;
  release(): void;
}

/** One end of a channel: serves `Own`, calls `Other`, sends `OwnEvents`, hears `OtherEvents`. */
export class Peer<Own extends Api<Own>, Other extends Api<Other>, OwnEvents, OtherEvents> {
  /** The other end's methods. */
  readonly remote: Remote<Other>;
  private readonly pending = new Map<number, Pending>();
  private readonly running = new Map<number, AbortController>();
  private readonly listeners = new Map<keyof OtherEvents, Set<(value: never) => void>>();
  private readonly detach: () => void;
  private nextId = 1;
  private closedBy: Error | undefined;

  /** `describe` turns what a method threw into a code and a sentence; it is also the place to log the stack. */
  constructor(
    private readonly channel: Channel,
    private readonly own: Own,
    private readonly describe: (error: unknown) => { code: string; message: string },
  ) {
    this.detach = channel.onMessage((message) => this.receive(message));
    this.remote = new Proxy({} as Remote<Other>, {
      get: (_, method) =>
        // A proxy that answers `then` would be taken for a promise.
        method === 'then'
          ? undefined
          : (params: unknown, options?: CallOptions) => this.call(String(method), params, options),
    });
  }

  emit<K extends keyof OwnEvents & string>(event: K, value: OwnEvents[K]): void {
    if (!this.closedBy) this.channel.send({ kind: 'event', event, value } satisfies Message);
  }

  on<K extends keyof OtherEvents>(event: K, listener: (value: OtherEvents[K]) => void): () => void {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  /** Ends this side: what was asked fails with `reason`, what is being served is aborted. */
  close(reason: Error): void {
    if (this.closedBy) return;
    this.closedBy = reason;
    this.detach();
    for (const waiting of this.pending.values()) {
      waiting.release();
      waiting.reject(reason);
    }
    this.pending.clear();
    for (const controller of this.running.values()) controller.abort();
  }

  private call(method: string, params: unknown, options: CallOptions = {}): Promise<unknown> {
    if (this.closedBy) return Promise.reject(this.closedBy);
    if (options.signal?.aborted) return Promise.reject(new RpcCancelled());
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => this.channel.send({ kind: 'cancel', id } satisfies Message);
      options.signal?.addEventListener('abort', cancel, { once: true });
      this.pending.set(id, {
        resolve,
        reject,
        ...(options.onProgress && { onProgress: options.onProgress }),
        release: () => options.signal?.removeEventListener('abort', cancel),
      });
      this.channel.send({ kind: 'call', id, method, params } satisfies Message);
    });
  }

  private receive(message: unknown): void {
    if (!isMessage(message)) return;
    switch (message.kind) {
      case 'call':
        void this.serve(message.id, message.method, message.params);
        break;
      case 'cancel':
        this.running.get(message.id)?.abort();
        break;
      case 'event':
        for (const listener of this.listeners.get(message.event as keyof OtherEvents) ?? [])
          listener(message.value as never);
        break;
      case 'progress':
        this.pending.get(message.id)?.onProgress?.(message.value);
        break;
      case 'result':
        this.settle(message.id, (waiting) => waiting.resolve(message.value));
        break;
      case 'failed':
        this.settle(message.id, (waiting) => waiting.reject(new RpcError(message.code, message.message)));
        break;
      case 'cancelled':
        this.settle(message.id, (waiting) => waiting.reject(new RpcCancelled()));
        break;
    }
  }

  private settle(id: number, act: (waiting: Pending) => void): void {
    const waiting = this.pending.get(id);
    if (!waiting) return;
    this.pending.delete(id);
    waiting.release();
    act(waiting);
  }

  private async serve(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    const reply = (message: Message): void => {
      if (!this.closedBy) this.channel.send(message);
    };
    try {
      // Own properties and prototype methods of the served object only: a hostile name must not reach Object.prototype.
      const handler: unknown = method in Object.prototype ? undefined : this.own[method as keyof Own];
      if (typeof handler !== 'function') throw new RpcError('rpc.unknown-method', `There is no method "${method}".`);
      const context: CallContext = {
        signal: controller.signal,
        progress: (value) => reply({ kind: 'progress', id, value }),
      };
      const value: unknown = await (
        handler as (this: Own, params: unknown, context: CallContext) => Promise<unknown>
      ).call(this.own, params, context);
      reply({ kind: 'result', id, value });
    } catch (error) {
      if (error instanceof RpcCancelled) reply({ kind: 'cancelled', id });
      else {
        // Picked one by one: an Error's own message is not enumerable and would be lost by spreading.
        const { code, message } = this.describe(error);
        reply({ kind: 'failed', id, code, message });
      }
    } finally {
      this.running.delete(id);
    }
  }
}
