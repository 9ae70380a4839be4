/** The operations of our own: take one away here and in the layer that calls it. */
import { columnKernels } from './column-norm';
import { depthwiseKernels } from './depthwise';
import type { Memory } from './own-kernels';
import { register } from './own-kernels';
import { patchKernels } from './patches';
import { rowKernels } from './rows';
import { windowKernels } from './windows';

/** What every backend is given. */
export function installOwnKernels(backendName: string, memoryOf: (backend: unknown) => Memory): void {
  for (const kernel of patchKernels) register(kernel, backendName, memoryOf);
  for (const kernel of depthwiseKernels) register(kernel, backendName, memoryOf);
  for (const kernel of rowKernels) register(kernel, backendName, memoryOf);
}

/** What a backend is given in whose memory kernels of ours compute. */
export function installHeapKernels(backendName: string, memoryOf: (backend: unknown) => Memory): void {
  for (const kernel of columnKernels) register(kernel, backendName, memoryOf);
  for (const kernel of windowKernels) register(kernel, backendName, memoryOf);
}
