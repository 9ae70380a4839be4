/** How long a training step takes. Printed as a table by `npm run bench`; nothing fails on these numbers. */
import { exactOrthogonalConv } from '../../src/core/init/eoi-conv';
import { maskableLayers, weightShape } from '../../src/core/network';
import type { Network, PictureSize } from '../../src/core/network';
import { presetLayers } from '../../src/core/presets';
import type { PresetName, PresetOptions } from '../../src/core/presets';
import { Rng } from '../../src/core/rng';
import { wasm } from '../../src/engine/backends/wasm';
import { freshOthers, freshState } from '../../src/engine/initialise';
import type { NetworkState } from '../../src/engine/states';
import type { Batch } from '../../src/engine/trainer';
import { Trainer } from '../../src/engine/trainer';
import { rowOf } from './row';
import type { BenchRow } from './row';

const density = 0.1;

/** A preset for pictures of `size`, ten classes. */
const networkOf = (name: PresetName, picture: PictureSize, options: PresetOptions): Network => ({
  inputs: picture[0] * picture[1] * picture[2],
  picture,
  classes: 10,
  layers: presetLayers(name, { picture, classes: 10 }, options),
});

/** Weights by exact orthogonal initialisation at `density`, or dense where a layer is too small for it. */
function stateOf(network: Network, rng: Rng): NetworkState {
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

/** What a step needs: the same at every call, on the backend in use. */
export function taskOf(
  name: PresetName,
  picture: PictureSize,
  size: number,
  options: PresetOptions = {},
): { trainer: Trainer; batch: Batch } {
  const network = networkOf(name, picture, options);
  const rng = Rng.fromSeed(1);
  const batch: Batch = {
    size,
    x: Float32Array.from({ length: size * network.inputs }, () => rng.normal()),
    labels: Uint8Array.from({ length: size }, () => rng.below(network.classes)),
  };
  const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
  return { trainer: new Trainer(network, stateOf(network, rng), { optimizer }), batch };
}

async function stepRow(name: PresetName, picture: PictureSize, size: number, steps: number): Promise<BenchRow> {
  const { trainer, batch } = taskOf(name, picture, size);
  const warmUp = Math.ceil(steps / 10);
  const times = Array.from({ length: steps + warmUp }, () => {
    const start = performance.now();
    trainer.step(batch, { learningRate: 0.01, count: 1 });
    return performance.now() - start;
  }).slice(warmUp);
  trainer.dispose();
  const { reason } = await wasm.available();
  return rowOf(`${name} training step, batch ${size}`, times, `${reason}, density ${density}, Nesterov momentum`);
}

export async function benchEngine(): Promise<BenchRow[]> {
  await wasm.start();
  return [
    await stepRow('mlp-7', [1, 28, 28], 128, 200),
    await stepRow('resnet-20', [3, 32, 32], 32, 10),
    await stepRow('efficientnet-b0', [3, 64, 64], 8, 5),
    await stepRow('deit-blocks', [3, 32, 32], 8, 5),
  ];
}
