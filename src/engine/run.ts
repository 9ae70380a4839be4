/** One run's life: initialise, train, probe, keep checkpoints, end. It can stop after any step and go on from there. */
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { needsExamples } from '../config/methods';
import type { NetworkPlan } from '../config/plan';
import { vocabularyOf } from '../core/network';
import type { Config } from '../config/types';
import { blocksOf } from '../core/density/layer-shape';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import type { RotationSequence } from '../core/rotation-sequence';
import type { Parts } from '../core/parts';
import { writeSafetensors } from '../formats/safetensors';
import type { LayerSummary, RunRecord } from '../protocol/run';
import { writeCheckpoint } from '../runs/checkpoint';
import { interrupted } from '../runs/errors';
import { writeMasks } from '../runs/masks';
import { sequenceName, writeRotations } from '../runs/rotations';
import { writeUpdates } from '../runs/updates';
import type { DataSet } from './data/data-set';
import { closeData } from './data/data-set';
import { batchesFor } from './data/batches';
import type { Batches } from './data/batches';
import { checkDrawnLevels } from './check-levels';
import { courseOf } from './course';
import type { Course } from './course';
import { divergence } from './divergence';
import {
  describeError,
  internal,
  notFinite,
  prunedWeightChanged,
  sharingTrouble,
  stackOf,
  stoppedEarly,
  threadsGivenUp,
} from './errors';
import { evaluation } from './evaluation';
import type { Executor } from './executor';
import { describeLayer, freshOthers, freshState, keptLayers, restingState } from './initialise';
import type { LastStates } from './last-states';
import { LayerDraws } from './layer-draws';
import { changesOf } from './mask-updates';
import { Masking } from './masking';
import type { MasksChanged } from './masking';
import type { NetworkState } from './states';
import { Usage } from './probes/usage';
import { askedBefore, dueProbes, isAsked, isDue } from './probes/due';
import type { Moment } from './probes/due';
import { slotNames } from './optimizer';
import type { Recorded } from './recorded';
import type { Emit, Recorder, Untimed } from './recorder';
import { learningRateAt } from './schedule';
import { checkpointTensors, initTensors, stateMetadata } from './state-files';
import { isOfLayers } from '../core/rps/diagnosis/finding';
import type { Finding } from '../core/rps/diagnosis/finding';
import { addSharingFailure, mostOfLayers } from '../runs/sharing-failure';
import { staticReport } from '../runs/sharing/report';
import { writeSharingReport } from '../runs/sharing/report-file';
import { drawMemoryOf } from './rps/recovered-layers';
import { watchOf } from './rps/run-watch';
import type { RunWatch } from './rps/run-watch';
import type { SharingRule } from './rps/rule';
import { executorOf, withoutThreads } from './sparse/choose';
import { trainingSettings } from './training';
import { computed } from './turns';
import type { WantedPatterns } from './wanted-patterns';

/** Why a run is told to stop: a person cancelled, the process must end, or the process met an error of its own. */
export type Stop = 'cancelled' | 'interrupted' | 'failed';

export interface Work {
  config: Config;
  plan: NetworkPlan;
  /** Where weights are shared. */
  rule?: SharingRule | undefined;
  data: DataSet;
  wanted: WantedPatterns;
  from: LastStates['from'];
}

const reasons: Record<Stop, () => SparseError | undefined> = {
  cancelled: () => undefined,
  interrupted,
  failed: internal,
};

/** Of weights that are numbers still, and too large for those that a probe makes of them. */
const isOverflow = (error: unknown): boolean =>
  isSparseError(error) && ['linalg.non-finite', 'linalg.product-non-finite'].includes(error.code);

/** Unwinds a run that was told to stop; never leaves this file. */
class Stopped extends Error {}

/** Unwinds a run whose backend another run has lost; never leaves this file. */
class Lost extends Error {}

export class Run {
  /** Resolves when the run has ended in whatever way; never rejects. */
  readonly finished: Promise<void>;
  private readonly train: Batches;
  private readonly validation: Batches;
  private readonly course: Course;
  private readonly masking: Masking;
  /** Where weights are shared, once there is a trainer. */
  private watch: RunWatch | undefined;
  private readonly usage = new Usage(() => performance.now());
  /** Singular values of the layers that were drawn, until step 0 has been probed. */
  private readonly drawn = new Map<string, Float64Array>();
  private step: number;
  private wanted: Stop | undefined;
  /** The step at which training ended before its time. */
  private endedAt: number | undefined;
  /** Why the backend can compute no more: the run was left where it is on disk, and can go on from there on another. */
  lost: string | undefined;

  /** Begins at once. `recorded`: what the journal holds of this run; `lossOf`: as `lost` of a backend. */
  constructor(
    private readonly recorder: Recorder,
    private readonly work: Work,
    private readonly recorded: Recorded,
    private readonly emit: Emit,
    private readonly lossOf: (error?: unknown) => string | undefined = () => undefined,
  ) {
    const { config, plan, data, from } = work;
    ({ train: this.train, validation: this.validation } = batchesFor(config, data, vocabularyOf(plan.network)));
    this.course = courseOf(config, this.train.examples);
    this.masking = new Masking(recorder.folder, work, this.course);
    this.step = from.step;
    this.finished = this.execute();
  }

  get record(): RunRecord {
    return this.recorder.record;
  }

  get directory(): string {
    return this.recorder.folder.directory;
  }

  /** How it was told to stop. */
  get stopping(): Stop | undefined {
    return this.wanted;
  }

  /** Ends a run that was `lost`, as nothing could go on with it. */
  async giveUp(error: unknown): Promise<void> {
    const { code, message } = describeError(error);
    await this.recorder.giveUp({ code, message });
  }

  /** Asks it to stop after the step it is in; resolves when it has. */
  stop(how: Stop): Promise<void> {
    this.wanted ??= how;
    return this.finished;
  }

  private async execute(): Promise<void> {
    try {
      const state = this.work.from.state ?? (await this.initialise());
      await this.recorder.state('training');
      await this.trainFrom(state);
      await this.end('completed');
    } catch (error) {
      const lost = this.lossOf(error);
      if (this.wanted && (error instanceof Stopped || lost !== undefined))
        await this.end(this.wanted, reasons[this.wanted]());
      else if (lost === undefined) await this.fail(error);
      else await this.leave(lost);
    }
  }

  private async leave(lost: string): Promise<void> {
    await closeData(this.work.data);
    await this.recorder.leave();
    this.lost = lost;
  }

  private async fail(error: unknown): Promise<void> {
    const { code, message } = describeError(error);
    // The record tells the sentence; only what it does not tell is an error in the log.
    this.emit(
      'log',
      code === 'engine.internal'
        ? { level: 'error', message: stackOf(error) }
        : { level: 'info', message: `${this.record.id}: ${message}` },
    );
    await this.end('failed', { code, message });
  }

  private async end(state: Stop | 'completed', error?: { code: string; message: string }): Promise<void> {
    await closeData(this.work.data);
    const problem = await this.recorder.end(state, error && { error: { code: error.code, message: error.message } });
    if (problem) this.emit('log', { level: 'error', message: problem.message });
  }

  /** Lets messages in, so that a cancel is heard between any two steps. */
  private async turn(): Promise<void> {
    await nextTurn();
    if (this.wanted) throw new Stopped();
    // Another run on it has met the end of the backend, which is not the one in use any more.
    if (this.lossOf() !== undefined) throw new Lost();
    await this.recorder.look();
  }

  /** A result that may take longer than a step. */
  private inTurns<T>(parts: Parts<T>): Promise<T> {
    return computed(this.work.config, parts, () => this.turn());
  }

  private note(event: Untimed): void {
    this.recorded.add(this.recorder.event(event));
  }

  private async initialise(): Promise<NetworkState> {
    const { config, plan, rule, wanted } = this.work;
    const { folder } = this.recorder;
    await this.recorder.state('initialising');
    if (rule) await writeSharingReport(folder, await this.inTurns(staticReport(config, plan)));
    const memory = await this.inTurns(drawMemoryOf(rule, config, plan));
    const others = freshOthers(config, plan.network, memory?.shared);
    const state: NetworkState = { layers: [], others, ...(memory && { shared: memory.state }) };
    const summaries: LayerSummary[] = [];
    const rotations = new Map<string, RotationSequence>();
    const drawing = { config, gain: plan.gain, wanted };
    const first = needsExamples(config.sparsity.distribution)
      ? await this.train.shuffled(config.seed, 0).batch(0)
      : undefined;
    const kept = await this.inTurns(keptLayers(config, plan, () => first!));
    const draws = new LayerDraws(drawing, plan.layers, kept, memory?.shared);
    for (const layer of plan.layers) {
      await this.turn();
      const begun = performance.now();
      const recovered = memory?.layer(drawing, layer);
      const drawn = recovered ?? (await this.inTurns(draws.draw(layer)));
      const { seconds = (performance.now() - begun) / 1000 } = drawn;
      const described = await this.inTurns(describeLayer(drawing, layer, drawn, kept.get(layer.name)));
      const summary = { ...described.summary, seconds };
      this.drawn.set(layer.name, described.spectrum);
      state.layers.push(recovered ? restingState(layer, drawn) : freshState(layer, drawn));
      summaries.push(summary);
      for (const [group, sequence] of (drawn.sequences ?? []).entries())
        rotations.set(sequenceName({ name: layer.name, groups: blocksOf(layer) }, group), sequence);
      if (!this.recorded.has({ type: 'layer', layer: layer.name })) this.note({ type: 'layer', layer: summary });
    }
    // Before anything is written, or a resumed run would begin from what is refused here.
    checkDrawnLevels(config, summaries);
    await this.recorder.mustBeInPlace();
    if (rotations.size > 0) await writeRotations(folder.rotationsFile, rotations);
    await writeSafetensors(folder.initFile, initTensors(state), stateMetadata(config, plan, 0, rule));
    // Shared weights have no masks: all of them are kept.
    const masked = state.layers.filter(({ mask }) => mask.length > 0);
    const masks = masked.map(({ mask }) => mask);
    await writeMasks(folder, 0, masked, masks);
    await this.recorder.state('initialising', { layers: summaries });
    return state;
  }

  private async trainFrom(state: NetworkState): Promise<void> {
    const { config, plan } = this.work;
    const { optimizer, schedule } = config.train;
    // A record of before there was a choice is of a run that TensorFlow.js computed.
    const { name } = this.record.executor ?? { name: 'tensors' };
    const trainer = executorOf(name, plan.network, state, trainingSettings(this.work));
    this.watch = watchOf(this.work, trainer, state);
    try {
      await this.settle(trainer);
      let order: { epoch: number; batches: Batches } | undefined;
      while (this.step < this.total) {
        await this.turn();
        await this.noteMasks(await this.masking.beginLevel(trainer, this.step));
        const moment = this.course.at(this.step);
        const { epoch, done } = moment;
        if (order?.epoch !== epoch) order = { epoch, batches: this.train.shuffled(config.seed, moment.order) };
        const learningRate = learningRateAt(schedule, optimizer.learningRate, done, this.course.perLevel);
        const batch = await order.batches.batch(moment.index);
        const stride = { learningRate, count: moment.sinceStart };
        const { result, masks } = this.usage.during(batch.size, () =>
          this.masking.update(trainer, batch, this.step + 1, stride),
        );
        const found = this.watch?.see(this.step + 1, result, trainer.lastMove) ?? [];
        await this.endIfLost(found);
        const lost = (['loss', 'gradientNorm'] as const).find((figure) => !Number.isFinite(result[figure]));
        if (lost) throw notFinite(lost === 'loss' ? lost : 'gradient', this.step + 1, learningRate);
        this.step++;
        await this.noteMasks(masks);
        this.note({ type: 'step', step: this.step, epoch: epoch + 1, ...result, learningRate });
        await this.heed(found);
        await this.settle(trainer);
      }
    } catch (error) {
      // What was trained since the last checkpoint is not thrown away when a person cancels.
      if (error instanceof Stopped && this.step > 0) await this.checkpoint(trainer);
      throw error;
    } finally {
      trainer.dispose();
    }
  }

  /** A memory of what is not a number tells more than the loss, or a probe: where it began. */
  private async endIfLost(found: readonly Finding[]): Promise<void> {
    const end = found.find(({ measure }) => measure === 'not-finite');
    if (!end || !this.watch) return;
    const trouble = sharingTrouble(end);
    await addSharingFailure(await this.recorder.mustBeInPlace(), this.watch.failure(trouble.code, end));
    throw trouble;
  }

  /** Tells what is wrong with a shared memory, each kind once or of a layer once, and keeps the steps before. */
  private async heed(found: readonly Finding[]): Promise<void> {
    for (const finding of found) {
      const trouble = sharingTrouble(finding);
      const { code } = trouble;
      const layer = isOfLayers(code) ? finding.layer : undefined;
      const told = { type: 'warning', code, ...(layer !== undefined && { layer }) } as const;
      if (this.recorded.has(told) || this.recorded.warningsOf(code) >= mostOfLayers) continue;
      if (this.watch) await addSharingFailure(await this.recorder.mustBeInPlace(), this.watch.failure(code, finding));
      this.recorded.add(this.recorder.warn(trouble, this.step, layer));
    }
  }

  private get total(): number {
    return this.endedAt ?? this.course.total;
  }

  private async noteMasks(change: MasksChanged | undefined): Promise<void> {
    const { step } = this;
    if (!change || this.recorded.has({ type: 'masks', step })) return;
    const folder = await this.recorder.mustBeInPlace();
    const file = await writeUpdates(folder, step, change.method, change.updates);
    const masks = change.updates.map(({ update }) => update.mask);
    await writeMasks(folder, step, this.work.plan.layers, masks);
    const layers = changesOf(change.updates, await this.masking.initial());
    this.note({ type: 'masks', step, method: change.method, layers, file: `updates/${basename(file)}` });
  }

  /** Does what is due after this step and not yet recorded, so that a run stopped in between goes on exactly here. */
  private async settle(trainer: Executor): Promise<void> {
    const { step } = this;
    const { train, probes } = this.work.config;
    const epoch = this.course.endOfEpoch(step);
    if (epoch !== undefined && !this.recorded.has({ type: 'epoch', step })) await this.endEpoch(trainer, epoch);
    if (epoch !== undefined) await this.endEarly();
    const moment = { step, total: this.total };
    const asked = epoch !== undefined || isAsked(probes.signals, moment);
    if (asked && !this.recorded.has({ type: 'usage', step })) this.note(this.usage.tell(step));
    await this.probe(trainer, moment);
    if (step > 0 && step === train.rewind.step && train.rewind.levels > 0) await this.keepForRewinding(trainer);
    if (step > 0 && isDue(train.checkpointEvery, moment)) await this.checkpoint(trainer);
  }

  private async probe(trainer: Executor, moment: Moment): Promise<void> {
    const { config, plan } = this.work;
    const { watch, validation, drawn } = this;
    const { network, gain, signalSamples } = plan;
    const own = { config, network, gain, signalSamples, trainer, validation, drawn };
    const probed = { ...own, ...(watch && { watch }) };
    if (watch && isAsked(config.probes.divergence, moment)) await this.look(watch, trainer);
    for (const { key, measure } of dueProbes(probed, moment)) {
      if (this.recorded.has(key)) continue;
      await this.turn();
      try {
        this.note(await this.inTurns(await measure()));
      } catch (error) {
        const end = isOverflow(error) && watch?.overflow();
        if (end) await this.endIfLost([end]);
        throw error;
      }
    }
    drawn.clear();
  }

  /** Even where the event of this step is recorded: what is looked at later goes by it. */
  private async look(watch: RunWatch, trainer: Executor): Promise<void> {
    const { step } = this;
    const { signals, divergence: asked } = this.work.config.probes;
    await this.turn();
    const insides = await this.inTurns(trainer.insides(await this.validation.sample(signals.samples)));
    await this.heed(watch.look(step, insides, askedBefore(asked, step)));
  }

  private async endEpoch(trainer: Executor, epoch: number): Promise<void> {
    const { step } = this;
    const changed = trainer.firstChangedMask();
    if (changed) throw prunedWeightChanged(changed.layer, changed.count, step);
    await this.turn();
    const validation = await evaluation(trainer, this.validation, () => this.turn());
    const training = this.recorded.meansOf(epoch, (at) => this.train.size(this.course.at(at - 1).index));
    const warning = divergence(epoch, training.loss, this.recorded.firstLoss);
    if (warning && !this.recorded.has({ type: 'warning', code: warning.code }))
      this.recorded.add(this.recorder.warn(warning, step));
    this.note({
      type: 'epoch',
      step,
      epoch,
      trainLoss: training.loss,
      trainAccuracy: training.accuracy,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
    });
    await this.heedThreads();
  }

  /** Says where the threads that the run began with have been given up, and records it so. */
  private async heedThreads(): Promise<void> {
    const now = withoutThreads(this.record.executor);
    if (!now) return;
    this.recorded.add(this.recorder.warn(threadsGivenUp(now.why), this.step));
    await this.recorder.state('training', { executor: now.executor });
  }

  /** Training ends here when the validation loss has not fallen for long enough. */
  private async endEarly(): Promise<void> {
    const { step } = this;
    const { patience } = this.work.config.train.earlyStop;
    if (patience === 0 || this.recorded.epochsWithoutGain < patience || step >= this.total) return;
    this.endedAt = step;
    const warning = stoppedEarly(patience, step, this.course.total);
    if (!this.recorded.has({ type: 'warning', code: warning.code }))
      this.recorded.add(this.recorder.warn(warning, step));
    await this.recorder.state('training', { totalSteps: step });
  }

  /** Apart from the checkpoints: a person may clear those away. */
  private async keepForRewinding(trainer: Executor): Promise<void> {
    const metadata = stateMetadata(this.work.config, this.work.plan, this.step, this.work.rule);
    const { rewindFile } = await this.recorder.mustBeInPlace();
    await writeSafetensors(rewindFile, initTensors(trainer.state()), metadata);
  }

  private async checkpoint(trainer: Executor): Promise<void> {
    const { step } = this;
    if (this.recorded.has({ type: 'checkpoint', step })) return;
    const { config, plan, rule } = this.work;
    // A checkpoint that survives a power cut needs the events before it: resuming records only those after it again.
    await this.recorder.flush();
    const file = await writeCheckpoint(this.recorder.folder, {
      step,
      tensors: [
        ...checkpointTensors(trainer.state(), slotNames(config.train.optimizer)),
        ...(this.watch?.tensors(step) ?? []),
      ],
      metadata: {
        ...stateMetadata(config, plan, step, rule),
        epoch: String(Math.floor(step / this.train.count)),
      },
    });
    this.note({ type: 'checkpoint', step, file: `checkpoints/${basename(file)}` });
  }
}
