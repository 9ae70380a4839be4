import { fewAddressesFlag } from '../../protocol/engine';

/** Why kernels are not compiled, and why they compute in one thread: to be read after a colon. */

export const noWebAssembly = 'this Node has no WebAssembly';
export const noSimd = 'this Node has no WebAssembly SIMD';
export const fileMissing = (file: string, folders: readonly string[]): string =>
  `${file} is neither in ${folders.join(' nor in ')}; install Sparsescope again`;
export const fileDamaged = (path: string): string => `${path} is damaged; install Sparsescope again`;

/** `why`: what V8 said when it was to make a memory. */
export const noAddresses = (why: string): string =>
  `${why}; where the system limits addresses (ulimit -v), node ${fewAddressesFlag} needs fewer, also by NODE_OPTIONS`;

export const oneCore = 'this machine has one core to compute on';
export const oneAsked = 'one was asked for';
export const noThreads = (why: string): string => `threads could not be started: ${why}`;
export const threadEnded = (why: string): string => `a thread ended: ${why}`;
export const threadFailed = 'a thread could not compute its part, which was computed again';
export const threadSilent = 'a thread did not answer, and its part was computed again';
export const threadLost = 'a thread did not answer, and its part was lost';
export const plainHasNone = 'the kernels are plain TypeScript, which shares no memory';
