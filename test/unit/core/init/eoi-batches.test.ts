/** Matrices of one shape drawn at once are those drawn one by one. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { matricesAtOnce } from '../../../../src/core/givens';
import { exactOrthogonal, exactOrthogonalsInParts, minimumDensity } from '../../../../src/core/init/eoi';
import type { EoiDraw, EoiMatrix, EoiShape } from '../../../../src/core/init/eoi';
import { useKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import type { Kernels } from '../../../../src/core/kernels/kernels';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { KernelThreads } from '../../../../src/engine/kernels/threads';
import { Bundles } from '../../engine/kernels/bundles';
import { everyKernels } from '../../kernels';

let bundles: Bundles;
const threads: KernelThreads[] = [];

beforeAll(async () => (bundles = await Bundles.open()));
afterEach(() => useKernels(plainKernels()));
afterAll(async () => {
  await Promise.all(threads.map((pool) => pool.close()));
  await bundles.close();
});

/** All calls of which are split, even where that does not pay. */
async function kernelsOver(count: number): Promise<Kernels> {
  const script = await bundles.worker();
  const pool = new KernelThreads(loadKernels(), { threads: count, always: true, script });
  threads.push(pool);
  await vi.waitFor(() => expect(pool.threads).toBe(count), 20_000);
  return pool.kernels;
}

/** Densities from the lowest to 1, gains of several, and some that may not have more than they want. */
function drawsOf({ rows, columns }: EoiShape, count: number, seed: number): EoiDraw[] {
  const least = minimumDensity(rows, columns);
  return Array.from({ length: count }, (_, m) => {
    const density = Math.min(1, Math.max(least, [least, 0.3, 1, 0.125, 0.7][m % 5]));
    return {
      density,
      rng: Rng.fromSeed(seed).split(`matrix ${m}`),
      ...(m % 3 === 1 && { gain: 1 + m / 8 }),
      ...(m % 4 === 2 && { most: Math.max(Math.min(rows, columns), Math.floor(density * rows * columns)) }),
    };
  });
}

const shapes = [
  [1, 1, 700],
  [2, 1, 40],
  [5, 3, 40],
  [33, 70, 20],
  [130, 129, 17],
  [300, 40, 30],
  [101, 50, 30],
  [64, 192, 23],
] as const;

const shapeOf = (rows: number, columns: number): EoiShape => ({ rows, columns, angles: 'uniform', seed: 4 });

const together = (shape: EoiShape, draws: readonly EoiDraw[]): EoiMatrix[] =>
  finish(exactOrthogonalsInParts(shape, draws));

/** All that a matrix comes with, as bytes. */
const bytesOf = ({ weights, mask, sequence, density }: EoiMatrix): string => {
  const { first, second, angle, ...rest } = sequence;
  const arrays = [weights, mask.words, first, second, angle].map(({ buffer }) =>
    Buffer.from(buffer).toString('base64'),
  );
  return [...arrays, JSON.stringify(rest), density].join();
};

describe.each([
  ...everyKernels().map(([name, own]) => [name, () => own] as const),
  ...[1, 2, 3].map((count) => [`wasm over ${count} threads`, () => kernelsOver(count)] as const),
])('matrices drawn at once by %s kernels', (_, load) => {
  it.each(shapes)(
    'of %i x %i, %i of them, are those drawn one by one by the plain kernels',
    async (rows, columns, count) => {
      const shape = shapeOf(rows, columns);
      const draws = drawsOf(shape, count, rows);
      const wanted = draws.map((draw) => bytesOf(exactOrthogonal({ ...shape, ...draw })));
      const own = await load();
      useKernels(own);
      const before = own.room.used;
      expect(together(shape, draws).map(bytesOf)).toEqual(wanted);
      expect(own.room.used).toBe(before);
    },
  );
});

describe.each(everyKernels())('matrices drawn at once by %s kernels', (_, own) => {
  it('undo the last rotation of some, not of others', () => {
    useKernels(own);
    const shape = shapeOf(30, 30);
    const undone = together(shape, drawsOf(shape, 60, 2)).map(({ sequence }) => sequence.lastUndone);
    expect(new Set(undone).size).toBe(2);
  });

  it('have more room where one of them takes more rotations than nearly all do', () => {
    const shape = shapeOf(64, 10);
    const draws = Array.from({ length: 300 }, (__, m) => ({ density: 0.99, rng: Rng.fromSeed(6).split(`${m}`) }));
    const wanted = draws.map((draw) => bytesOf(exactOrthogonal({ ...shape, ...draw })));
    const slots: number[] = [];
    useKernels({
      ...own,
      drawPairs: (...args) => {
        slots.push(args[4]);
        own.drawPairs(...args);
      },
    });
    const before = own.room.used;
    expect(together(shape, draws).map(bytesOf)).toEqual(wanted);
    expect(slots).toEqual([slots[0], 2 * slots[0]]);
    expect(own.room.used).toBe(before);
  });

  it('are refused all where one is, and leave nothing allocated', () => {
    useKernels(own);
    const before = own.room.used;
    const shape = shapeOf(20, 30);
    const good = drawsOf(shape, 3, 1);
    const refused = (draw: Partial<EoiDraw>, code: string): void =>
      expect(() => together(shape, [...good, { ...good[0], ...draw }])).toThrow(expect.objectContaining({ code }));
    refused({ density: 0.01 }, 'eoi.density-too-low');
    refused({ density: 2 }, 'density.out-of-range');
    refused({ gain: 0 }, 'init.bad-gain');
    expect(own.room.used).toBe(before);
  });

  it('leave nothing allocated where a kernel fails, or who draws them stops between two parts', () => {
    const before = own.room.used;
    const shape = shapeOf(20, 30);
    const draws = drawsOf(shape, matricesAtOnce(20, 30) + 1, 1);
    for (const name of ['drawPairs', 'cosSin', 'rotateBlocks'] as const) {
      const fails = (): never => {
        throw new Error(name);
      };
      useKernels({ ...own, [name]: fails });
      expect(() => together(shape, draws)).toThrow(name);
    }
    useKernels(own);
    const parts = exactOrthogonalsInParts(shape, draws);
    expect(parts.next().done).toBe(false);
    parts.return([]);
    expect(own.room.used).toBe(before);
  });
});

describe('how many matrices are drawn at once', () => {
  it('is bounded, and one at least', () => {
    expect(matricesAtOnce(1, 1)).toBeLessThan(10_000);
    expect(matricesAtOnce(128, 128)).toBeGreaterThan(4);
    expect(matricesAtOnce(128, 128) * 128 * 128).toBeLessThanOrEqual(2 ** 20);
    expect(matricesAtOnce(20_000, 20_000)).toBe(1);
  });
});

it.each([
  [5, 3],
  [100, 10],
  [101, 50],
  [3, 5],
  [33, 70],
])('%i x %i are rotated in the block of the instance that rotates, whose lines no other shares', (rows, columns) => {
  const { kernels } = loadKernels(['wasm']);
  const foreign: boolean[] = [];
  const rotateBlocks: Kernels['rotateBlocks'] = (...args) => {
    const [axes, length, tall, scratch, pitch] = args.slice(7) as [number, number, number, Float32Array, number];
    const block = (tall ? axes : Math.min(64, length)) * pitch;
    expect([scratch.length, (4 * block) % 64]).toEqual([3 * block, 0]);
    scratch.fill(7);
    kernels.rotateBlocks(...args);
    foreign.push(scratch.subarray(block).some((value) => value !== 7));
  };
  useKernels({ ...kernels, instances: 3, rotateBlocks });
  const shape = shapeOf(rows, columns);
  together(shape, drawsOf(shape, 4, 2));
  expect(foreign).toEqual([false]);
});
