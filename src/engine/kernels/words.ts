/** Why kernels compute in one thread. */

export const oneCore = 'this machine has one core to compute on';
export const oneAsked = 'one was asked for';
export const noThreads = (why: string): string => `threads could not be started: ${why}`;
export const threadEnded = (why: string): string => `a thread ended: ${why}`;
export const threadSilent = 'a thread did not answer, and its part was computed again';
export const threadLost = 'a thread did not answer, and its part was lost';
export const plainHasNone = 'the kernels are plain TypeScript, which shares no memory';
