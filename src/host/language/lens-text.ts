/** The lenses of a config: above it, and above its data. */
import type { CheckedConfig } from '../../config/checked';
import { count } from '../../core/figure';
import { significant } from '../format';
import { words } from './words';

export interface Lens {
  title: string;
  action: 'run' | 'sweep' | 'layers' | 'problems' | 'data' | 'sharing';
  /** From 0; the first line when it is absent. */
  line?: number;
}

function aboveConfig({ plan, sweep, issues }: CheckedConfig): Lens[] {
  const run: Lens = { title: `$(play) ${words.runConfig()}`, action: 'run' };
  if (sweep) return [{ title: `$(run-all) ${words.sweep(sweep.count)}`, action: 'sweep' }];
  if (!plan) {
    const errors = issues.filter(({ severity }) => severity === 'error').length;
    // Nothing is wrong where the data's own files only have not told what the network is for.
    if (errors === 0) return [run];
    return [run, { title: `$(error) ${words.problems(errors)}`, action: 'problems' }];
  }
  const { weights, nonZeros, density } = plan;
  const kept =
    nonZeros === undefined || density === undefined
      ? words.weightsByPattern(count(weights))
      : words.weightsKept(count(weights), count(nonZeros), significant(100 * density));
  return [run, { title: `$(checklist) ${kept}`, action: 'layers' }];
}

/** Above the key that it is about. Data that is not written of is what the defaults say. */
function aboveData({ locateKey }: CheckedConfig): Lens[] {
  const key = locateKey('data');
  return key ? [{ title: `$(open-preview) ${words.previewData()}`, action: 'data', line: key.start.line }] : [];
}

/** Above the key: what it does is not seen in the text. */
function aboveSharing({ locateKey }: CheckedConfig): Lens[] {
  const key = locateKey('sharing');
  return key ? [{ title: `$(pulse) ${words.diagnoseSharing()}`, action: 'sharing', line: key.start.line }] : [];
}

export const lensesOf = (checked: CheckedConfig): Lens[] => [
  ...aboveConfig(checked),
  ...aboveData(checked),
  ...aboveSharing(checked),
];
