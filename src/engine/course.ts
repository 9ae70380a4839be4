/**
 * Which update of a training is which. Steps count completed updates over the whole run. With lottery-ticket rewinding
 * a run has several levels: the first is a whole training, each later one goes on from the weights of `rewind.step`, so
 * that it is that much shorter, and sees the same batches in the same order.
 */

import { batchesOf, stepsOf } from '../config/steps';
import type { Config } from '../config/types';

interface CourseOptions {
  /** Of one whole training, the last of which may end early. */
  steps: number;
  /** Batches of one epoch. */
  batches: number;
  rewind: { levels: number; step: number };
}

/** The update that follows some completed ones. */
export interface Moment {
  /** 0 before anything was rewound. */
  level: number;
  /** Completed updates of a whole training that this level stands at. */
  done: number;
  /** Updates since the level began, the following one included: what the optimizer counts by. */
  sinceStart: number;
  /** From 0, over the whole run: no two levels share an epoch. */
  epoch: number;
  /** Epoch within the level, which orders the examples. */
  order: number;
  /** Batch within the epoch. */
  index: number;
}

export class Course {
  /** Updates of one whole training. */
  readonly perLevel: number;
  /** Updates of the run. */
  readonly total: number;
  private readonly epochs: number;

  constructor(private readonly options: CourseOptions) {
    const { steps, batches, rewind } = options;
    this.perLevel = steps;
    this.epochs = Math.ceil(steps / batches);
    this.total = this.perLevel + rewind.levels * this.later;
  }

  /** The update after `step` completed ones; `step` below `total`. */
  at(step: number): Moment {
    const { batches, rewind } = this.options;
    const level = step < this.perLevel ? 0 : 1 + Math.floor((step - this.perLevel) / this.later);
    const done = level === 0 ? step : rewind.step + ((step - this.perLevel) % this.later);
    const order = Math.floor(done / batches);
    const sinceStart = done + 1 - (level === 0 ? 0 : rewind.step);
    return { level, done, sinceStart, epoch: level * this.epochs + order, order, index: done % batches };
  }

  /**
   * Whether `step` completed updates, at least one, end an epoch, or a training within one: its number from 1 if so.
   */
  endOfEpoch(step: number): number | undefined {
    if (step === 0) return undefined;
    const { epoch, index, done } = this.at(step - 1);
    return index + 1 === this.options.batches || done + 1 === this.perLevel ? epoch + 1 : undefined;
  }

  /** The level that begins after `step` completed updates, 1 or higher; none at most steps. */
  levelBeginning(step: number): number | undefined {
    if (step < this.perLevel || step >= this.total) return undefined;
    const { level, done } = this.at(step);
    return done === this.options.rewind.step ? level : undefined;
  }

  /** Completed updates when the last level begins; where there is one level alone, those of the run. */
  get lastLevel(): number {
    return this.options.rewind.levels === 0 ? this.total : this.total - this.later;
  }

  private get later(): number {
    return this.perLevel - this.options.rewind.step;
  }
}

/** What a config comes to with this many training examples. */
export const courseOf = ({ train }: Config, examples: number): Course =>
  new Course({ steps: stepsOf(train, examples), batches: batchesOf(train, examples), rewind: train.rewind });
