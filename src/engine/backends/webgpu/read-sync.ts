/**
 * Values of a GPU at once, as `dataSync` promises them. TensorFlow.js reads them by drawing on a canvas, which Node has
 * not, so on WebGPU everything would have to wait. Dawn tells of what the GPU has done from callbacks that it gives to
 * `setImmediate`: called here and now, they bring the news without a turn of the event loop. Measured with webgpu
 * 0.6.2. It can be taken away when the engine reads nothing with `dataSync`.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** What Dawn wants to be called back for, in order. */
const waiting = new Set<() => void>();

const isNative = (callback: unknown): boolean =>
  typeof callback === 'function' && Function.prototype.toString.call(callback).includes('[native code]');

let watching = false;

/**
 * Keeps what native code gives to `setImmediate` within reach, once a process; everything still comes in its turn as
 * well.
 */
export function watchImmediates(): void {
  if (watching) return;
  watching = true;
  const real = globalThis.setImmediate;
  const watched = (callback: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Immediate => {
    if (!isNative(callback)) return real(callback, ...args);
    const once = (): void => {
      if (waiting.delete(once)) callback(...args);
    };
    waiting.add(once);
    return real(once);
  };
  // With what hangs on the function itself: its promisified form.
  globalThis.setImmediate = Object.assign(watched, real);
}

const nap = new Int32Array(new SharedArrayBuffer(4));

/** Milliseconds of turning without a pause: a GPU answers sooner than the system wakes anyone up. */
const spin = 0.5;

/**
 * Milliseconds after which a GPU is given up: drivers end what takes seconds, and processors that imitate one are slow.
 */
const patience = 120_000;

/** Lets Dawn work until `done`, or until it is given up. */
function workUntil(done: () => boolean): void {
  const began = performance.now();
  while (!done()) {
    for (const call of [...waiting]) call();
    const waited = performance.now() - began;
    if (waited > patience) return;
    if (waited > spin && !done()) Atomics.wait(nap, 0, 0, 0.1);
  }
}

/** A copy of a buffer's bytes; undefined where the device is lost, refused to give them, or did not answer. */
export function readBuffer(backend: WebGPUBackend, buffer: GPUBuffer): ArrayBuffer | undefined {
  const { size } = buffer;
  const staging = backend.bufferManager.acquireBuffer(size, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  // Private in its types only: what its own reading of buffers uses.
  const { commandEncoder } = backend as unknown as { commandEncoder: GPUCommandEncoder };
  commandEncoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
  backend.submitQueue();
  let refused = false;
  // A refusal is also seen by the state of the buffer, at once.
  void staging.mapAsync(GPUMapMode.READ).catch(() => (refused = true));
  workUntil(() => refused || staging.mapState !== 'pending');
  if (staging.mapState !== 'mapped') return undefined;
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  backend.bufferManager.releaseBuffer(staging);
  return bytes;
}
