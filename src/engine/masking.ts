/** The updates of one run: of weights, of masks in their place, and both again at each level of lottery tickets. */
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import { isSparseError } from '../core/errors';
import type { MaskMethod } from '../protocol/run';
import type { RunFolder } from '../runs/folder';
import type { LayerUpdate } from '../runs/updates';
import type { Course } from './course';
import { masksUnchanged } from './errors';
import type { Executor } from './executor';
import { UpdatePlan, dropAndGrow, pruneByMagnitude, pruneLevel, rewindTo } from './mask-updates';
import { readInitialMasks, readRewindStates } from './state-files';
import type { Batch, StepResult, Stride } from './training';

export interface MasksChanged {
  method: MaskMethod;
  updates: LayerUpdate[];
}

/** Says the step of what cannot be done. */
function at<T>(step: number, change: () => T): T {
  try {
    return change();
  } catch (error) {
    throw isSparseError(error) ? masksUnchanged(error, step) : error;
  }
}

export class Masking {
  private readonly updates: UpdatePlan;
  private began: Uint8Array[] | undefined;

  constructor(
    private readonly folder: RunFolder,
    private readonly work: { config: Config; plan: NetworkPlan },
    private readonly course: Course,
  ) {
    this.updates = new UpdatePlan(work.config.sparsity.update, course.perLevel);
  }

  /** What the masks began as, read when they first change; undefined when the file is gone. @throws as `beginLevel` */
  async initial(): Promise<readonly Uint8Array[] | undefined> {
    this.began ??= await readInitialMasks(this.folder, this.work.plan);
    return this.began;
  }

  /**
   * Update number `step` of the run, from 1. A loss that is not finite is answered like any other.
   * @throws SparseError `prune.*`, `dst.*`
   */
  update(trainer: Executor, batch: Batch, step: number, stride: Stride): { result: StepResult; masks?: MasksChanged } {
    const { sparsity, seed } = this.work.config;
    const { method } = sparsity.update;
    const done = this.course.at(step - 1).done + 1;
    const fraction = this.updates.fractionAt(done);
    if (fraction !== undefined && (method === 'set' || method === 'rigl')) {
      const p = { method, fraction, seed, step, stride };
      const { result, updates } = at(step, () => dropAndGrow(trainer, batch, p));
      return { result, masks: { method, updates } };
    }
    const result = trainer.step(batch, stride);
    const density = this.updates.densityAfter(done, sparsity.density);
    if (
      density === undefined ||
      !Number.isFinite(result.loss) ||
      (method !== 'gradual-magnitude' && method !== 'one-shot')
    )
      return { result };
    const keep = Math.round(density * this.work.plan.weights);
    return { result, masks: { method, updates: at(step, () => pruneByMagnitude(trainer, keep)) } };
  }

  /**
   * Prunes what the level before has made smallest, and goes back to where it began, when a level begins after `step`
   * updates. @throws SparseError `prune.*`; `engine.checkpoint-mismatch`, `file.*` when the weights to go back to
   * cannot be read
   */
  async beginLevel(trainer: Executor, step: number): Promise<MasksChanged | undefined> {
    if (this.course.levelBeginning(step) === undefined) return undefined;
    const { rewind } = this.work.config.train;
    const start = await readRewindStates(this.folder, rewind.step, this.work.plan);
    const updates = at(step, () => pruneLevel(trainer, rewind.fraction));
    rewindTo(trainer, start);
    return { method: 'rewind', updates };
  }
}
