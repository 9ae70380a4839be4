/** What signals and gradients do in each layer, measured and predicted, and what of the weights takes part. */
import type { Config } from '../../config/types';
import { effectiveWeights } from '../../core/effective';
import { isSparseError } from '../../core/errors';
import { meanField } from '../../core/init/mean-field';
import type { Gains } from '../../core/init/mean-field';
import { denseGain, meanFieldLayers } from '../../core/init/mean-field-layers';
import type { FieldLayer } from '../../core/init/mean-field-layers';
import type { BaseInit } from '../../core/init/registry';
import { everyLayer, maskableLayers, weightShape } from '../../core/network';
import type { MaskableLayer, Network } from '../../core/network';
import type { Parts } from '../../core/parts';
import { countOnes } from '../../core/prune/select';
import { meanSquare } from '../../core/stats';
import type { LayerSignals, MeanField, SignalsEvent } from '../../protocol/run';
import type { Untimed } from '../recorder';
import type { Executor } from '../executor';
import type { Batch } from '../training';

/** What the network was to be: its layers, and the gains of its config. */
export interface Intended {
  config: Config;
  network: Network;
  gain: Gains;
}

/** What a layer is like with every weight kept: all but `base` make, or come near to, orthogonal ones. */
const denseInit = ({ sparsity }: Config, { dense }: MaskableLayer): BaseInit =>
  sparsity.init === 'base' || dense ? sparsity.base : 'delta-orthogonal';

/** Where a deep network of one kind of layer goes, if this is one. */
function deepField({ config, network, gain }: Intended, predicted: ReadonlyMap<string, unknown>): MeanField | null {
  const layers = maskableLayers(network);
  const activations = new Set([...everyLayer(network.layers)].flatMap((l) => (l.kind === 'activation' ? [l.fn] : [])));
  const [activation = 'linear'] = activations;
  if (predicted.size < layers.length || activations.size > 1) return null;
  const square = { name: '', rows: 1, columns: 1 };
  const weight = denseGain(config.sparsity.init === 'base' ? config.sparsity.base : 'orthogonal', square, gain.weight);
  try {
    return meanField(activation, { weight, bias: gain.bias });
  } catch (error) {
    // A signal that explodes comes to nothing: that is an answer.
    if (isSparseError(error) && error.code === 'init.no-fixed-point') return null;
    throw error;
  }
}

export function* signals(
  intended: Intended,
  trainer: Pick<Executor, 'signals'>,
  batch: Batch,
  step: number,
): Parts<Untimed<SignalsEvent>> {
  const { config, network, gain } = intended;
  const measured = yield* trainer.signals(batch);
  const effective = yield* effectiveWeights(network, new Map([...measured].map(([name, { mask }]) => [name, mask])));
  const input = meanSquare(batch.x);
  const dense = meanFieldLayers(network, input, (layer) => ({
    weight: denseGain(denseInit(config, layer), weightShape(layer), gain.weight),
    bias: layer.bias === false ? 0 : gain.bias,
  }));
  const sparse = meanFieldLayers(network, input, ({ name }) => measured.get(name)!.gains);
  let before: number | undefined;
  const layers = maskableLayers(network).map(({ name }): LayerSignals => {
    const { figures, squaredGradients, mask } = measured.get(name)!;
    const predicted = sparse.get(name);
    const chi = predicted && before !== undefined ? before / squaredGradients : null;
    before = squaredGradients;
    return {
      layer: name,
      ...figures,
      kept: countOnes(mask),
      effective: effective.get(name)!,
      chi,
      dense: fieldOf(dense.get(name)),
      sparse: fieldOf(predicted),
    };
  });
  return { type: 'signals', step, samples: batch.size, layers, deep: deepField(intended, dense) };
}

const fieldOf = (layer: FieldLayer | undefined): LayerSignals['dense'] => layer ?? null;
