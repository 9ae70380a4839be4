/** How long a training step takes. Printed as a table by `npm run bench`; nothing fails on these numbers. */
import type { PictureSize } from '../../src/core/network';
import type { PresetName, PresetOptions } from '../../src/core/presets';
import { wasm } from '../../src/engine/backends/wasm';
import type { Executor } from '../../src/engine/executor';
import { executorOf } from '../../src/engine/sparse/choose';
import type { Batch } from '../../src/engine/training';
import { batchOf, networkOf, stateOf } from './networks';
import { rowOf } from './row';
import type { BenchRow } from './row';

/** Of the networks. */
export const density = 0.1;

/** What a step needs: the same at every call, on the backend in use. */
export function taskOf(
  name: PresetName,
  picture: PictureSize,
  size: number,
  options: PresetOptions = {},
  executor: 'tensors' | 'sparse' = 'tensors',
): { trainer: Executor; batch: Batch } {
  const network = networkOf(name, picture, options);
  const batch = batchOf(network, size);
  const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
  return { trainer: executorOf(executor, network, stateOf(network, density), { optimizer }), batch };
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
