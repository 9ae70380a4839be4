import { describe, expect, test } from 'vitest';
import { Rng } from '../../../src/core/rng';
import { fromBytes } from '../../../src/formats/byte-source';
import { tensorStatistics } from '../../../src/formats/statistics';
import { openSafetensors, safetensorsChunks } from '../../../src/formats/safetensors';
import type { Dtype, SafetensorsFile } from '../../../src/formats/safetensors';
import { failure } from './bytes';

const fileOf = (dtype: Dtype, data: ArrayBufferView & { length: number }): Promise<SafetensorsFile> =>
  openSafetensors(
    fromBytes('t', Buffer.concat([...safetensorsChunks([{ name: 't', dtype, shape: [data.length], data }])])),
  );

describe('figures of a tensor', () => {
  test('agree with a plain computation, over more than one chunk', async () => {
    const rng = Rng.fromSeed(5);
    const values = Float32Array.from({ length: 1_200_000 }, () => (rng.uniform() < 0.3 ? rng.normal() : 0));
    const file = await fileOf('F32', values);
    const found = await tensorStatistics(file, file.need('t'));
    const list = [...values];
    const nonZeros = list.filter((value) => value !== 0).length;
    const min = list.reduce((a, b) => Math.min(a, b));
    const max = list.reduce((a, b) => Math.max(a, b));
    const histogram = new Array<number>(64).fill(0);
    for (const value of list) histogram[Math.min(63, Math.floor(((value - min) / (max - min)) * 64))]++;
    expect(found).toMatchObject({ nonZeros, min, max, nonFinite: 0, density: nonZeros / list.length });
    expect(found.mean).toBeCloseTo(list.reduce((a, b) => a + b) / list.length, 12);
    // A value on a bin's edge may fall on either side of it.
    found.histogram.forEach((count, bin) => expect(Math.abs(count - histogram[bin])).toBeLessThanOrEqual(2));
    expect(found.histogram.reduce((a, b) => a + b)).toBe(list.length);
  });

  test('leave NaN and infinities out', async () => {
    const file = await fileOf('F32', Float32Array.of(NaN, 1, Infinity, 3, 0, -Infinity));
    expect(await tensorStatistics(file, file.need('t'))).toMatchObject({
      nonZeros: 2,
      density: 2 / 6,
      min: 0,
      max: 3,
      mean: 4 / 3,
      nonFinite: 3,
    });
  });

  test.each<[string, Dtype, ArrayBufferView & { length: number }, object]>([
    ['empty', 'F32', new Float32Array(), { density: 0, nonZeros: 0, min: 0, max: 0, mean: 0, nonFinite: 0 }],
    ['empty bytes', 'U8', new Uint8Array(), { density: 0, nonZeros: 0, min: 0, max: 0, mean: 0, nonFinite: 0 }],
    ['all NaN', 'F32', Float32Array.of(NaN), { density: 0, nonZeros: 0, min: 0, max: 0, mean: 0, nonFinite: 1 }],
    ['constant', 'F32', Float32Array.of(5, 5), { density: 1, nonZeros: 2, min: 5, max: 5, mean: 5, nonFinite: 0 }],
    ['mask', 'U8', Uint8Array.of(0, 1, 1, 0), { density: 0.5, nonZeros: 2, min: 0, max: 1, mean: 0.5, nonFinite: 0 }],
    ['bools', 'BOOL', Uint8Array.of(1, 1), { density: 1, nonZeros: 2, min: 1, max: 1, mean: 1, nonFinite: 0 }],
    [
      'the widest span',
      'F64',
      Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE),
      { density: 1, nonZeros: 2, min: -Number.MAX_VALUE, max: Number.MAX_VALUE, mean: 0, nonFinite: 0 },
    ],
  ])('%s', async (_, dtype, data, expected) => {
    const file = await fileOf(dtype, data);
    const found = await tensorStatistics(file, file.need('t'));
    expect(found).toMatchObject(expected);
    expect(found.histogram.length).toBe(64);
    expect(found.histogram.reduce((a, b) => a + b)).toBe(data.length - found.nonFinite);
  });

  test('a mask has its zeros in the first bin and its ones in the last', async () => {
    const file = await fileOf('U8', Uint8Array.of(0, 1, 1, 0, 0));
    const { histogram } = await tensorStatistics(file, file.need('t'));
    expect([histogram[0], histogram[63]]).toEqual([3, 2]);
  });

  test('progress counts the bytes of all passes and ends at their sum', async () => {
    const seen: [number, number][] = [];
    const file = await fileOf('F32', new Float32Array(1_500_000));
    await tensorStatistics(file, file.need('t'), undefined, (done, total) => seen.push([done, total]));
    expect(seen).toEqual([
      [4 << 20, 12_000_000],
      [6_000_000, 12_000_000],
      [6_000_000 + (4 << 20), 12_000_000],
      [12_000_000, 12_000_000],
    ]);
  });

  test('stops when it is aborted, before and between chunks', async () => {
    const file = await fileOf('F32', new Float32Array(1_500_000));
    const reason = new Error('stop');
    await expect(tensorStatistics(file, file.need('t'), AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    let chunks = 0;
    const running = tensorStatistics(file, file.need('t'), controller.signal, () => {
      chunks++;
      controller.abort(reason);
    });
    await expect(running).rejects.toBe(reason);
    expect(chunks).toBe(1);
  });

  test('a dtype that cannot be decoded says so', async () => {
    const file = await fileOf('F8_E5M2', new Uint8Array(4));
    expect((await failure(() => tensorStatistics(file, file.need('t')))).code).toBe('safetensors.not-decodable');
  });
});
