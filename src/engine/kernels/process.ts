/** The kernels of this process: one memory and one pool of threads, for whatever it computes. */
import { useKernels } from '../../core/kernels/current';
import type { Kernels } from '../../core/kernels/kernels';
import { loadKernels } from './load';
import { KernelThreads } from './threads';

interface ProcessKernels {
  kernels: Kernels;
  /** Why they are plain. */
  reason?: string;
  pool: KernelThreads;
}

let own: ProcessKernels | undefined;

/**
 * Those with which the science computes, too, from then on. `threads`: at most so many; only the first call decides,
 * later ones are told what there is. The threads end with the process, which they do not keep alive.
 */
export function processKernels(threads?: number): ProcessKernels {
  if (!own) {
    const loaded = loadKernels();
    const pool = new KernelThreads(loaded, threads === undefined ? {} : { threads });
    own = { kernels: pool.kernels, pool, ...(loaded.reason !== undefined && { reason: loaded.reason }) };
    useKernels(own.kernels);
  }
  return own;
}

/** The same, whose calls are split among so many threads at most. */
export function kernelsFor(threads: number | 'auto'): Kernels {
  const { kernels, pool } = processKernels();
  return threads === 'auto' ? kernels : pool.atMost(threads);
}
