/** How long shared weights of VGG-11 take, by the mapping, and what a trainer of them really holds. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { checkConfig } from '../../src/config/check';
import { scalesOf } from '../../src/config/initial-memory';
import { RentedRoom } from '../../src/core/kernels/room';
import { finish } from '../../src/core/parts';
import { mappingNames } from '../../src/core/rps/names';
import { gather, recover } from '../../src/core/rps/recover';
import { wasm } from '../../src/engine/backends/wasm';
import { drawNetwork } from '../../src/engine/initial-network';
import type { Source } from '../../src/engine/initial-network';
import { processKernels } from '../../src/engine/kernels/process';
import { ruleOf } from '../../src/engine/rps/rule';
import type { SharingRule } from '../../src/engine/rps/rule';
import { watchOf } from '../../src/engine/rps/run-watch';
import { Trainer } from '../../src/engine/trainer';
import { trainingSettings } from '../../src/engine/training';
import type { StepResult } from '../../src/engine/training';
import { staticReport } from '../../src/runs/sharing/report';
import { batchOf } from './networks';
import { compare, measure, timed } from './row';
import type { BenchRow } from './row';

function vgg11(weights: string): Pick<Source, 'config' | 'plan'> {
  const text = `version: 1
name: vgg-11
seed: 1
model: { preset: vgg-11 }
data: { source: cifar-100, path: ./data }
${weights}
train: { optimizer: { name: sgd, learningRate: 0.1, momentum: 0.9 } }
`;
  const { config, plan, issues } = checkConfig(text, 'yaml');
  if (!config || !plan) throw new Error(issues.map(({ message }) => message).join('\n'));
  return { config, plan };
}

/** What a static report of VGG-11 may take, in milliseconds. */
const reportGoal = 1000;

/** Without compression the memory is as large as the network. */
async function report(kind: string, method: string, compression: number): Promise<BenchRow> {
  const { config, plan } = vgg11(`sharing: { method: ${method}, mapping: ${kind}, compression: ${compression} }`);
  const { n, m } = plan.sharing!;
  const row = await measure(
    `static report of VGG-11 at ${compression}x, ${method}, ${kind}`,
    3,
    () => finish(staticReport(config, plan)),
    `${n} weights of ${m} numbers`,
  );
  return { ...row, goal: { most: reportGoal } };
}

async function mapping(kind: string, method: string): Promise<BenchRow[]> {
  const { config, plan } = vgg11(`sharing: { method: ${method}, mapping: ${kind}, compression: 10 }`);
  const sharing = plan.sharing!;
  const scales = scalesOf(sharing, config.sharing!);
  // Where training has them.
  const room = new RentedRoom(processKernels().kernels.room);
  const memory = room.float32(sharing.m).fill(1);
  const weights = sharing.layers.map((layer) => room.float32(layer.weights).fill(0));
  const gradient = room.float64(sharing.m).fill(0);
  const name = `VGG-11 at 10x, ${method}, ${kind}`;
  const rows = [
    await report(kind, method, 1),
    await report(kind, method, 10),
    await report(kind, method, 1000),
    await measure(`recover ${name}`, 3, () => weights.forEach((out, l) => recover(sharing, scales, memory, l, out))),
    await measure(`gather ${name}`, 3, () => weights.forEach((own, l) => gather(sharing, scales, l, own, gradient))),
  ];
  room.freeAll();
  return rows;
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** The collector of garbage, so that only what is held counts: in a turn of its own, when nothing of the last one is alive. */
function collector(): () => Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  return async () => {
    for (let k = 0; k < 3; k++) {
      await nextTurn();
      gc();
    }
  };
}

/** As a run begins. */
async function trainerOf(own: Pick<Source, 'config' | 'plan'>, rule: SharingRule | undefined): Promise<Trainer> {
  const source: Source = { ...own, configPath: '', root: '' };
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const { state } = await drawNetwork(source, context);
  return new Trainer(own.plan.network, state, trainingSettings({ ...own, rule }));
}

/** Examples of a step that a watch is beside. */
const watchedBatch = 32;

/** Each step is watched: of each layer the norms of its step and of its weights before it. A look has one of the two. */
async function watched(kind: string): Promise<BenchRow> {
  const own = vgg11(`sharing: { mapping: ${kind}, compression: 100 }`);
  const rule = ruleOf(own);
  const trainer = await trainerOf(own, rule);
  const watch = watchOf({ rule, plan: own.plan }, trainer, {});
  const batch = batchOf(own.plan.network, watchedBatch);
  let count = 0;
  const step = (): StepResult => trainer.step(batch, { learningRate: 1e-3, count: ++count });
  const result = step();
  const row = await compare({
    name: `watch of a step of VGG-11 at 100x, stable-rps, ${kind}`,
    own: () =>
      timed(() => {
        trainer.lookAtMemory();
        watch?.see(count, result, trainer.lookAtMemory());
      }),
    beside: { name: `the step, ${watchedBatch} examples`, run: () => timed(step) },
    runs: 5,
  });
  trainer.dispose();
  return row;
}

/** Tensors, which lie in the memory of WebAssembly, other arrays, and the resident set: before the network is drawn and while its trainer is there. */
async function held(name: string, weights: string, gc: () => Promise<void>): Promise<BenchRow> {
  const own = vgg11(weights);
  const rule = ruleOf(own);
  await gc();
  const before = process.memoryUsage();
  const tensors = tf.memory().numBytes;
  const began = performance.now();
  const trainer = await trainerOf(own, rule);
  const milliseconds = performance.now() - began;
  await gc();
  const after = process.memoryUsage();
  const inTensors = tf.memory().numBytes - tensors;
  trainer.dispose();
  const { bytes } = own.plan.sharing ?? {};
  const reckoned = bytes && bytes.memory + bytes.optimizer + bytes.dense + bytes.index;
  return {
    ...{ name: `trainer of VGG-11, ${name}`, milliseconds, runs: 1 },
    note:
      `holds ${mebibytes(after.arrayBuffers - before.arrayBuffers)} of arrays and ${mebibytes(inTensors)} of tensors, resident ${mebibytes(after.rss - before.rss)} more` +
      (reckoned === undefined ? '' : `; reckoned ${mebibytes(reckoned)}`),
  };
}

export async function benchSharing(): Promise<BenchRow[]> {
  await wasm.start();
  const gc = collector();
  // The small one first: pages that the other leaves behind would be its own.
  const rows = [
    await held('fold at 100x', 'sharing: { compression: 100 }', gc),
    await held('dense', 'sparsity: { density: 1, init: base }', gc),
  ];
  for (const kind of ['fold', 'random']) rows.push(await watched(kind));
  for (const method of ['stable-rps', 'roast'])
    for (const kind of mappingNames) rows.push(...(await mapping(kind, method)));
  return rows;
}
