/**
 * Singular values of the input-output Jacobian d logits / d inputs, the quantity whose concentration at 1 is dynamical
 * isometry (Saxe et al. 2014; Pennington et al. 2017). All examples' values are pooled.
 */
import { singularValuesInParts } from '../../core/linalg/svd';
import type { Parts } from '../../core/parts';
import { summarise } from '../../core/spectrum';
import type { JacobianEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';
import type { Batch, Trainer } from '../trainer';

/** Examples that are differentiated together: one class of so many is a part. */
const chunk = 32;

export function* jacobianSpectrum(
  trainer: Pick<Trainer, 'jacobians'>,
  batch: Batch,
  shape: { inputs: number; classes: number },
  step: number,
): Parts<Untimed<JacobianEvent>> {
  const { inputs, classes } = shape;
  const pooled: number[] = [];
  for (let start = 0; start < batch.size; start += chunk) {
    const end = Math.min(batch.size, start + chunk);
    const some: Batch = {
      size: end - start,
      x: batch.x.subarray(start * inputs, end * inputs),
      labels: batch.labels.subarray(start, end),
    };
    for (const matrix of yield* trainer.jacobians(some)) {
      pooled.push(...(yield* singularValuesInParts(matrix, classes, inputs)));
      yield;
    }
  }
  const values = Float64Array.from(pooled).sort().reverse();
  return { type: 'jacobian', step, samples: batch.size, summary: summarise(values), values: [...values] };
}
