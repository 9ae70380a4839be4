import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { attendFloats, attendParts } from '../../../../src/core/kernels/attend';
import { rowGroupBytes, triangleSize } from '../../../../src/core/kernels/band';
import { placeArguments } from '../../../../src/core/kernels/correlate';
import type { Places } from '../../../../src/core/kernels/correlate';
import { frameArguments } from '../../../../src/core/kernels/frames';
import { addressesOf } from '../../../../src/core/kernels/kernels';
import { supportWords } from '../../../../src/core/kernels/rotations';
import type { Kernels } from '../../../../src/core/kernels/kernels';
import { splittings } from '../../../../src/core/kernels/work';
import type { SplitName } from '../../../../src/core/kernels/work';
import { columnsIn, kernelsOf } from '../../../../src/core/linalg/bidiagonal';
import type { Precision } from '../../../../src/core/linalg/bidiagonal';
import { Rng } from '../../../../src/core/rng';
import { Control } from '../../../../src/engine/kernels/control';
import { loadKernels } from '../../../../src/engine/kernels/load';
import { Pace } from '../../../../src/engine/kernels/pace';
import { KernelThreads } from '../../../../src/engine/kernels/threads';
import type { ThreadData, ThreadOptions } from '../../../../src/engine/kernels/threads';
import { oneAsked, oneCore } from '../../../../src/engine/kernels/words';
import { into } from '../../kernels';
import { Bundles } from './bundles';

let bundles: Bundles;
let script: string;
const opened: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  bundles = await Bundles.open();
  script = await bundles.worker();
});
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));
afterAll(() => bundles.close());

/** All calls are split. */
function threadsWith(options: ThreadOptions): KernelThreads {
  const threads = new KernelThreads(loadKernels(['wasm']), { threads: 3, always: true, script, ...options });
  opened.push(threads);
  return threads;
}

const started = (threads: KernelThreads, count: number): Promise<void> =>
  vi.waitFor(() => expect(threads.threads).toBe(count), 20_000);

const rows = 23;
const places: Places = { batch: 5, height: 3, segments: 1, run: 35, rowStep: 45, segmentStep: 0 };
const frame = { height: 5, width: 4, top: 1, left: 2, stride: 2, rows: 4, columns: 4, circular: true };

/** A call of each kernel that may be split, on the same values whatever the room; answers what it gives. */
function calls(kernels: Kernels): Record<SplitName, () => number[]> {
  const rng = Rng.fromSeed(7);
  const { float32, float64, int32, uint32 } = into(kernels.room);
  const gaussian = (length: number): Float32Array => float32(Float32Array.from({ length }, () => rng.normal()));
  const taps = Array.from({ length: rows * 20 }, (_, k) => ((k * 7) % 50) * 9);
  const [starts, all] = [int32(Array.from({ length: rows + 1 }, (_, o) => o * 20)), int32(taps)];
  const [values, x, bias] = [gaussian(taps.length), gaussian(52 * 9 * 5), gaussian(rows)];
  const where = placeArguments(places);
  const framing = frameArguments(rows, 5, frame);
  const dy = gaussian(rows * 3 * 35);
  const dValues = gaussian(taps.length);
  const y = gaussian(dy.length);
  const [picture, framed] = [gaussian(rows * 20 * 5), gaussian(rows * 64 * 5)];
  const [many, active] = [gaussian(10_001), gaussian(10_001)];
  /** In place: on a copy of the same matrix each time. */
  const step = (precision: Precision): (() => number[]) => {
    const { values: a, stride } = columnsIn(kernels.room, precision, 120, 100);
    const given = Array.from(a, (_, i) => (i % stride < 120 ? rng.normal() : 0));
    const vector = (length: number, from: number, to = length): typeof a =>
      into(kernels.room)[precision](Array.from({ length }, (_, i) => (i < from || i >= to ? 0 : rng.normal())));
    const [v, z, nextV] = [3, 3, 3].map((k) => vector(stride, k, 120));
    const [w, u, nextW, row, y] = [100, 100, 100, 100, 4 * stride].map((length) => vector(length, 3));
    const vectors = [v, z, nextV, w, u, nextW, row, y];
    const kernel = precision === 'float64' ? kernels.bidiagonalStep : kernels.bidiagonalStep32;
    return () => {
      a.set(given);
      (kernel as (...args: (typeof a | number)[]) => void)(a, ...vectors, 0.5, 120, stride, 3, 100, 0, 4);
      return [a, nextW, row, y].flatMap((array) => Array.from(array));
    };
  };
  /** Both sides of a reduction to a band, likewise. */
  const sides = (precision: Precision): [left: () => number[], right: () => number[]] => {
    const { values: a, stride } = columnsIn(kernels.room, precision, 160, 96);
    const vector = (length: number): typeof a =>
      into(kernels.room)[precision](Array.from({ length }, () => rng.normal()));
    const [given, v, r, t] = [a.length, 16 * stride, 16 * 160, triangleSize].map(vector);
    const [w, x] = [16 * 96, 16 * stride].map(vector);
    const [left, right] = kernelsOf(kernels, precision, ['bandLeft', 'bandRight']);
    const answer = (compute: () => void) => (): number[] => {
      a.set(given);
      compute();
      return Array.from(a);
    };
    return [
      answer(() => left(a, v, t, w, stride, 160, 92, 0, 3)),
      answer(() => right(a, v, r, t, x, stride, 160, 92, 0, Math.ceil((160 * a.BYTES_PER_ELEMENT) / rowGroupBytes))),
    ];
  };
  const [bandLeft, bandRight] = sides('float64');
  const [bandLeft32, bandRight32] = sides('float32');
  const [axes, entries] = [150, 140];
  const angles = Float64Array.from({ length: 200 }, () => rng.normal());
  const lower = angles.map(() => rng.below(axes - 1));
  const rotations = [
    ...([uint32(lower), uint32(lower.map((axis) => axis + 1))] as const),
    ...([float64(angles.map(Math.cos)), float64(angles.map(Math.sin)), uint32([0, 70, 200])] as const),
    ...([undefined, undefined] as const),
  ] as const;
  const supports = uint32(new Uint32Array(kernels.instances * 128 * 5));
  // Not drawn: how much of it there is goes with the threads.
  const scratch = float32(new Float32Array(kernels.instances * 64 * axes));
  const rotated = gaussian(2 * entries * axes);
  const [scratch64, rotated64] = [float64(scratch), float64(rotated)];
  const bits = uint32(new Uint32Array(2 * 3 * 64 * 5));
  const radians = float64(Float64Array.from({ length: 999 }, () => 9 * rng.normal()));
  const [cos, sin] = [float64(radians), float64(radians)];
  const [matrices, slot] = [9, 400];
  const states = uint32(Uint32Array.from({ length: 4 * matrices }, () => rng.uint32()));
  const wanted = float64(Float64Array.from({ length: matrices }, (_, m) => 50 + 90 * m));
  const [first, second] = [uint32(new Uint32Array(matrices * slot)), uint32(new Uint32Array(matrices * slot))];
  const [drawn, drawing] = [
    uint32(new Uint32Array(3 * matrices)),
    uint32(new Uint32Array(kernels.instances * supportWords(45, 40))),
  ];
  const [normed, byNormed] = [gaussian(picture.length), gaussian(picture.length)];
  const [scale, shift, mean, byScale, byShift] = [rows, rows, rows, rows, rows].map(gaussian);
  const variance = float32(Float32Array.from({ length: rows }, () => rng.uniform()));
  const [means, inverses] = [gaussian(99), gaussian(99)];
  const [heads, each, tokens, examples] = [3, 6, 5, 27];
  const values3 = 3 * heads * each * tokens * examples;
  const [made, dMade, attended, byAttended] = [values3, values3, values3 / 3, values3 / 3].map(gaussian);
  const attention = gaussian(heads * tokens ** 2 * examples);
  const attending = float32(new Float32Array(kernels.instances * attendFloats(each, tokens)));
  const parts = [heads, each, tokens, examples, 0, attendParts(heads, examples)] as const;
  return {
    attend: () => {
      kernels.attend(made, attention, attended, attending, ...parts);
      return [...attention, ...attended];
    },
    attendBack: () => {
      kernels.attendBack(made, attention, byAttended, dMade, attending, ...parts);
      return [...dMade];
    },
    ...{ bandLeft, bandLeft32, bandRight, bandRight32 },
    batchNorm: () => {
      kernels.batchNorm(picture, scale, shift, normed, mean, variance, 100, 0, rows);
      return [...normed, ...mean, ...variance];
    },
    batchNormBack: () => {
      kernels.batchNormBack(picture, scale, mean, variance, byNormed, normed, byScale, byShift, 100, 0, rows);
      return [...normed, ...byScale, ...byShift];
    },
    layerNorm: () => {
      kernels.layerNorm(picture, scale, shift, normed, means, inverses, rows, 99, 0, 99);
      return [...normed, ...means, ...inverses];
    },
    layerNormBack: () => {
      kernels.layerNormBack(picture, scale, means, inverses, byNormed, normed, rows, 99, 0, 99);
      return [...normed];
    },
    bidiagonalStep: step('float64'),
    bidiagonalStep32: step('float32'),
    correlate: () => {
      kernels.correlate(starts, all, values, bias, x, y, ...where, 0, rows);
      return [...y];
    },
    correlateWeights: () => {
      kernels.correlateWeights(starts, all, dValues, x, dy, ...where, 0, rows);
      return [...dValues];
    },
    correlateDense: () => {
      kernels.correlateDense(all, values, bias, x, y, 20, 0, ...where, 1, rows);
      return [...y];
    },
    correlateDenseWeights: () => {
      kernels.correlateDenseWeights(all, dValues, x, dy, 20, 0, ...where, 0, rows);
      return [...dValues];
    },
    pad: () => {
      kernels.pad(picture, framed, ...framing, 0, rows);
      return [...framed];
    },
    unpad: () => {
      kernels.unpad(framed, picture, ...framing, 0, rows);
      return [...picture];
    },
    activate: () => {
      kernels.activate(7, many, active, 0, many.length);
      return [...active];
    },
    cosSin: () => {
      kernels.cosSin(radians, cos, sin, 0, radians.length);
      return [...cos, ...sin];
    },
    drawPairs: () => {
      kernels.drawPairs(states, wanted, 45, 40, slot, drawing, first, second, drawn, 0, matrices);
      return [...first, ...second, ...drawn];
    },
    rotateBlocks: () => {
      kernels.rotateBlocks(
        ...([...rotations, axes, entries, 0, scratch, axes, supports] as const),
        ...([rotated, 0, axes, bits, 0, 6] as const),
      );
      return [...rotated, ...bits];
    },
    rotateBlocks64: () => {
      kernels.rotateBlocks64(
        ...([...rotations, axes, entries, 1, scratch64, 64, supports] as const),
        ...([rotated64, 0, entries, bits, 0, 6] as const),
      );
      return [...rotated64, ...bits];
    },
  };
}

describe('kernels over threads', () => {
  it('gives to the bit what one thread gives', async () => {
    const threads = threadsWith({});
    await started(threads, 3);
    const one = calls(loadKernels(['wasm']).kernels);
    const several = calls(threads.kernels);
    for (const name of Object.keys(splittings) as SplitName[]) {
      const wanted = one[name]();
      for (let again = 0; again < 50; again++) expect(several[name](), name).toEqual(wanted);
    }
    expect(threads.reason).toBeUndefined();
  });

  it('computes in another thread, in memory that came after it too', async () => {
    const { kernels, loaded } = loadKernels(['wasm']);
    const control = Control.for(1);
    const scratch = kernels.room.float32(loaded!.scratchFloats).byteOffset;
    const names: SplitName[] = ['correlate', 'pad'];
    const workerData: ThreadData = { ...loaded!, index: 0, threads: 1, shared: control.shared, scratch, names };
    const worker = new Worker(script, { workerData });
    opened.push({ close: () => worker.terminate() });
    await vi.waitFor(() => expect(control.started).toBe(1), 20_000);
    for (let turn = 0; turn < 3; turn++) {
      // More than there was: the memory grows. Around the picture there are zeros.
      const { float32 } = into(kernels.room);
      const x = float32(new Float32Array(4 * 256).fill(turn + 1));
      const framed = float32(new Float32Array(6 * 1_000_000).fill(NaN));
      const bare = { height: 2, width: 2, top: 0, left: 0, stride: 1, rows: 6, columns: 15_625, circular: false };
      const args = addressesOf([x, framed, ...frameArguments(1, 64, bare)]);
      control.open({ kernel: 1, args, from: 0, to: 1, part: 1 });
      await vi.waitFor(() => expect(framed.at(-1)).toBe(0), 20_000);
      expect(control.close(20_000)).toBe(true);
      expect(framed.every((value, i) => value === (i % 1_000_000 < 128 && i < 2_000_000 ? turn + 1 : 0))).toBe(true);
    }
  });

  it('is one thread on one core, of plain kernels, and without a bundle for others', async () => {
    const one = threadsWith({ threads: 1 });
    const without = threadsWith({ script: join(bundles.folder, 'nothing.js') });
    const plain = new KernelThreads(loadKernels([]));
    await vi.waitFor(() => expect(without.reason).toContain('nothing.js'), 20_000);
    expect([one.reason, one.wanted]).toEqual([availableParallelism() < 2 ? oneCore : oneAsked, 1]);
    expect(plain.reason).toContain('plain TypeScript');
    const wanted = calls(loadKernels(['wasm']).kernels).correlate();
    for (const { kernels, threads } of [one, without]) {
      expect(threads).toBe(1);
      expect(calls(kernels).correlate()).toEqual(wanted);
    }
  });

  it('goes on in one thread where others end as they start', async () => {
    await writeFile(join(bundles.folder, 'broken.js'), `throw new Error('no room for me');`);
    const threads = threadsWith({ script: join(bundles.folder, 'broken.js') });
    await vi.waitFor(() => expect(threads.reason).toContain('no room for me'), 20_000);
    const wanted = calls(loadKernels(['wasm']).kernels).pad();
    expect(calls(threads.kernels).pad()).toEqual(wanted);
  });

  const ends = [
    ['ends', 'process.exit(3)', 'a thread did not answer, and its part was computed again'],
    ['fails', `throw new Error('at sea')`, 'a thread could not compute its part, which was computed again'],
  ] as const;
  const lostBy = (['correlate', 'cosSin', 'drawPairs', 'rotateBlocks'] as const).flatMap((name) =>
    ends.map((end) => [name, ...end] as const),
  );

  it.each(lostBy)(
    'computes again what of %s a thread had that %s in a part, and says which',
    async (name, _, end, why) => {
      const lost = await bundles.of(
        'lost.js',
        `import { workerData } from 'node:worker_threads';
       import { Control } from './control';
       new Control(workerData.shared, workerData.threads).serve(workerData.index, () => { ${end}; });`,
      );
      const threads = threadsWith({ script: lost, patience: 100 });
      await started(threads, 3);
      const wanted = calls(loadKernels(['wasm']).kernels)[name]();
      const several = calls(threads.kernels)[name];
      // Until one of the others is quick enough to have taken a part.
      while (threads.reason === undefined) expect(several()).toEqual(wanted);
      expect(threads.reason).toBe(why);
      expect(several()).toEqual(wanted);
    },
  );

  it('is for so many threads at most as is asked for, and gives the same', async () => {
    const threads = threadsWith({});
    await started(threads, 3);
    const notified = vi.spyOn(Atomics, 'notify');
    const woken = (): unknown[] => [...new Set(notified.mock.calls.map(([, , count]) => count))];
    const wanted = calls(loadKernels(['wasm']).kernels).correlate();
    for (const [most, others] of [
      [1, []],
      [2, [1]],
      [3, [2]],
      [8, [2]],
    ] as const) {
      notified.mockClear();
      expect(calls(threads.atMost(most)).correlate()).toEqual(wanted);
      expect(woken()).toEqual(others);
    }
    notified.mockRestore();
  });

  it('lets no more threads into a job than it is for, and none into one that is closed', () => {
    const control = Control.for(3);
    const job = { kernel: 0, args: [], from: 0, to: 0, part: 1 };
    const entered = (): boolean[] => [1, 2, 3].map(() => control.enter());
    expect(entered()).toEqual([false, false, false]);
    control.open({ ...job, others: 2 });
    expect(entered()).toEqual([true, true, false]);
    control.close(0);
    expect(entered()).toEqual([false, false, false]);
    control.open(job);
    expect(entered()).toEqual([true, true, true]);
  });

  it('splits calls only while that is quicker', () => {
    const pace = new Pace();
    const costs = { alone: 2, split: 1 };
    /** How many of 1000 calls are split. */
    const calls = (): number => {
      let count = 0;
      for (let call = 0; call < 1000; call++) {
        const split = pace.choose();
        pace.note(split, split ? costs.split : costs.alone);
        if (split) count++;
      }
      return count;
    };
    expect(calls()).toBeGreaterThan(950);
    costs.split = 9;
    expect(calls()).toBeLessThan(50);
    costs.alone = 20;
    expect(calls()).toBeGreaterThan(400);
  });

  it('does not keep its process alive', async () => {
    await copyFile('dist/kernels.wasm', join(bundles.folder, 'kernels.wasm'));
    const program = await bundles.of(
      'program.js',
      `import { loadKernels } from './load';
       import { KernelThreads } from './threads';
       const threads = new KernelThreads(loadKernels(['wasm']), { threads: 2 });
       const began = Date.now();
       const look = setInterval(() => {
         if (threads.threads < 2 && Date.now() - began < 20000) return;
         clearInterval(look);
         console.log(threads.threads, threads.reason);
       }, 5);`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 40_000 });
    expect(stdout).toBe('2 undefined\n');
  });
});
