/** A training step on a GPU beside the same one on the processor, on wasm and by kept weights alone: the program of the folder that `npm run bench:gpu` makes. */
import { writeFileSync } from 'node:fs';
import * as os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../src/core/errors';
import type { PictureSize } from '../../src/core/network';
import type { PresetName, PresetOptions } from '../../src/core/presets';
import type { Backend } from '../../src/engine/backends/backend';
import { wasm } from '../../src/engine/backends/wasm';
import { webgpu } from '../../src/engine/backends/webgpu';
import { processKernels } from '../../src/engine/kernels/process';
import { kernelText } from '../../src/protocol/words';
import { density, taskOf } from './engine';
import { rowOf } from './row';

interface Size {
  picture: PictureSize;
  batch: number;
  options: PresetOptions;
}

type Named = Partial<Record<PresetName, Size>>;

const full: Named = {
  'mlp-7': { picture: [1, 28, 28], batch: 128, options: {} },
  cnn: { picture: [3, 32, 32], batch: 128, options: { depth: 8, width: 64 } },
  'resnet-20': { picture: [3, 32, 32], batch: 128, options: {} },
};

/** To see that it works, where a step of the full ones takes minutes. */
const small: Named = {
  'mlp-7': { picture: [1, 8, 8], batch: 8, options: {} },
  cnn: { picture: [2, 8, 8], batch: 4, options: { depth: 12, width: 4 } },
  'resnet-20': { picture: [3, 8, 8], batch: 8, options: { width: 4 } },
};

/** What it ends with where there is none; 1 is for losses that differ and for mistakes. */
const withoutGpu = 2;

/** Small: what is compared is the arithmetic, and norms over few examples let rounding grow. */
const learningRate = 1e-4;

/** Losses that are compared; later ones differ by what rounding has grown to. */
const compared = 5;

interface Measured {
  losses: number[];
  /** Of the first step: shaders are compiled. */
  first: number;
  /** Median, milliseconds. */
  step: number;
  steps: number;
}

interface Task {
  name: PresetName;
  size: Size;
  seconds: number;
}

async function measure(
  backend: Backend,
  executor: 'tensors' | 'sparse',
  { name, size, seconds }: Task,
): Promise<Measured> {
  await backend.start();
  const { trainer, batch } = taskOf(name, size.picture, size.batch, size.options, executor);
  const losses: number[] = [];
  const times: number[] = [];
  const began = performance.now();
  try {
    while (times.length < compared + 1 || performance.now() - began < seconds * 1000) {
      const start = performance.now();
      losses.push(trainer.step(batch, { learningRate, count: losses.length + 1 }).loss);
      times.push(performance.now() - start);
    }
  } finally {
    trainer.dispose();
  }
  const later = times.slice(Math.min(compared, Math.ceil(times.length / 3)));
  return { losses, first: times[0], step: rowOf(name, later).milliseconds, steps: later.length };
}

const worst = (one: readonly number[], other: readonly number[]): number =>
  Math.max(...one.slice(0, compared).map((loss, i) => Math.abs(loss - other[i])));

function readArguments(): { seconds: number; names: PresetName[]; sizes: Named; json: string | undefined } {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '10' },
      only: { type: 'string' },
      small: { type: 'boolean', default: false },
      software: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const seconds = Number(values.seconds);
  const sizes = values.small ? small : full;
  const names = values.only?.split(',') ?? Object.keys(sizes);
  const unknown = names.find((name) => !(name in sizes));
  if (!(seconds > 0)) throw new Error(`--seconds takes a number above 0; got ${values.seconds}.`);
  if (unknown !== undefined)
    throw new Error(`--only knows no ${unknown}. Choose of ${Object.keys(sizes).join(', ')}, with commas between.`);
  if (values.software) process.env['SPARSESCOPE_SOFTWARE_GPU'] = '1';
  return { seconds, names: names as PresetName[], sizes, json: values.json };
}

const cell = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const columns = [
  'network',
  'batch',
  'wasm, ms',
  'sparse, ms',
  'webgpu, ms',
  'wasm / webgpu',
  'sparse / webgpu',
  'webgpu, examples/s',
  'first step, ms',
  'losses apart',
];

async function main(): Promise<number> {
  const { seconds, names, sizes, json } = readArguments();
  const processor = os.cpus()[0]?.model ?? 'unknown processor';
  const { kernels, reason: plain, pool } = processKernels();
  const threads = { threads: pool.wanted, ...(pool.reason !== undefined && { oneThread: pool.reason }) };
  const { reason: wasmIs } = await wasm.available();
  const sparse = kernelText({ kind: kernels.kind, ...(plain !== undefined && { reason: plain }), ...threads });
  console.log(`wasm    ${processor}, one thread, ${wasmIs}\nsparse  density ${density}, ${sparse}`);
  console.log(`Node    ${process.versions.node}, TensorFlow.js ${tf.version.tfjs}`);
  const { ok, reason } = await webgpu.available();
  if (!ok) {
    console.error(`No GPU here: ${reason}`);
    return withoutGpu;
  }
  const { device } = await webgpu.start();
  console.log(`webgpu  ${device?.name}\n`);
  console.log(`| ${columns.join(' | ')} |\n|${columns.map(() => ' --- |').join('')}`);
  const rows = [];
  let agree = true;
  for (const name of names) {
    const size = sizes[name]!;
    const task = { name, size, seconds };
    const ours = await measure(wasm, 'tensors', task);
    const kept = await measure(wasm, 'sparse', task);
    const gpu = await measure(webgpu, 'tensors', task);
    const apart = Math.max(worst(ours.losses, gpu.losses), worst(ours.losses, kept.losses));
    agree &&= apart < 1e-3;
    rows.push({ name, batch: size.batch, wasm: ours, sparse: kept, webgpu: gpu, apart });
    const perSecond = (1000 * size.batch) / gpu.step;
    const values = [
      cell(ours.step),
      cell(kept.step),
      cell(gpu.step),
      cell(ours.step / gpu.step),
      cell(kept.step / gpu.step),
      cell(perSecond),
      cell(gpu.first),
      apart.toExponential(1),
    ];
    console.log(`| ${[name, size.batch, ...values].join(' | ')} |`);
  }
  if (json !== undefined)
    writeFileSync(
      json,
      JSON.stringify({ device: device?.name, processor, node: process.versions.node, rows }, null, 2),
    );
  console.log(`\n${agree ? `The first ${compared} losses are equal` : 'LOSSES DIFFER'} (1e-3 at most).`);
  return agree ? 0 : 1;
}

/** Dawn that is taken down with the process while its device lives has ended one in ten by a fault. */
async function leave(code: number): Promise<never> {
  const { device } = tf.backend() as { device?: { destroy: () => void } };
  device?.destroy();
  await setTimeout(100);
  process.exit(code);
}

void main().then(leave, (error: unknown) => {
  console.error(messageOf(error));
  return leave(1);
});
