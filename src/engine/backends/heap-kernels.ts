/**
 * Kernels of ours in the memory of TensorFlow.js's wasm backend: tensors lie there as they are, so that nothing is
 * copied. Its memory is exported by the module itself (seen with TensorFlow.js 4.22.0); where it cannot be reached, or
 * this Node has no SIMD, what TensorFlow.js brings computes instead.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { compiledFunctions } from '../../core/kernels/kernels';
import type { ColumnKernels } from '../../core/kernels/columns';
import { plainColumns } from '../../core/kernels/plain/columns';
import { plainPool } from '../../core/kernels/plain/pool';
import type { PoolKernels } from '../../core/kernels/pool';
import type { ProductKernels } from '../../core/kernels/product';
import { compiledModule } from '../kernels/load';

/** Over arrays that are views of that memory. */
export type HeapKernels = ProductKernels & ColumnKernels & PoolKernels;

const names = ['product', ...Object.keys(plainColumns), ...Object.keys(plainPool)];

const made = new WeakMap<object, HeapKernels | undefined>();

let compiled: ReturnType<typeof compiledModule> | undefined;

/** Read and compiled once; or why not. */
export const heapModule = (): ReturnType<typeof compiledModule> => (compiled ??= compiledModule('heap-kernels'));

/** The same for as long as the backend lives; nothing where there are none. */
export function heapKernels({ wasm }: Pick<BackendWasm, 'wasm'>): HeapKernels | undefined {
  if (!made.has(wasm)) made.set(wasm, load(wasm));
  return made.get(wasm);
}

/** What its compiler put there, which its types leave out. */
interface Emscripten {
  asm?: { memory?: unknown };
  _malloc: (bytes: number) => number;
}

function load(wasm: BackendWasm['wasm']): HeapKernels | undefined {
  const { asm, _malloc: allocate } = wasm as unknown as Emscripten;
  const memory = asm?.memory;
  const { module } = heapModule();
  if (!(memory instanceof WebAssembly.Memory) || !module) return undefined;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const floats = (exports['productFloats'] as () => number)();
  // Given back with the backend's memory itself.
  (exports['useProductScratch'] as (address: number) => void)(allocate(4 * floats));
  return compiledFunctions(exports, names) as HeapKernels;
}
