/** The two lenses above a config. */
import type { CheckedConfig } from '../../config/check';
import { significant } from '../format';
import { counted } from './plan-table';
import { words } from './words';

export interface Lens {
  title: string;
  action: 'run' | 'layers' | 'problems';
}

export function lensesOf({ plan, sweep, issues }: CheckedConfig): Lens[] {
  const run: Lens = { title: `$(play) ${words.runConfig()}`, action: 'run' };
  if (!plan) {
    const errors = issues.filter(({ severity }) => severity === 'error').length;
    // Nothing is wrong where the data's own files only have not told what the network is for.
    if (errors === 0) return [run];
    return [run, { title: `$(error) ${words.problems(errors)}`, action: 'problems' }];
  }
  // Run Config says how a sweep is run.
  if (sweep) return [{ title: `$(list-tree) ${words.sweep(sweep.count)}`, action: 'run' }];
  const { weights, nonZeros, density } = plan;
  const kept =
    nonZeros === undefined || density === undefined
      ? words.weightsByPattern(counted(weights))
      : words.weightsKept(counted(weights), counted(nonZeros), significant(100 * density));
  return [run, { title: `$(checklist) ${kept}`, action: 'layers' }];
}
