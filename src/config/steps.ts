/** How long a training is. */
import type { Config } from './types';

type Train = Pick<Config['train'], 'batchSize' | 'epochs' | 'steps'>;

/** Batches of one epoch; the last may be smaller. */
export const batchesOf = ({ batchSize }: Pick<Train, 'batchSize'>, examples: number): number =>
  Math.ceil(examples / batchSize);

/** Updates of one whole training with so many examples. */
export const stepsOf = (train: Train, examples: number): number =>
  train.steps ?? train.epochs * batchesOf(train, examples);
