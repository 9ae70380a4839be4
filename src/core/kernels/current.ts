/** The kernels that the science computes with: plain ones until a process has loaded better. Results do not depend on it but by rounding. */
import { plainKernels } from './kernels';
import type { Kernels } from './kernels';

let current = plainKernels();

export const kernels = (): Kernels => current;

export function useKernels(loaded: Kernels): void {
  current = loaded;
}
