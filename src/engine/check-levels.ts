/** Whether the weights that were drawn last for all levels of lottery tickets. */
import { levelsFinding } from '../config/check-pruning';
import type { Config } from '../config/types';
import { SparseError } from '../core/errors';
import type { LayerSummary } from '../protocol/run';

/**
 * The plan asks the same of the weights it expects: towards a pattern fewer may be drawn, and a file of masks has no
 * count before it is read. @throws SparseError `config.too-many-levels`
 */
export function checkDrawnLevels({ train }: Pick<Config, 'train'>, layers: readonly LayerSummary[]): void {
  // A layer that was drawn empty has nothing that a level could take.
  const pruned = layers.filter(({ dense, nonZeros }) => !dense && nonZeros > 0);
  const names = pruned.map(({ name }) => name);
  const weights = pruned.reduce((sum, { nonZeros }) => sum + nonZeros, 0);
  const problem = levelsFinding(train.rewind, names, weights);
  if (problem) throw new SparseError(problem.code, problem.message);
}
