/** The engine as the host sees it: forked on first need, greeted, watched, started again when it dies. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { messageOf } from '../core/errors';
import { forkEngine, type EngineProcess } from '../client/engine-process';
import type { BackendChoice, EngineApi, EngineEvents, EngineInfo, RunHandle } from '../protocol/engine';
import { protocolVersion } from '../protocol/engine';
import type { Remote } from '../protocol/rpc';
import { isEnded } from '../protocol/run';
import { Emitter } from './emitter';
import {
  describeError,
  engineDied,
  engineKeepsStopping,
  engineNotStarted,
  engineStopped,
  versionMismatch,
} from './errors';

/** Lines of its output shown when the engine dies. */
const keptLogLines = 50;
/** Unexpected ends within a minute after which it is not started again by itself. */
const maxRestarts = 3;
const restartWindow = 60_000;
/** The engine ends its runs after their step, then itself. */
const defaultGrace = 5_000;

export type EngineState = 'stopped' | 'starting' | 'ready' | 'failed';

/** An end that nobody asked for. */
export interface EngineExit {
  /** `SIGKILL` or `code 1`. */
  how: string;
  /** Last lines of its output and log. */
  log: string[];
  /** What it was running. Nothing recorded of it is lost. */
  interrupted: RunHandle[];
  /** It is started again by itself; else it stopped this many times within a minute. */
  again: boolean;
  times: number;
  /** It died before it was greeted, and whoever waited shows the error, or it is tried again: no news for a person. */
  quiet: boolean;
}

export interface EngineOptions {
  /** dist/engine.js */
  modulePath: string;
  backend: () => BackendChoice;
  /** The program of Node that runs it; undefined for the one this runs in. Asked at each start. */
  node?: () => string | undefined;
  log: (level: 'info' | 'warn' | 'error', message: string) => void;
  report: (error: unknown) => void;
  /** First wait before it is started again, milliseconds; doubled each time. */
  backOff?: number;
  /** Wait for its own end before it is killed, milliseconds. */
  grace?: number;
}

interface Session {
  process: EngineProcess['child'];
  peer: EngineProcess['peer'];
  ready: Promise<Remote<EngineApi>>;
  /** Somebody besides the client itself waits for it to be ready. */
  awaited: boolean;
}

export class EngineClient {
  state: EngineState = 'stopped';
  info: EngineInfo | undefined;
  /** Times a process was forked. */
  starts = 0;
  private session: Session | undefined;
  private readonly live = new Map<string, RunHandle>();
  private readonly lines: string[] = [];
  private readonly ends: number[] = [];
  private restartTimer: ReturnType<typeof setTimeout> | undefined;
  private restartWanted = false;
  private readonly changed: Emitter<void>;
  private readonly died: Emitter<EngineExit>;
  private readonly heard: Emitter<EngineEvents['runEvent']>;
  private readonly recorded: Emitter<EngineEvents['runChanged']>;

  constructor(private readonly options: EngineOptions) {
    this.changed = new Emitter(options.report);
    this.died = new Emitter(options.report);
    this.heard = new Emitter(options.report);
    this.recorded = new Emitter(options.report);
  }

  /** State, backend or the set of live runs changed. */
  get onDidChange(): Emitter<void>['event'] {
    return this.changed.event;
  }
  get onDidDie(): Emitter<EngineExit>['event'] {
    return this.died.event;
  }
  get onRunEvent(): Emitter<EngineEvents['runEvent']>['event'] {
    return this.heard.event;
  }
  get onRunChanged(): Emitter<EngineEvents['runChanged']>['event'] {
    return this.recorded.event;
  }

  get pid(): number | undefined {
    return this.session?.process.pid;
  }

  /** Runs going on in this engine. */
  get running(): RunHandle[] {
    return [...this.live.values()];
  }

  /**
   * The engine's methods, after it was started and greeted.
   * Throws `host.engine-not-started`, `host.engine-keeps-stopping`, `host.version-mismatch`.
   */
  async api(): Promise<Remote<EngineApi>> {
    if (!this.session && this.recentEnds() > maxRestarts) throw engineKeepsStopping(this.recentEnds());
    const session = this.session ?? this.start();
    session.awaited = true;
    return session.ready;
  }

  /** Ends the engine in good order and starts a fresh one, forgetting earlier crashes. What runs is cancelled. */
  async restart(): Promise<EngineInfo | undefined> {
    this.ends.length = 0;
    await this.stop();
    await this.api();
    return this.info;
  }

  /** Restarts now when a process is there and nothing runs, else as soon as the last run has ended. */
  restartWhenIdle(): void {
    if (!this.session) return;
    this.restartWanted = this.live.size > 0;
    if (!this.restartWanted) this.restart().catch(this.options.report);
  }

  /** Asks the engine to end; kills it when it has not after `grace` milliseconds. */
  async stop(grace = this.options.grace ?? defaultGrace): Promise<void> {
    clearTimeout(this.restartTimer);
    const session = this.session;
    if (!session) return;
    this.session = undefined;
    this.live.clear();
    this.become('stopped');
    const { process: child, peer } = session;
    const gone = new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    const kill = setTimeout(() => child.kill('SIGKILL'), grace);
    // The answer may be cut off by the process's own end: the end is what counts.
    peer.remote.shutdown({}).catch(() => undefined);
    await gone;
    clearTimeout(kill);
    peer.close(engineStopped('restart'));
  }

  private start(): Session {
    clearTimeout(this.restartTimer);
    this.starts++;
    this.become('starting');
    const { child, peer } = this.fork();
    const session: Session = { process: child, peer, ready: this.greet(peer), awaited: false };
    this.session = session;
    // Whoever asked gets the failure too. An engine that will not be greeted is of no use: it is ended, not retried.
    session.ready.catch(() => this.refused(session));
    this.follow(child.stdout, 'info');
    this.follow(child.stderr, 'warn');
    peer.on('log', ({ level, message }) => this.keep(level, message));
    peer.on('infoChanged', (info) => {
      if (this.session !== session) return;
      this.info = info;
      this.changed.fire();
    });
    // What an engine says after its stop was asked for is no news: its runs are read from their folders.
    peer.on('runEvent', (value) => {
      if (this.session === session) this.heard.fire(value);
    });
    peer.on('runChanged', (value) => {
      if (this.session === session) this.noteRun(value);
    });
    child.once('error', (error) => this.ended(session, error.message));
    // Not `exit`: only now its last lines have all arrived.
    child.once('close', (code, signal) => this.ended(session, signal ?? `code ${String(code)}`));
    return session;
  }

  /** @throws SparseError `host.engine-not-started` */
  private fork(): EngineProcess {
    const { modulePath, report, node } = this.options;
    try {
      return forkEngine(modulePath, report, describeError, node?.());
    } catch (error) {
      this.become('failed');
      report(error);
      throw engineNotStarted(messageOf(error), '');
    }
  }

  private async greet(peer: Session['peer']): Promise<Remote<EngineApi>> {
    const info = await peer.remote.hello({ protocolVersion, backend: this.options.backend() });
    if (info.protocolVersion !== protocolVersion) throw versionMismatch(info.protocolVersion, protocolVersion);
    this.info = info;
    this.options.log('info', `engine ${info.pid}: backend ${info.backend}: ${info.reason}`);
    this.become('ready');
    return peer.remote;
  }

  private refused(session: Session): void {
    if (this.session !== session) return;
    this.session = undefined;
    session.process.kill();
    session.peer.close(engineStopped('refused'));
    this.become('failed');
  }

  private noteRun(value: EngineEvents['runChanged']): void {
    const { id, directory, record } = value;
    const known = this.live.has(directory);
    if (isEnded(record.state)) this.live.delete(directory);
    else this.live.set(directory, { id, directory });
    this.recorded.fire(value);
    if (known !== this.live.has(directory)) this.changed.fire();
    if (this.restartWanted && this.live.size === 0) this.restartWhenIdle();
  }

  /** An end nobody asked for: tells it, and starts again with back-off. */
  private ended(session: Session, how: string): void {
    if (this.session !== session) return;
    const greeted = this.state === 'ready';
    const log = [...this.lines];
    const interrupted = this.running;
    this.session = undefined;
    this.info = undefined;
    this.live.clear();
    this.ends.push(Date.now());
    session.peer.close(greeted ? engineDied(how) : engineNotStarted(how, log.at(-1) ?? ''));
    const ends = this.recentEnds();
    const again = ends <= maxRestarts;
    this.become(again ? 'stopped' : 'failed');
    this.options.log('error', `the engine stopped (${how})`);
    this.died.fire({ how, log, interrupted, again, times: ends, quiet: !greeted && (again || session.awaited) });
    if (!again) return;
    const wait = (this.options.backOff ?? 500) * 2 ** (ends - 1);
    this.restartTimer = setTimeout(() => {
      if (!this.session) this.startAgain().catch(this.options.report);
    }, wait);
  }

  private async startAgain(): Promise<void> {
    await this.start().ready;
  }

  private recentEnds(): number {
    const since = Date.now() - restartWindow;
    while (this.ends.length > 0 && this.ends[0] < since) this.ends.shift();
    return this.ends.length;
  }

  private follow(stream: Readable | null, level: 'info' | 'warn'): void {
    if (stream) createInterface({ input: stream }).on('line', (line) => this.keep(level, line));
  }

  private keep(level: 'info' | 'warn' | 'error', line: string): void {
    this.lines.push(line);
    if (this.lines.length > keptLogLines) this.lines.shift();
    this.options.log(level, line);
  }

  private become(state: EngineState): void {
    this.state = state;
    this.changed.fire();
  }
}
