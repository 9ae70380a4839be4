/** How long the products of a sparse layer take, beside what computes them elsewhere. */
import * as tf from '@tensorflow/tfjs-core';
import { placeArguments } from '../../src/core/kernels/correlate';
import { frameArguments, isBare } from '../../src/core/kernels/frames';
import { plainKernels } from '../../src/core/kernels/kernels';
import type { Kernels } from '../../src/core/kernels/kernels';
import { frameLength, geometryOf, layerTaps, placesOf } from '../../src/core/kernels/taps';
import { Mask } from '../../src/core/mask';
import { weightShape } from '../../src/core/network';
import type { MaskableLayer } from '../../src/core/network';
import { Rng } from '../../src/core/rng';
import { wasm } from '../../src/engine/backends/wasm';
import { loadKernels } from '../../src/engine/kernels/load';
import { KernelThreads } from '../../src/engine/kernels/threads';
import { compare, timed } from './row';
import type { BenchRow } from './row';
import { Torch } from './torch';

const density = 0.1;
const runs = 31;

interface Layer {
  what: string;
  layer: MaskableLayer;
  picture: [height: number, width: number];
  batch: number;
}

const linear: Layer = {
  what: 'linear 1024 x 1024, batch 128',
  layer: { kind: 'linear', name: 'fc', in: 1024, out: 1024 },
  picture: [1, 1],
  batch: 128,
};
const conv: Layer = {
  what: 'conv 16 -> 16, 3 x 3, 32 x 32, batch 32',
  layer: { kind: 'conv', name: 'conv', in: 16, out: 16, kernel: [3, 3], stride: 1, padding: 'zero', groups: 1 },
  picture: [32, 32],
  batch: 32,
};

interface Products {
  forward: () => void;
  weightGradient: () => void;
}

/** On random values of the room of `kernels`. */
function productsOf(kernels: Kernels, { layer, picture, batch }: Layer): Products {
  const rng = Rng.fromSeed(1);
  const { room } = kernels;
  const random = (length: number): Float32Array => {
    const array = room.float32(length);
    for (let i = 0; i < length; i++) array[i] = rng.uniform() - 0.5;
    return array;
  };
  const { rows, columns } = weightShape(layer);
  const geometry = geometryOf(layer, picture);
  const bytes = Uint8Array.from({ length: rows * columns }, () => (rng.uniform() < density ? 1 : 0));
  const { forward } = layerTaps(layer, geometry, Mask.fromBytes(bytes, rows, columns), room);
  const { frame, channels, planes, height, width } = geometry.forward;
  const x = random(channels * frame.height * frame.width * batch);
  const framed = isBare(frame) ? x : random(frameLength(geometry.forward, batch));
  const y = random(planes * height * width * batch);
  const [values, weightGradient] = [random(forward.taps.length), random(forward.taps.length)];
  const places = placeArguments(placesOf(geometry.forward, batch));
  const { starts, taps } = forward;
  return {
    forward: () => {
      if (framed !== x) kernels.pad(x, framed, ...frameArguments(channels, batch, frame), 0, channels);
      kernels.correlate(starts, taps, values, undefined, framed, y, ...places, 0, planes);
    },
    weightGradient: () => kernels.correlateWeights(starts, taps, weightGradient, framed, y, ...places, 0, planes),
  };
}

async function paired(name: string, work: () => unknown, beside: string, run: () => number | Promise<number>) {
  return compare({ name: `${name}, density ${density}`, own: () => timed(work), beside: { name: beside, run }, runs });
}

const torchSetup = `
w = torch.randn(1024, 1024); m = (torch.rand(1024, 1024) < ${density}).float(); x = torch.randn(1024, 128); dy = torch.randn(1024, 128)
c = (w * m).to_sparse_csr()
k = torch.randn(16, 16, 3, 3); n = (torch.rand(16, 16, 3, 3) < ${density}).float(); p = torch.randn(32, 16, 32, 32)
`;

async function torchRows(linearly: Products, convolving: Products): Promise<BenchRow[]> {
  const torch = await Torch.start();
  if (!torch) return [];
  const row = async (name: string, work: () => void, how: string, run: string): Promise<BenchRow> => {
    await torch.prepare(name, torchSetup, run);
    return paired(name, work, `${torch.label(name)}: ${how}`, () => torch.time(name));
  };
  const rows = [
    await row(`${linear.what}: forward`, linearly.forward, 'weight times mask, dense', 'y = (w * m) @ x'),
    await row(`${linear.what}: forward again`, linearly.forward, 'CSR', 'y = c @ x'),
    await row(`${linear.what}: by weights`, linearly.weightGradient, 'dense, times mask', 'g = (dy @ x.t()) * m'),
    await row(
      `${conv.what}: forward`,
      convolving.forward,
      'weight times mask, dense',
      'y = torch.nn.functional.conv2d(p, k * n, padding=1)',
    ),
  ];
  torch.close();
  return rows;
}

export async function benchKernels(): Promise<BenchRow[]> {
  const loaded = loadKernels();
  const { kernels } = loaded;
  const [linearly, convolving] = [productsOf(kernels, linear), productsOf(kernels, conv)];
  const plainly = productsOf(plainKernels(), linear);
  await wasm.start();
  const [w, x] = [tf.randomNormal([1024, 1024]), tf.randomNormal([1024, 128])];
  const threads = new KernelThreads(loaded);
  const threaded = productsOf(threads.kernels, linear);
  const { what } = linear;
  const rows = [
    await paired(`${what}: forward`, linearly.forward, 'the same in TypeScript', () => timed(plainly.forward)),
    await paired(`${what}: by weights`, linearly.weightGradient, 'the same in TypeScript', () =>
      timed(plainly.weightGradient),
    ),
    await paired(`${what}: forward`, linearly.forward, 'TensorFlow.js, wasm, dense', () =>
      timed(() => tf.matMul(w, x).dispose()),
    ),
    await paired(`${what}: forward, ${threads.threads} threads`, threaded.forward, 'one thread', () =>
      timed(linearly.forward),
    ),
    ...(await torchRows(linearly, convolving)),
  ];
  await threads.close();
  tf.dispose([w, x]);
  return rows;
}
