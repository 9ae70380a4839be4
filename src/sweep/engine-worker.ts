/** One engine process of a pool: it runs one trial after the other, and is replaced when it dies. */
import { createInterface } from 'node:readline';
import { forkEngine } from '../client/engine-process';
import type { EngineProcess } from '../client/engine-process';
import type { BackendChoice, EngineApi, EngineInfo, RunHandle } from '../protocol/engine';
import { protocolVersion } from '../protocol/engine';
import { isEnded } from '../protocol/run';
import type { RunEvent, RunRecord } from '../protocol/run';
import type { Remote } from '../protocol/rpc';
import type { SweepStop } from '../protocol/sweep';
import { engineDied } from './errors';
import type { Describe } from './errors';

/** Lines of its output that are told when it dies. */
const keptLines = 5;
/** Its own grace, and a little more. */
const stopGrace = 8_000;

interface Session extends EngineProcess {
  info: Promise<EngineInfo>;
  lines: string[];
  /** Resolves when the process is gone and its last lines have arrived. */
  gone: Promise<{ inGoodOrder: boolean; how: string }>;
}

export class EngineWorker {
  private session: Session | undefined;
  private stopping = false;

  constructor(
    private readonly modulePath: string,
    private readonly asked: { backend: BackendChoice; threads: number },
    private readonly describe: Describe,
    private readonly hear: (directory: string, event: RunEvent) => void,
    /** The program of Node that runs it; by default the one this runs in. */
    private readonly node?: string,
  ) {}

  get pid(): number | undefined {
    return this.session?.child.pid;
  }

  /** @throws RpcError as the engine answers; SparseError `sweep.engine-died` */
  async greeted(): Promise<EngineInfo> {
    this.session ??= this.start();
    return this.session.info;
  }

  /**
   * Begins a run and waits for its end. The record as the engine told it; undefined when the process left in good
   * order before (a signal).
   * @throws RpcError when the run cannot begin; SparseError `sweep.engine-died`
   */
  async run(directory: string, begin: (api: Remote<EngineApi>) => Promise<RunHandle>): Promise<RunRecord | undefined> {
    await this.greeted();
    const session = this.session!;
    const { peer } = session;
    const off: (() => void)[] = [];
    const ended = new Promise<RunRecord>((resolve) => {
      off.push(
        peer.on('runChanged', (value) => {
          if (value.directory === directory && isEnded(value.record.state)) resolve(value.record);
        }),
        peer.on('runEvent', (value) => this.hear(value.directory, value.event)),
      );
    });
    const gone = session.gone.then(({ inGoodOrder, how }) => {
      if (inGoodOrder || this.stopping) return undefined;
      throw engineDied(how, session.lines);
    });
    try {
      return await Promise.race([begin(peer.remote).then(() => ended), gone]);
    } finally {
      for (const each of off) each();
    }
  }

  /** Asks the process to end after the step it is in, and kills it when it does not. `how`: what its run then is. */
  async stop(how: SweepStop): Promise<void> {
    this.stopping = true;
    const { session } = this;
    if (!session) return;
    const kill = setTimeout(() => session.child.kill('SIGKILL'), stopGrace);
    session.peer.remote.shutdown({ cancelled: how === 'cancelled' }).catch(() => undefined);
    await session.gone;
    clearTimeout(kill);
  }

  kill(): void {
    this.session?.child.kill('SIGKILL');
  }

  private start(): Session {
    const { child, peer } = forkEngine(this.modulePath, () => undefined, this.describe, this.node);
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          if (lines.length > keptLines) lines.shift();
        });
    const gone = new Promise<{ inGoodOrder: boolean; how: string }>((resolve) => {
      child.once('error', (error) => resolve({ inGoodOrder: false, how: error.message }));
      child.once('close', (code, signal) =>
        resolve({ inGoodOrder: code === 0, how: signal ?? `code ${String(code)}` }),
      );
    });
    // What is asked of a process that is gone is never answered; whether it left in good order is looked at first.
    void gone.then(({ how }) => setImmediate(() => peer.close(engineDied(how, lines))));
    const info = peer.remote.hello({ protocolVersion, ...this.asked });
    // Whoever waits for the greeting gets the failure.
    info.catch(() => undefined);
    const session = { child, peer, info, lines, gone };
    void gone.then(() => {
      if (this.session === session) this.session = undefined;
    });
    return session;
  }
}
