/**
 * Loads a package of TensorFlow for Node so that it serves the TensorFlow.js that is built into the engine, and no copy
 * of its own.
 */
import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { Memory } from '../own-kernels';
import { quietTensorFlow } from '../quiet';

/** What Node 23 took away and the packages still call; their fix was never released (tfjs #8425). */
function giveBackRemovedFunctions(): void {
  const removed: Record<string, unknown> = util;
  removed['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  removed['isArray'] ??= Array.isArray;
}

/** Read by TensorFlow when it starts. */
function setDefaults(): void {
  // Several engines share a card: by default the first takes all of its memory.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  // What the driver compiles for a newer card is larger than what it keeps by default, and would be compiled at each
  // start.
  process.env['CUDA_CACHE_MAXSIZE'] ??= String(2 ** 32 - 1);
  // Warnings only: the rest is of no use to a person.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
}

/**
 * A class that code compiled for ES5 can derive from, which calls it as a function: the packages are, the TensorFlow.js
 * that is built in is not.
 */
function derivable(base: abstract new (...args: never[]) => object): unknown {
  function derived(this: object, ...args: never[]): object {
    return Reflect.construct(base, args, this.constructor) as object;
  }
  Object.setPrototypeOf(derived, base);
  derived.prototype = base.prototype as object;
  return derived;
}

/** What the packages get for @tensorflow/tfjs. */
const offered = (): object => ({
  ...tf,
  KernelBackend: derivable(tf.KernelBackend),
  CustomCallback: derivable(tf.CustomCallback),
});

/** What of the backend's own class is used. */
interface NodeBackend {
  isUsingGpuDevice: boolean;
  binding: { TF_Version: string };
}

/**
 * For the operations of our own, which compute on the processor: values come from the card, and go there with the next
 * operation on them. Patches of pictures cross twice that way.
 */
export const nodeMemory = (backend: unknown): Memory => {
  const values = backend as tf.KernelBackend;
  return {
    read: ({ dataId }) => values.readSync(dataId) as Float32Array,
    make: (shape) => {
      // Kept by reference until then.
      const made = new Float32Array(tf.util.sizeFromShape(shape));
      return { info: { dataId: values.write(made, shape, 'float32'), shape, dtype: 'float32' }, values: () => made };
    },
  };
};

/** What TensorFlow.js calls the backend of both packages. */
export const nodeBackendName = 'tensorflow';

export interface Loaded {
  version: string;
  gpu: boolean;
}

/**
 * @param packageFolder that of @tensorflow/tfjs-node or @tensorflow/tfjs-node-gpu
 * @throws whatever the package does: see src/gpu/words.ts
 */
export function load(packageFolder: string): Loaded {
  giveBackRemovedFunctions();
  setDefaults();
  quietTensorFlow();
  const require = createRequire(join(packageFolder, 'package.json'));
  const exports = offered();
  // The package registers its backend and kernels with whatever these names give it.
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    const file = require.resolve(name);
    require.cache[file] = Object.assign(new Module(file), { exports, filename: file, loaded: true });
  }
  require(packageFolder);
  const { isUsingGpuDevice, binding } = tf.findBackend(nodeBackendName) as unknown as NodeBackend;
  return { version: binding.TF_Version, gpu: isUsingGpuDevice };
}

/** A product whose result is known, on the backend in use. @throws what the backend does, or `wrong numbers` */
export function tryOut(): void {
  const [first] = tf
    .tidy(() => tf.matMul(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor2d([1, -1, 2], [3, 1])))
    .arraySync() as number[][];
  // Written so that a driver which gives NaN does not pass.
  if (!(Math.abs(first[0] - 5) <= 1e-4)) throw new Error('wrong numbers');
}
