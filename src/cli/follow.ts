/** Follows one run in this process from its start to its end: progress, results as they come, cancel by a signal. */
import { EngineService } from '../engine/service';
import type { BackendChoice, EngineApi, EngineEvents, EngineInfo, RunHandle } from '../protocol/engine';
import { protocolVersion } from '../protocol/engine';
import type { CallContext } from '../protocol/rpc';
import type { RunSnapshot } from '../protocol/views';
import { isEnded } from '../protocol/run';
import type { EpochEvent, RunEvent, RunRecord, StepEvent } from '../protocol/run';
import { folderGone, folderGoneCode } from '../runs/errors';
import { RunFolder } from '../runs/folder';
import { stopOf } from '../runs/interruption';
import { RunReader } from '../runs/reader';
import { warningLine } from './errors';
import type { Output } from './output';
import { bar, significant } from './table';
import { initialisedText, rateText, trainingText } from './words';

export interface Listener {
  /** All layers are initialised. */
  layers(record: RunRecord): void;
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  /** Nothing more will come. */
  ended(): void;
}

export interface Followed<H extends RunHandle = RunHandle> {
  info: EngineInfo;
  handle: H;
  /** As it stands on disk after the end; how it ended also where that could not be written any more. */
  snapshot: RunSnapshot;
}

/** A record of before `resume` is no news. */
class Progress {
  /** As last heard. */
  record: RunRecord | undefined;
  private epoch = 0;
  private loss = Number.NaN;
  private began: { step: number; at: number } | undefined;
  private told = false;

  constructor(
    private readonly output: Output,
    private readonly listener: Listener,
    private readonly now: () => number,
  ) {}

  changed(record: RunRecord): void {
    this.record = record;
    if (record.state === 'training' && !this.told) {
      this.told = true;
      this.listener.layers(record);
    }
    this.output.progress(record.state);
  }

  event(event: RunEvent): void {
    const { record } = this;
    if (event.type === 'layer') this.output.progress(initialisedText(event.layer.name));
    if (!record) return;
    if (event.type === 'epoch') this.listener.epoch(event);
    if (event.type !== 'step') return;
    this.listener.step(event);
    this.epoch = event.epoch;
    this.loss = event.loss;
    this.began ??= { step: event.step, at: this.now() };
    const seconds = (this.now() - this.began.at) / 1000;
    const rate = seconds > 0 ? rateText((event.step - this.began.step) / seconds) : '';
    const { totalSteps } = record;
    this.output.progress(
      trainingText(bar(event.step / totalSteps), event.step, totalSteps, this.epoch, significant(this.loss, 3)) + rate,
    );
  }
}

/** A full disk has the record of before the end, and only who was told knows that the run failed, and why. */
const withEnd = (written: RunRecord, heard: RunRecord | undefined): RunRecord =>
  heard && isEnded(heard.state) ? heard : written;

/** Engine of one command; `signal` cancels the try-out of backends. @throws SparseError as `hello`; RpcCancelled */
export async function startEngine(
  backend: BackendChoice,
  output: Output,
  signal: AbortSignal,
  hear: Partial<{ [K in keyof EngineEvents]: (value: EngineEvents[K]) => void }> = {},
): Promise<{ service: EngineService; info: EngineInfo }> {
  const service = new EngineService((event, value) => {
    if (event === 'log') {
      const { level, message } = value as EngineEvents['log'];
      if (level !== 'info') output.err(warningLine(message));
    }
    hear[event]?.(value);
  });
  const info = await service.api.hello({ protocolVersion, backend }, quietContext(signal, output));
  return { service, info };
}

export const quietContext = (signal: AbortSignal, output: Output): CallContext => ({
  signal,
  progress: ({ done, total, message }) => output.progress(`${bar(total > 0 ? done / total : 0)} ${message}`),
});

/**
 * Runs `begin` on a fresh engine and waits for the run's end, which `signal` brings about after its step.
 * @throws SparseError as `startRun` and `resumeRun`; RpcCancelled when cancelled before there was a run
 */
export async function follow<H extends RunHandle>(
  options: {
    backend: BackendChoice;
    output: Output;
    listener: Listener;
    signal: AbortSignal;
    now?: () => number;
  },
  begin: (api: EngineApi, context: CallContext) => Promise<H>,
): Promise<Followed<H>> {
  const { backend, output, listener, signal, now = Date.now } = options;
  const progress = new Progress(output, listener, now);
  const { service, info } = await startEngine(backend, output, signal, {
    runChanged: ({ record }) => progress.changed(record),
    runEvent: ({ event }) => progress.event(event),
  });
  signal.addEventListener('abort', () => void service.stopAll(stopOf(signal)));
  try {
    const handle = await begin(service.api, quietContext(signal, output));
    await service.whenIdle();
    listener.ended();
    // Nothing is there to be read, or what is somebody else's.
    if (progress.record?.error?.code === folderGoneCode) throw folderGone(handle.directory);
    const reader = new RunReader(new RunFolder(handle.directory));
    const snapshot = await reader.snapshot();
    return { info, handle, snapshot: { ...snapshot, record: withEnd(snapshot.record, progress.record) } };
  } finally {
    output.progress(undefined);
  }
}
