/** How long a training step takes. Printed as a table by `npm run bench`; nothing fails on these numbers. */
import type { Network } from '../../src/core/network';
import { maskableLayers } from '../../src/core/network';
import { exactOrthogonal } from '../../src/core/init/eoi';
import { Rng } from '../../src/core/rng';
import { wasm } from '../../src/engine/backends/wasm';
import { freshState } from '../../src/engine/initialise';
import type { Batch } from '../../src/engine/trainer';
import { Trainer } from '../../src/engine/trainer';
import { rowOf } from './row';
import type { BenchRow } from './row';

const density = 0.1;
const batchSize = 128;
const steps = 200;
const warmUp = 20;

/** MLP-7 as in the presets: 784, six hidden layers of 100, 10 classes. */
const mlp7: Network = {
  inputs: 784,
  classes: 10,
  layers: [784, 100, 100, 100, 100, 100, 100].flatMap((width, i) => [
    { kind: 'linear' as const, name: `fc${i + 1}`, in: width, out: i === 6 ? 10 : 100 },
    ...(i < 6 ? [{ kind: 'activation' as const, fn: 'tanh' as const }] : []),
  ]),
};

export async function benchEngine(): Promise<BenchRow[]> {
  await wasm.start();
  const rng = Rng.fromSeed(1);
  const layers = maskableLayers(mlp7).map(({ name, out, in: columns }) => {
    const shape = { rows: out, columns, density, angles: 'uniform' as const, seed: 1 };
    const { weights, mask } = exactOrthogonal({ ...shape, rng: rng.split(name) });
    return freshState({ name, rows: out, columns }, { weights, mask, bias: new Float32Array(out) });
  });
  const batch: Batch = {
    size: batchSize,
    x: Float32Array.from({ length: batchSize * mlp7.inputs }, () => rng.normal()),
    labels: Uint8Array.from({ length: batchSize }, () => rng.below(mlp7.classes)),
  };
  const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
  const trainer = new Trainer(mlp7, { layers, others: [] }, { optimizer });
  const times = Array.from({ length: steps + warmUp }, () => {
    const start = performance.now();
    trainer.step(batch, { learningRate: 0.01, count: 1 });
    return performance.now() - start;
  }).slice(warmUp);
  trainer.dispose();
  const { reason } = await wasm.available();
  return [rowOf(`MLP-7 training step, batch ${batchSize}`, times, `${reason}, density ${density}, Nesterov momentum`)];
}
