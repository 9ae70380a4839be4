/** Singular values over threads: a step changes the matrix where it lies. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { useKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import { singularValues, singularValuesInParts } from '../../../../src/core/linalg/svd';
import { Rng } from '../../../../src/core/rng';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { KernelThreads } from '../../../../src/engine/kernels/threads';
import type { ThreadOptions } from '../../../../src/engine/kernels/threads';
import { Bundles } from './bundles';

let bundles: Bundles;
let script: string;
const opened: KernelThreads[] = [];

beforeAll(async () => {
  bundles = await Bundles.open();
  script = await bundles.worker();
});
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));
afterAll(async () => {
  useKernels(plainKernels());
  await bundles.close();
});

/** Pools whose calls are all split, with all threads there. */
async function threadsWith(options: ThreadOptions): Promise<KernelThreads> {
  const threads = new KernelThreads(loadKernels(['wasm']), { threads: 3, always: true, script, ...options });
  opened.push(threads);
  await vi.waitFor(() => expect(threads.threads).toBe(threads.wanted), 20_000);
  useKernels(threads.kernels);
  return threads;
}

const rng = Rng.fromSeed(5);

/** Column by column, and by way of a band. */
describe.each([
  [150, 170],
  [390, 400],
])('singular values of %i x %i over threads', (rows, columns) => {
  const matrix = Float64Array.from({ length: rows * columns }, () => rng.normal());

  it.each(['float64', 'float32'] as const)('are the same to the bit in %s whatever their number', async (precision) => {
    await threadsWith({ threads: 1 });
    const wanted = singularValues(matrix, rows, columns, precision);
    for (const threads of [2, 3]) {
      const pool = await threadsWith({ threads });
      for (let again = 0; again < 3; again++) expect(singularValues(matrix, rows, columns, precision)).toEqual(wanted);
      expect(pool.reason).toBeUndefined();
    }
  });

  it('leave nothing in the room where they are given up between two parts', async () => {
    const { kernels } = await threadsWith({});
    const before = kernels.room.used;
    const parts = singularValuesInParts(matrix, rows, columns);
    for (let part = 0; part < 20; part++) parts.next();
    expect(kernels.room.used).toBeGreaterThan(before);
    parts.return(new Float64Array());
    expect(kernels.room.used).toBe(before);
  });

  it('say so where a thread is lost with a part of the matrix, and are right when asked for again', async () => {
    await threadsWith({ threads: 1 });
    const wanted = singularValues(matrix, rows, columns);
    const lost = await bundles.of(
      'lost.js',
      `import { workerData } from 'node:worker_threads';
       import { Control } from './control';
       new Control(workerData.shared, workerData.threads).serve(workerData.index, () => { process.exit(3); });`,
    );
    const threads = await threadsWith({ script: lost, patience: 100 });
    const before = threads.kernels.room.used;
    const again = (): unknown => {
      // Until one of the others is quick enough to have taken a part.
      for (;;) expect(singularValues(matrix, rows, columns)).toEqual(wanted);
    };
    expect(again).toThrow(expect.objectContaining({ code: 'kernels.part-lost' }));
    expect(threads.reason).toBe('a thread did not answer, and its part was lost');
    expect(threads.kernels.room.used).toBe(before);
    expect(singularValues(matrix, rows, columns)).toEqual(wanted);
  });
});
