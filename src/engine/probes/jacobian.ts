/**
 * Singular values of the input-output Jacobian d logits / d inputs, the quantity whose concentration at 1 is dynamical
 * isometry (Saxe et al. 2014; Pennington et al. 2017). All examples' values are pooled.
 */
import { chainActivations, depthExamples, depthSpectra, spreadDepths } from '../../core/depth-jacobian';
import { actualGains, meanFieldJacobian, meanFieldLayers } from '../../core/init/mean-field-layers';
import { singularValuesInParts } from '../../core/linalg/svd';
import { maskableLayers } from '../../core/network';
import type { MaskableLayer } from '../../core/network';
import type { Parts } from '../../core/parts';
import { summarise } from '../../core/spectrum';
import { meanSquare } from '../../core/stats';
import type { JacobianDepth, JacobianEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';
import type { Batch, Trainer } from '../trainer';
import type { Intended } from './signals';

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
      pooled.push(...(yield* singularValuesInParts(matrix, classes, matrix.length / classes)));
      yield;
    }
  }
  const values = Float64Array.from(pooled).sort().reverse();
  return { type: 'jacobian', step, samples: batch.size, summary: summarise(values), values: [...values] };
}

type Probed = Pick<Intended, 'config' | 'network'> & { trainer: Pick<Trainer, 'jacobians' | 'weights'> };

/** With what theory says of it and, for chains, how it comes about along depth. */
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
  const depth = yield* alongDepth({ config, network }, layers, batch, predicted);
  return { ...event, ...(logits !== undefined && { meanField: logits }), ...(depth && { depth }) };
}

function* alongDepth(
  { config, network }: Pick<Intended, 'config' | 'network'>,
  layers: ReturnType<Trainer['weights']>,
  batch: Batch,
  predicted: ReadonlyMap<string, number>,
): Parts<JacobianDepth | undefined> {
  const activations = chainActivations(network);
  const depths = spreadDepths(maskableLayers(network).length, config.probes.jacobian.depths);
  if (!activations || depths.length === 0) return undefined;
  const kept = layers.map(({ weight }) => weight.reduce((count, value) => count + Number(value !== 0), 0));
  const samples = depthExamples(network, kept, depths, batch.size);
  if (samples === 0) return undefined;
  const { inputs } = network;
  const chain = layers.map(({ name, weight, bias }) => ({ weight, bias, activation: activations.get(name)! }));
  const found = yield* depthSpectra(chain, { x: batch.x.subarray(0, samples * inputs), inputs }, depths);
  return {
    samples,
    layers: found.map(({ index, summary, meanSquare: measured }) => {
      const { name } = layers[index];
      const meanField = predicted.get(name);
      return {
        layer: name,
        index: index + 1,
        summary,
        meanSquare: measured,
        ...(meanField !== undefined && { meanField }),
      };
    }),
  };
}
