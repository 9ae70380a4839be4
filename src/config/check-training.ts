/** Whether what happens to the masks while the network is trained fits together. */
import type { DataFacts } from '../core/data-sets';
import * as errors from './errors';
import type { PathFinding } from './finding';
import { startsDense } from './methods';
import { stepsOf } from './steps';
import type { Config } from './types';

/** Examples that are not held out. */
const trainingExamples = ({ data }: Config, { examples }: DataFacts): number =>
  examples - Math.round(data.validation * examples);

/** `facts`: of the data, where somebody has looked. */
export function checkTraining(config: Config, facts: DataFacts | undefined): PathFinding[] {
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
  const steps = facts ? stepsOf(train, trainingExamples(config, facts)) : train.steps;
  const { warmupSteps } = train.schedule;
  if (steps !== undefined && steps > 0 && warmupSteps > steps)
    found.push({ ...errors.warmupBeyondEnd(warmupSteps, steps), path: 'train.schedule.warmupSteps' });
  if (rewind.levels === 0) return found;
  if (update.method !== 'static') found.push({ ...errors.rewindOnlyStatic(update.method), path: method });
  if (train.earlyStop.patience > 0) found.push({ ...errors.rewindWithoutEarlyStop(), path: 'train.earlyStop' });
  if (facts && steps !== undefined && rewind.step >= steps)
    found.push({ ...errors.rewindTooLate(rewind.step, steps), path: 'train.rewind.step' });
  return found;
}
