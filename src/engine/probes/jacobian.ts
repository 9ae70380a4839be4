/**
 * Singular values of the input-output Jacobian d logits / d inputs, the quantity whose concentration at 1 is dynamical
 * isometry (Saxe et al. 2014; Pennington et al. 2017). All examples' values are pooled.
 */
import { singularValues } from '../../core/linalg/svd';
import { summarise } from '../../core/spectrum';
import type { JacobianEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';
import type { Batch, Trainer } from '../trainer';

export function jacobianSpectrum(
  trainer: Pick<Trainer, 'jacobians'>,
  batch: Batch,
  shape: { inputs: number; classes: number },
  step: number,
): Untimed<JacobianEvent> {
  const perExample = trainer.jacobians(batch).map((matrix) => singularValues(matrix, shape.classes, shape.inputs));
  const values = Float64Array.from(perExample.flatMap((list) => [...list]))
    .sort()
    .reverse();
  return { type: 'jacobian', step, samples: batch.size, summary: summarise(values), values: [...values] };
}
