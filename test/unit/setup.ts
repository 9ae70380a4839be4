import { ensureKernels } from '../../scripts/lib/kernels.mjs';

/** Before all files: the kernels as they stand in the sources. */
export const setup = ensureKernels;
