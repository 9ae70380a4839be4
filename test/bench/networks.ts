/** Networks to train in the benches. */
import { exactOrthogonalConv } from '../../src/core/init/eoi-conv';
import { maskableLayers, weightShape } from '../../src/core/network';
import type { Network, PictureSize } from '../../src/core/network';
import { presetLayers } from '../../src/core/presets';
import type { PresetName, PresetOptions } from '../../src/core/presets';
import { Rng } from '../../src/core/rng';
import { freshOthers, freshState } from '../../src/engine/initialise';
import type { NetworkState } from '../../src/engine/states';
import type { Batch } from '../../src/engine/training';

export const networkFrom = (picture: PictureSize, layers: Network['layers']): Network => ({
  inputs: picture[0] * picture[1] * picture[2],
  picture,
  classes: 10,
  layers,
});

/** A preset for pictures of `size`, ten classes. */
export const networkOf = (name: PresetName, picture: PictureSize, options: PresetOptions = {}): Network =>
  networkFrom(picture, presetLayers(name, { picture, classes: 10 }, options));

/** Weights by exact orthogonal initialisation at `density`, or dense where a layer is too small for it. */
export function stateOf(network: Network, density: number): NetworkState {
  const rng = Rng.fromSeed(1);
  const layers = maskableLayers(network).map((layer) => {
    const shape = weightShape(layer);
    const request = { shape, density, convDensity: 'more-nonzeros', angles: 'uniform', seed: 1 } as const;
    const least = (layer.kind === 'conv' ? layer.groups : 1) / shape.columns;
    const own = Math.max(density, least * Math.min(1, shape.columns / shape.rows));
    const { weights, mask } = exactOrthogonalConv({ ...request, density: own, rng: rng.split(layer.name) });
    return freshState(shape, { weights, mask, ...(layer.bias !== false && { bias: new Float32Array(layer.out) }) });
  });
  return { layers, others: freshOthers({ seed: 1 }, network) };
}

/** Noise. */
export function batchOf(network: Network, size: number): Batch {
  const rng = Rng.fromSeed(2);
  return {
    size,
    x: Float32Array.from({ length: size * network.inputs }, () => rng.normal()),
    labels: Uint8Array.from({ length: size }, () => rng.below(network.classes)),
  };
}
