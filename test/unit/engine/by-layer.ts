/** Gradients by all weights of a network, and products of the Hessian with them, layer by layer. */
import type { Network } from '../../../src/core/network';
import { finish } from '../../../src/core/parts';
import { hessianVectorProduct, lossGradients } from '../../../src/engine/gradients';
import { weightName } from '../../../src/engine/parameter-tensors';
import type { DenseLayer } from '../../../src/engine/parameter-tensors';
import type { Batch } from '../../../src/engine/training';

export const weightGradients = (
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  microBatch?: number,
): Float64Array[] => [
  ...finish(lossGradients(network, { layers }, batch, layers.map(weightName), { microBatch })).values(),
];

/** H g, what GraSP scores by. */
export function hessianGradients(
  network: Network,
  layers: readonly DenseLayer[],
  batch: Batch,
  temperature: number,
  microBatch?: number,
): Float64Array[] {
  const settings = { temperature, microBatch };
  const gradient = finish(lossGradients(network, { layers }, batch, layers.map(weightName), settings));
  return [...finish(hessianVectorProduct(network, { layers }, batch, gradient, settings)).values()];
}
