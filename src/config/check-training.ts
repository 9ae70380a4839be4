/** Whether what happens to the masks while the network is trained fits together. */
import { dataSets } from '../core/data-sets';
import * as errors from './errors';
import type { PathFinding } from './finding';
import { startsDense } from './methods';
import type { Config } from './types';

/** Updates of one pass over the whole training: `train.epochs` epochs. */
function stepsOf({ data, train }: Config): number {
  const { examples } = dataSets[data.source];
  const training = examples - Math.round(data.validation * examples);
  return train.epochs * Math.ceil(training / train.batchSize);
}

export function checkTraining(config: Config): PathFinding[] {
  const { sparsity, train } = config;
  const { update, init } = sparsity;
  const { rewind } = train;
  const found: PathFinding[] = [];
  const method = 'sparsity.update.method';
  if (startsDense(update) && init === 'sao')
    found.push({
      ...errors.startsDense(update.method, 'init: sao'),
      path: method,
    });
  if (sparsity.distribution === 'synflow' && Object.keys(sparsity.layers).length > 0)
    found.push({ ...errors.synflowWithLayers(), path: 'sparsity.layers' });
  if (rewind.levels === 0) return found;
  if (update.method !== 'static') found.push({ ...errors.rewindOnlyStatic(update.method), path: method });
  if (train.earlyStop.patience > 0) found.push({ ...errors.rewindWithoutEarlyStop(), path: 'train.earlyStop' });
  const steps = stepsOf(config);
  if (rewind.step >= steps) found.push({ ...errors.rewindTooLate(rewind.step, steps), path: 'train.rewind.step' });
  return found;
}
