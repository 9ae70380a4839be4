/** Answers a view's questions about one run, finished or being written by another process. */
import { access } from 'node:fs/promises';
import { SparseError } from '../core/errors';
import { mostLayers } from '../core/network';
import { openFile } from '../formats/byte-source';
import { maskTile, valueTile, weightTile } from '../formats/matrix-tiles';
import { openSafetensors } from '../formats/safetensors';
import type { SafetensorsFile, TensorEntry } from '../formats/safetensors';
import { withSharedWeights } from '../formats/shared-weights';
import { isEnded } from '../protocol/run';
import type {
  EpochEvent,
  JacobianEvent,
  LastMasks,
  LayerSummary,
  MaskTotals,
  RunRecord,
  SignalsEvent,
  SpectrumEvent,
} from '../protocol/run';
import type { SharingEvent, SharingFailure } from '../protocol/sharing';
import type { TileRange } from '../core/mask';
import type {
  MaskTile,
  MetricsPage,
  RotationPage,
  RotationRequest,
  RunSnapshot,
  ValueTile,
  WeightTile,
} from '../protocol/views';
import { listCheckpoints, openCheckpoint } from './checkpoint';
import * as errors from './errors';
import type { RunFolder } from './folder';
import { History } from './history';
import { JournalReader } from './journal-reader';
import {
  checkPage,
  checkpointsAtOnce,
  changesAtOnce,
  epochsAtOnce,
  metricsAtOnce,
  pageBySize,
  rotationsAtOnce,
} from './paging';
import type { Page } from './paging';
import { RotationsFile, sequenceName } from './rotations';
import { readSharingFailures } from './sharing-failure';
import { thin } from './thin';

/** What `poll` saw of a folder, besides the journal. */
interface Seen {
  record: RunRecord | SparseError;
  checkpoints: number[];
}

export class RunReader {
  private journal: JournalReader;
  private history = new History();
  private seen: Seen | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private disposed = false;

  constructor(readonly folder: RunFolder) {
    this.journal = new JournalReader(folder.journalFile);
  }

  /**
   * Reads what is new: record, checkpoints, journal lines. True when anything changed. Files that are not there yet
   * are no error; a journal that was rewritten is read anew.
   * @throws SparseError `file.*`
   */
  poll(): Promise<boolean> {
    const next = this.queue.then(() => this.pollNow());
    this.queue = next.catch(() => undefined);
    return next;
  }

  /**
   * The run as it stands now. Epochs are thinned evenly when there are more than 2,000.
   * @throws SparseError `runs.no-record`, `runs.record-*`, `file.*`
   */
  async snapshot(): Promise<RunSnapshot> {
    await this.poll();
    return this.current();
  }

  /** The run at the last poll, without looking again. @throws as `snapshot` */
  current(): RunSnapshot {
    const record = this.record();
    // The journal tells of a layer as soon as it is initialised, the record only when all are.
    const layers = new Map([...record.layers, ...this.history.layers.values()].map((layer) => [layer.name, layer]));
    const { steps } = this.history;
    // The last lines may be lost too: then only the record knows how many steps there were.
    const lost = record.state === 'completed' ? record.totalSteps - steps.length : this.history.missingSteps;
    return {
      record: { ...record, layers: [...layers.values()].slice(0, mostLayers) },
      step: steps.lastStep,
      checkpoints: thin(this.seen?.checkpoints ?? [], checkpointsAtOnce),
      epochs: thin<EpochEvent>(this.history.epochs, epochsAtOnce),
      maskChanges: thin<MaskTotals>(this.history.maskChanges, changesAtOnce),
      ...(this.history.usage && { usage: this.history.usage }),
      elapsed: this.history.elapsed,
      ...(lost > 0 && { missingSteps: lost }),
    };
  }

  /**
   * The support of a layer, which is the same at every step.
   * @throws SparseError `runs.unknown-layer`, `runs.not-written-yet`, `tiles.*`, `safetensors.*`, `file.*`
   */
  maskTile({ layer, step = 0, ...range }: { layer: string; step?: number } & TileRange): Promise<MaskTile> {
    return this.withTensor(step, layer, 'mask', (file, entry) => maskTile(file, entry, range));
  }

  /** Weights at step 0 (the initialisation) or at a checkpoint. @throws as `maskTile`, and `runs.unknown-step` */
  weightTile({ layer, step, ...range }: { layer: string; step: number } & TileRange): Promise<WeightTile> {
    return this.withTensor(step, layer, 'weight', (file, entry) => weightTile(file, entry, range));
  }

  /** As `weightTile`, exact. @throws as `weightTile` */
  valueTile({ layer, step, ...range }: { layer: string; step: number } & TileRange): Promise<ValueTile> {
    return this.withTensor(step, layer, 'weight', (file, entry) => valueTile(file, entry, range));
  }

  /** The latest change of the masks that was read. */
  get lastMasks(): LastMasks | undefined {
    return this.history.lastMasks;
  }

  /**
   * Rotations from `start`, at most 50,000 of them; `group`, default 0, of a convolution in groups. A layer that was
   * not drawn by rotations (`init: base`) has none.
   * @throws SparseError `runs.unknown-layer`, `runs.not-written-yet`, `runs.bad-page`, `runs.bad-rotations`, `file.*`
   */
  async rotations({ layer, group = 0, start, end }: RotationRequest): Promise<RotationPage> {
    checkPage(start, end);
    await this.ready();
    const summary = this.current().record.layers.find(({ name }) => name === layer);
    const shape = summary && sequenceShape(summary);
    if (shape && summary.init !== 'eoi' && summary.init !== 'eis') return noRotations(shape);
    const file = await this.unlessMissing(RotationsFile.open(this.folder.rotationsFile), 'The rotations');
    try {
      if (!shape) throw errors.unknownLayer(layer);
      const page = await file.page(sequenceName(summary, group), start, Math.min(end, start + rotationsAtOnce));
      // A view makes matrices of this shape: a hostile one would fill its memory.
      if (page.shape.join() !== shape.join())
        throw errors.badRotations(this.folder.rotationsFile, layer, `of a ${shape.join(' x ')} matrix`);
      return page;
    } finally {
      await file.close();
    }
  }

  /** Step metrics from `start`, at most 20,000 rows. @throws SparseError `runs.bad-page`, `file.*` */
  async metrics({ start, end }: { start: number; end: number }): Promise<MetricsPage> {
    checkPage(start, end);
    await this.ready();
    return this.history.steps.page(start, Math.min(end, start + metricsAtOnce));
  }

  /**
   * Spectra of one layer from `start`, as many as one message carries.
   * @throws SparseError `runs.unknown-layer`, `runs.bad-page`, `runs.answer-too-large`, `file.*`
   */
  async spectra({ layer, start, end }: { layer: string; start: number; end: number }): Promise<Page<SpectrumEvent>> {
    await this.ready();
    const all = this.history.spectraOf(layer);
    if (all.length === 0 && !this.current().record.layers.some(({ name }) => name === layer))
      throw errors.unknownLayer(layer);
    return pageBySize(all, start, end, 'spectrum');
  }

  /** Jacobian spectra, as `spectra`. */
  async jacobians({ start, end }: { start: number; end: number }): Promise<Page<JacobianEvent>> {
    await this.ready();
    return pageBySize(this.history.jacobians, start, end, 'Jacobian spectrum');
  }

  /** Signals by layer, as `spectra`. */
  async signals({ start, end }: { start: number; end: number }): Promise<Page<SignalsEvent>> {
    await this.ready();
    return pageBySize(this.history.signals, start, end, 'signals');
  }

  /** What was seen of shared weights, as `spectra`. */
  async sharingEvents({ start, end }: { start: number; end: number }): Promise<Page<SharingEvent>> {
    await this.ready();
    return pageBySize(this.history.sharing, start, end, 'sharing');
  }

  /** The steps before each warning and failure, in the order in which they came. @throws as `readSharingFailures` */
  sharingFailures(): Promise<SharingFailure[]> {
    return readSharingFailures(this.folder);
  }

  /** Nothing is read any more; no file is held open between calls, so there is nothing to release. */
  dispose(): void {
    this.disposed = true;
  }

  private async ready(): Promise<void> {
    if (!this.seen) await this.poll();
  }

  private record(): RunRecord {
    const record = this.seen?.record ?? errors.noRecord(this.folder.directory);
    if (record instanceof SparseError) throw record;
    return record;
  }

  private async pollNow(): Promise<boolean> {
    if (this.disposed) return false;
    const seen: Seen = { record: await this.readRecord(), checkpoints: await this.findSteps() };
    let changed = JSON.stringify(seen) !== JSON.stringify(this.seen);
    this.seen = seen;
    for (;;) {
      const { events, restarted, more } = await this.journal.poll();
      if (restarted) this.history = new History();
      for (const event of events) this.history.add(event);
      changed ||= restarted || events.length > 0;
      if (!more) return changed;
    }
  }

  private async readRecord(): Promise<RunRecord | SparseError> {
    try {
      return await this.folder.readRecord();
    } catch (error) {
      if (error instanceof SparseError) return error;
      throw error;
    }
  }

  /** Steps whose weights can be shown. */
  private async findSteps(): Promise<number[]> {
    const checkpoints = await listCheckpoints(this.folder);
    const initialised = await access(this.folder.initFile).then(
      () => true,
      () => false,
    );
    return initialised ? [0, ...checkpoints.filter((step) => step > 0)] : checkpoints;
  }

  /** Files are opened for one answer only: a rewritten one is never read by an old header, and none is locked. */
  private async withTensor<T>(
    step: number,
    layer: string,
    part: 'mask' | 'weight',
    use: (file: SafetensorsFile, entry: TensorEntry) => Promise<T>,
  ): Promise<T> {
    await this.ready();
    const written =
      step === 0
        ? await this.unlessMissing(openFile(this.folder.initFile).then(openSafetensors), 'The initial weights')
        : await openCheckpoint(this.folder, step);
    const file = await withSharedWeights(written);
    try {
      const entry = file.get(`layers.${layer}.${part}`);
      if (!entry) throw errors.unknownLayer(layer);
      return await use(file, entry);
    } finally {
      await file.close();
    }
  }

  /** While a run is young, a missing file only means "not yet". */
  private async unlessMissing<T>(opening: Promise<T>, what: string): Promise<T> {
    try {
      return await opening;
    } catch (error) {
      const missing = error instanceof SparseError && error.code === 'file.not-found';
      if (missing && !isEnded(this.record().state)) throw errors.notWrittenYet(what);
      throw error;
    }
  }
}

/**
 * Of the matrix that the rotations of a layer make: of a convolution that at the centre of the kernel, of one group.
 */
const sequenceShape = ({ shape: [rows, columns], kernel, groups = 1 }: LayerSummary): [number, number] => [
  rows / groups,
  kernel ? columns / (kernel[0] * kernel[1]) : columns,
];

const noRotations = (shape: [number, number]): RotationPage => ({
  start: 0,
  total: 0,
  shape,
  lastUndone: false,
  first: new Uint32Array(),
  second: new Uint32Array(),
  angle: new Float64Array(),
});
