import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { replayDouble, replayWithMask } from '../../../../src/core/givens';
import { useKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { KernelThreads } from '../../../../src/engine/kernels/threads';
import { anyRotations, elsewhere } from '../../core/sequences';
import { Bundles } from './bundles';

let bundles: Bundles;

beforeAll(async () => (bundles = await Bundles.open()));
afterAll(async () => {
  useKernels(plainKernels());
  await bundles.close();
});

/** The bytes of what both precisions come to. */
function bytes(s: ReturnType<typeof anyRotations>): Buffer {
  const { weights, mask } = replayWithMask(s);
  return Buffer.concat([weights, mask.words, replayDouble(s)].map(({ buffer }) => Buffer.from(buffer)));
}

describe.each([1, 2, 4])('replays over %i threads', (count) => {
  it('are those of the plain kernels, bit for bit', async () => {
    const script = await bundles.worker();
    const threads = new KernelThreads(loadKernels(['wasm']), { threads: count, always: true, script });
    await vi.waitFor(() => expect(threads.threads).toBe(count), 20_000);
    const { room } = threads.kernels;
    const before = room.used;
    for (const [rows, columns, steps] of [
      [130, 300, 900],
      [300, 130, 900],
      [257, 257, 3000],
      [700, 500, 2000],
      [200, 190, 70_000],
    ]) {
      const plain = anyRotations(rows, columns, steps);
      for (const s of [plain, elsewhere(plain)]) {
        useKernels(plainKernels());
        const wanted = bytes(s);
        useKernels(threads.kernels);
        for (let again = 0; again < 10; again++) expect(bytes(s).equals(wanted), `${rows} x ${columns}`).toBe(true);
      }
    }
    expect(room.used).toBe(before);
    await threads.close();
  });
});
