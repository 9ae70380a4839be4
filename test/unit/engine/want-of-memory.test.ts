/** What V8 and WebAssembly throw when there is no more memory, told as that; anything else as an error of the program. */
import { describe, expect, it, vi } from 'vitest';
import { describeError } from '../../../src/engine/errors';

describe('an error for want of memory', () => {
  it('is told with what to do when V8 says so', () => {
    let thrown: unknown;
    try {
      new Uint8Array(2 ** 52);
    } catch (error) {
      thrown = error;
    }
    // Longer than any array may be: no want of memory.
    expect(describeError(thrown).code).toBe('engine.internal');
    try {
      new ArrayBuffer(2 ** 46);
    } catch (error) {
      thrown = error;
    }
    expect(describeError(thrown)).toEqual({
      code: 'engine.no-memory',
      message: expect.stringMatching(
        /^This process gets no more memory \(.*allocation failed.*\. Use a smaller/,
      ) as string,
    });
  });

  it('is told of WebAssembly that met the end of its memory only where none is left', () => {
    const met = new WebAssembly.RuntimeError('memory access out of bounds');
    expect(describeError(met).code).toBe('engine.internal');
    vi.stubGlobal('ArrayBuffer', function () {
      throw new RangeError('Array buffer allocation failed');
    });
    try {
      expect(describeError(met)).toMatchObject({
        code: 'engine.no-memory',
        message: expect.stringContaining('(memory access out of bounds)') as string,
      });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
