/**
 * Singular values of the input-output Jacobian d logits / d inputs, the quantity whose concentration at 1 is dynamical
 * isometry (Saxe et al. 2014; Pennington et al. 2017). All examples' values are pooled.
 */
import { actualGains, meanFieldJacobian, meanFieldLayers } from '../../core/init/mean-field-layers';
import { singularValuesInParts } from '../../core/linalg/svd';
import type { MaskableLayer } from '../../core/network';
import type { Parts } from '../../core/parts';
import { summarise } from '../../core/spectrum';
import { meanSquare } from '../../core/stats';
import type { JacobianEvent } from '../../protocol/run';
import { partsOf } from '../micro-batches';
import type { Untimed } from '../recorder';
import type { Executor } from '../executor';
import type { Batch } from '../training';
import { alongDepth } from './depth';
import type { Intended } from './signals';

/** Examples that are differentiated together: one class of so many is a part. */
const chunk = 32;

export function* jacobianSpectrum(
  trainer: Pick<Executor, 'jacobians'>,
  batch: Batch,
  shape: { inputs: number; classes: number },
  step: number,
): Parts<Untimed<JacobianEvent>> {
  const { inputs, classes } = shape;
  const pooled: number[] = [];
  for (const some of partsOf(batch, inputs, chunk)) {
    for (const matrix of yield* trainer.jacobians(some)) {
      pooled.push(...(yield* singularValuesInParts(matrix, classes, matrix.length / classes)));
      yield;
    }
  }
  const values = Float64Array.from(pooled).sort().reverse();
  return { type: 'jacobian', step, samples: batch.size, summary: summarise(values), values: [...values] };
}

type Probed = Pick<Intended, 'config' | 'network'> & {
  trainer: Pick<Executor, 'jacobians' | 'weights' | 'layerJacobian'>;
};

/** With what theory says of it, and how it comes about along depth. */
export function* jacobianProbe(
  { config, network, trainer }: Probed,
  batch: Batch,
  step: number,
): Parts<Untimed<JacobianEvent>> {
  const event = yield* jacobianSpectrum(trainer, batch, network, step);
  const layers = trainer.weights();
  const gainsOf = new Map(layers.map(({ name, weight, rows, bias }) => [name, actualGains(weight, rows, bias)]));
  const gains = ({ name }: MaskableLayer) => gainsOf.get(name)!;
  const field = meanFieldLayers(network, meanSquare(batch.x), gains);
  const predicted = meanFieldJacobian(network, field, gains);
  const last = network.layers.at(-1);
  const logits = last?.kind === 'linear' ? predicted.get(last.name) : undefined;
  const along = yield* alongDepth({ config, network, trainer, layers, predicted }, batch);
  return { ...event, ...(logits !== undefined && { meanField: logits }), ...along };
}
