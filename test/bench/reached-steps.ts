/** What steps of training sparse networks are to reach, and the memory that they take. */
import { availableParallelism } from 'node:os';
import { maskableLayers, weightShape } from '../../src/core/network';
import type { Network } from '../../src/core/network';
import type { Kernels } from '../../src/core/kernels/kernels';
import { wasm } from '../../src/engine/backends/wasm';
import type { Executor } from '../../src/engine/executor';
import { loadKernels } from '../../src/engine/kernels/load';
import { KernelThreads } from '../../src/engine/kernels/threads';
import { SparseExecutor } from '../../src/engine/sparse/executor';
import type { NetworkState } from '../../src/engine/states';
import { Trainer } from '../../src/engine/trainer';
import { batchOf, networkOf, stateOf } from './networks';
import { compare, median, timed } from './row';
import type { BenchRow } from './row';
import { Torch } from './torch';
import { torchNetwork } from './torch-network';

/** Not so fast that anything diverges in the hundreds of steps. */
const stride = { learningRate: 1e-4, count: 1 };
const settings = {
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
} as const;

/** Milliseconds of each step, of a batch that stays the same. */
const stepping =
  (executor: Executor, network: Network, batch: number): (() => number) =>
  () =>
    timed(() => executor.step(batchOnce(network, batch), stride));

const batches = new Map<string, ReturnType<typeof batchOf>>();
function batchOnce(network: Network, size: number): ReturnType<typeof batchOf> {
  const key = `${network.inputs} ${size}`;
  const batch = batches.get(key) ?? batchOf(network, size);
  batches.set(key, batch);
  return batch;
}

interface Ours {
  run: () => number;
  threads: number;
  end: () => Promise<void>;
}

/** The sparse executor with one thread or with all, as it is quicker here: as what stands beside it has the choice. */
async function quickest(network: Network, state: NetworkState, batch: number): Promise<Ours> {
  const make = (kernels: Kernels, pool?: KernelThreads): Ours => {
    const executor = new SparseExecutor(network, state, settings, kernels);
    const end = async (): Promise<void> => {
      executor.dispose();
      await pool?.close();
    };
    return { run: stepping(executor, network, batch), threads: pool?.threads ?? 1, end };
  };
  const alone = make(loadKernels().kernels);
  if (availableParallelism() < 2) return alone;
  const pool = new KernelThreads(loadKernels());
  const split = make(pool.kernels, pool);
  const tried = (ours: Ours): number => median(Array.from({ length: 6 }, ours.run).slice(1));
  const [best, other] = tried(alone) <= tried(split) ? [alone, split] : [split, alone];
  const { threads } = pool;
  await other.end();
  return best === split ? { ...split, threads } : alone;
}

const threadsOf = ({ threads }: Ours): string => `${threads} thread${threads === 1 ? '' : 's'}`;

interface Case {
  name: string;
  network: Network;
  batch: number;
  density: number;
  /** Times what torch takes. */
  ratio: number;
  runs: number;
}

async function stepRows({ name, network, batch, density, ratio, runs }: Case): Promise<BenchRow[]> {
  const state = stateOf(network, density);
  const ours = await quickest(network, state, batch);
  const common = { name: `${name}, batch ${batch}, density ${density}: step`, own: ours.run, runs };
  const note = `sparse executor, ${threadsOf(ours)}`;
  const torch = await Torch.start();
  const beside = await torch?.beside({
    what: 'weights times masks',
    prepare: torchNetwork(network, batch, density),
    run: 'step()',
  });
  const rows = [await compare({ ...common, beside, goal: { ratio }, note })];
  torch?.close();
  const trainer = new Trainer(network, state, settings);
  const tensors = { name: 'TensorFlow.js, wasm, with our overrides', run: stepping(trainer, network, batch) };
  rows.push(await compare({ ...common, beside: tensors, runs: Math.min(runs, 3), note }));
  trainer.dispose();
  await ours.end();
  return rows;
}

/** Of the network that the targets name, with hidden layers of these widths. */
const mlp = (...widths: number[]): Network => networkOf('mlp', [1, 28, 28], { widths, activation: 'relu' });
const deepMlp = (): Network => networkOf('mlp', [1, 28, 28], { depth: 1000, width: 128 });

export async function benchReachedSteps(): Promise<BenchRow[]> {
  await wasm.start();
  const cases: Case[] = [
    { name: 'MLP 784-512-512-10', network: mlp(512, 512), batch: 128, density: 0.1, ratio: 0.6, runs: 41 },
    { name: 'MLP-1000 of width 128', network: deepMlp(), batch: 128, density: 0.125, ratio: 0.5, runs: 9 },
    { name: 'ResNet-20', network: networkOf('resnet-20', [3, 32, 32]), batch: 32, density: 0.1, ratio: 1.2, runs: 11 },
  ];
  const rows: BenchRow[] = [];
  for (const one of cases) rows.push(...(await stepRows(one)));
  return rows;
}

/** How the cost of a step goes with the density. */
export async function benchReachedDensity(): Promise<BenchRow[]> {
  const network = mlp(1024, 1024);
  const [base, ...others] = [0.1, 0.05, 0.02].map((density) => {
    const executor = new SparseExecutor(network, stateOf(network, density), settings, loadKernels().kernels);
    return { density, executor, run: stepping(executor, network, 128) };
  });
  const rows: BenchRow[] = [];
  for (const [i, { density, run }] of others.entries())
    rows.push(
      await compare({
        name: `MLP 784-1024-1024-10, batch 128, density ${density}: step`,
        own: run,
        beside: { name: `the same at density ${base.density}`, run: base.run },
        runs: 31,
        goal: { ratio: [0.6, 0.3][i] },
        note: 'sparse executor, 1 thread',
      }),
    );
  for (const { executor } of [base, ...others]) executor.dispose();
  return rows;
}

/** Bytes of the room that the kernels compute in, before any batch: weights, gradients, momentum, and where the weights are. */
function held(network: Network, density: number): { milliseconds: number; bytes: number; kept: number } {
  const { kernels } = loadKernels();
  const state = stateOf(network, density);
  const before = kernels.room.used;
  let executor: SparseExecutor | undefined;
  const milliseconds = timed(() => (executor = new SparseExecutor(network, state, settings, kernels)));
  const bytes = kernels.room.used - before;
  executor?.dispose();
  const kept = state.layers.reduce((sum, { mask }) => sum + mask.reduce((count, bit) => count + bit, 0), 0);
  return { milliseconds, bytes, kept };
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** What MLP-1000 holds of itself between two steps. */
export function benchReachedMemory(): BenchRow[] {
  const network = deepMlp();
  const all = maskableLayers(network).reduce((sum, layer) => {
    const { rows, columns } = weightShape(layer);
    return sum + rows * columns;
  }, 0);
  const [own, half, dense] = [0.125, 0.0625, 1].map((density) => held(network, density));
  const perMore = (own.bytes - half.bytes) / (own.kept - half.kept);
  const fixed = own.bytes - perMore * own.kept;
  return [
    {
      name: 'MLP-1000 of width 128, density 0.125: building its training state',
      milliseconds: own.milliseconds,
      runs: 1,
      beside: { name: 'dense', milliseconds: dense.milliseconds },
      // What does not go with the weights kept: biases, and where each row begins.
      goal: { words: 'memory proportional to non-zeros', reached: fixed < own.bytes / 4 },
      note:
        `${mebibytes(own.bytes)}: ${(own.bytes / own.kept).toFixed(1)} bytes a kept weight (${perMore.toFixed(1)} for each more), ` +
        `${(own.bytes / all).toFixed(2)} a weight; dense ${mebibytes(dense.bytes)}, ${(dense.bytes / all).toFixed(1)} a weight`,
    },
  ];
}
