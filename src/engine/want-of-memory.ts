/** Errors that mean that there is no more memory, in whatever words. */

/** More than TensorFlow.js asks for at a time; only addresses are taken for the moment. */
const farMore = 2 ** 29;

function hasFarMore(): boolean {
  try {
    return new ArrayBuffer(farMore).byteLength === farMore;
  } catch {
    return false;
  }
}

/**
 * Whether something was thrown for want of memory: V8 says so; TensorFlow.js in WebAssembly goes on in a memory that
 * did not grow, and meets its end.
 */
export const forWantOfMemory = (cause: unknown): boolean =>
  (cause instanceof RangeError && cause.message.includes('allocation failed')) ||
  (cause instanceof Error && cause.name === 'RuntimeError' && !hasFarMore());
