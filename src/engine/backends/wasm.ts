/** TensorFlow.js in WebAssembly, one thread: the default, always there. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { backendUnavailable, words } from '../errors';
import { withoutSimd } from '../kernels/simd';
import { noAddresses, noWebAssembly } from '../kernels/words';
import type { Availability, Backend } from './backend';
import { heapKernels, heapModule } from './heap-kernels';
import { offerValues } from './in-place';
import { withoutNewListeners } from './process-listeners';
import { installHeapKernels, installOwnKernels } from './install';
import { overheard, quietTensorFlow } from './quiet';
import { simdFile, wasmFiles } from './wasm-files';
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

const simdFlag = 'WASM_HAS_SIMD_SUPPORT';

/** What is there to start, by a Node that has WebAssembly. */
const filesHere = async (): Promise<ReturnType<typeof wasmFiles>> =>
  wasmFiles((await tf.env().getAsync(simdFlag)) === true);

async function available(): Promise<Availability> {
  const lacking = withoutSimd();
  if (lacking === noWebAssembly) return { ok: false, reason: words.wasmFailed(lacking) };
  const { simd } = await filesHere();
  if (!simd) return { ok: true, reason: lacking === undefined ? words.wasmNoSimdFile(simdFile) : words.wasmPlain };
  const { reason } = heapModule();
  return { ok: true, reason: reason === undefined ? words.wasmSimd : words.wasmAlone(reason) };
}

/** @throws SparseError `engine.backend-unavailable`, with what TensorFlow.js printed first */
async function setBackend(): Promise<void> {
  const set = (): Promise<boolean> => withoutNewListeners(() => tf.setBackend('wasm'));
  const { answer, lines } = await overheard(set);
  if (answer) return;
  const said = (lines.at(0) ?? '').replace(/^failed to asynchronously prepare wasm: /, '');
  throw backendUnavailable('wasm', words.wasmFailed(/memory/i.test(said) ? noAddresses(said) : said));
}

export const wasm: Backend = {
  name: 'wasm',
  available,
  start: async () => {
    quietTensorFlow();
    if (!started) {
      const { folder, simd } = await filesHere();
      tf.env().set(simdFlag, simd);
      // Setting the path again after the start is an error of TensorFlow.js.
      setWasmPaths(folder);
    }
    started = true;
    await setBackend();
    installMatMul();
    installIdentity();
    installOwnKernels('wasm', heapMemory);
    if (heapMemory(tf.backend()).kernels) installHeapKernels('wasm', heapMemory);
    offerValues('wasm', (backend) => heapMemory(backend).read);
    return { version: version_wasm };
  },
};
