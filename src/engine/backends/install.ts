/** The operations of our own that every backend is given: take one away here and in the layer that calls it. */
import { depthwiseKernels } from './depthwise';
import type { Memory } from './own-kernels';
import { register } from './own-kernels';
import { patchKernels } from './patches';
import { rowKernels } from './rows';

export function installOwnKernels(backendName: string, memoryOf: (backend: unknown) => Memory): void {
  for (const kernel of patchKernels) register(kernel, backendName, memoryOf);
  for (const kernel of depthwiseKernels) register(kernel, backendName, memoryOf);
  for (const kernel of rowKernels) register(kernel, backendName, memoryOf);
}
