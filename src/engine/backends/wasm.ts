/** TensorFlow.js in WebAssembly, one thread: the default, always there. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { backendUnavailable, words } from '../errors';
import type { Backend } from './backend';
import { heapKernels } from './heap-kernels';
import { offerValues } from './in-place';
import { withoutNewListeners } from './process-listeners';
import { installHeapKernels, installOwnKernels } from './install';
import { quietTensorFlow } from './quiet';
import { wasmFolder } from './wasm-files';
import { installIdentity } from './wasm-identity';
import { installMatMul } from './wasm-matmul';

let started = false;

/** Views of the heap: nothing is copied. */
const heapMemory = (backend: unknown) => {
  const heap = backend as Pick<BackendWasm, 'makeOutput' | 'typedArrayFromHeap' | 'wasm'>;
  const read = (info: tf.TensorInfo): Float32Array => heap.typedArrayFromHeap(info) as Float32Array;
  return {
    read,
    make: (shape: number[]) => {
      const info = heap.makeOutput(shape, 'float32');
      return { info, values: () => read(info) };
    },
    kernels: heapKernels(heap),
  };
};

export const wasm: Backend = {
  name: 'wasm',
  available: async () => {
    wasmFolder();
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return { ok: true, reason: simd === true ? words.wasmSimd : words.wasmPlain };
  },
  start: async () => {
    quietTensorFlow();
    // Setting the path again after the start is an error of TensorFlow.js.
    if (!started) setWasmPaths(wasmFolder());
    started = true;
    if (!(await withoutNewListeners(() => tf.setBackend('wasm')))) throw backendUnavailable('wasm', words.wasmFailed);
    installMatMul();
    installIdentity();
    installOwnKernels('wasm', heapMemory);
    if (heapMemory(tf.backend()).kernels) installHeapKernels('wasm', heapMemory);
    offerValues('wasm', (backend) => heapMemory(backend).read);
    return { version: version_wasm };
  },
};
