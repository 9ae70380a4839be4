import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { replay } from '../../../src/core/givens';
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { Rng } from '../../../src/core/rng';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors, writeSafetensors } from '../../../src/formats/safetensors';
import { RotationsFile, sequenceName, writeRotations } from '../../../src/runs/rotations';
import { failure, temporaryFolder } from '../formats/bytes';

const draw = (rows: number, columns: number, seed: number): { weights: Float32Array; sequence: RotationSequence } =>
  exactOrthogonal({ rows, columns, density: 0.3, angles: 'uniform', rng: Rng.fromSeed(seed), seed });

const size = fc.integer({ min: 1, max: 9 });

/** Sequences of any kind: of no rotations, undone at the end, begun anywhere, with angles of any size and of -0. */
const sequences: fc.Arbitrary<RotationSequence> = fc.tuple(size, size).chain(([rows, columns]) => {
  const [axes, entries] = [Math.max(rows, columns), Math.min(rows, columns)];
  const all = Array.from({ length: axes }, (_, axis) => axis);
  const rotation = fc.record({
    pair: fc.shuffledSubarray(all, { minLength: Math.min(2, axes), maxLength: Math.min(2, axes) }),
    angle: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  return fc
    .record({
      turns: fc.array(rotation, { maxLength: axes > 1 ? 40 : 0 }),
      undone: fc.boolean(),
      seed: fc.maxSafeInteger(),
      start: fc.option(fc.shuffledSubarray(all, { minLength: entries, maxLength: entries })),
      signs: fc.option(fc.array(fc.constantFrom(1, -1), { minLength: entries, maxLength: entries })),
    })
    .map(({ turns, undone, seed, start, signs }) => ({
      rows,
      columns,
      first: Uint32Array.from(turns, ({ pair }) => Math.min(...pair)),
      second: Uint32Array.from(turns, ({ pair }) => Math.max(...pair)),
      angle: Float64Array.from(turns, ({ angle }) => angle),
      lastUndone: undone && turns.length > 0,
      seed,
      ...(start && { start: Uint32Array.from(start) }),
      ...(signs && { signs: Int8Array.from(signs) }),
    }));
});

const path = async (): Promise<string> => join(await temporaryFolder(), 'rotations', 'givens.safetensors');

describe('recorded rotations', () => {
  test('replay to bit-identical weights', async () => {
    const file = await path();
    const wide = draw(12, 20, 1);
    const tall = draw(20, 12, 2);
    await writeRotations(
      file,
      new Map([
        ['fc1', wide.sequence],
        ['format', tall.sequence],
      ]),
    );
    const read = await RotationsFile.open(file);
    for (const [layer, { sequence, weights }] of [
      ['fc1', wide],
      ['format', tall],
    ] as const) {
      // As a view does it: from pages.
      const { first, second, angle, shape, lastUndone } = await read.page(layer, 0, Infinity);
      const [rows, columns] = shape;
      expect({ rows, columns, first, second, angle, lastUndone, seed: sequence.seed }).toEqual(sequence);
      expect(replay({ rows, columns, first, second, angle, lastUndone, seed: 0 })).toEqual(weights);
    }
    await read.close();
  });

  test('keep where the product begins, in a version of their own', async () => {
    const name = await path();
    const { sequence } = draw(12, 20, 1);
    const start = Uint32Array.from({ length: 12 }, (_, k) => 19 - k);
    const begun = { ...sequence, start, signs: Int8Array.from(start, (axis) => (axis % 2 === 0 ? 1 : -1)) };
    await writeRotations(
      name,
      new Map([
        ['fc1', begun],
        ['fc2', sequence],
      ]),
    );
    const file = await RotationsFile.open(name);
    const { first, second, angle, lastUndone, beginning } = await file.page('fc1', 0, Infinity);
    expect(beginning).toEqual({ start, signs: begun.signs });
    const read = { rows: 12, columns: 20, first, second, angle, lastUndone, seed: 1, ...beginning };
    expect(replay(read)).toEqual(replay(begun));
    expect(replay(read)).not.toEqual(replay(sequence));
    expect((await file.page('fc2', 0, 1)).beginning).toBeUndefined();
    await file.close();
    const tensors = await openSafetensors(await openFile(name));
    expect(tensors.metadata['version']).toBe('2');
    expect(tensors.need('fc1.start')).toMatchObject({ dtype: 'I32', shape: [12] });
    expect(tensors.need('fc1.signs')).toMatchObject({ dtype: 'I8', shape: [12] });
    await tensors.close();
  });

  test('of any shapes, groups, starts and signs replay to the same bits, whole and in pages', async () => {
    // Names as a config or another program's tensor has them, also those that end like the parts of a sequence.
    const names = fc.uniqueArray(
      fc.oneof(
        fc.stringMatching(/^[a-z][a-z0-9._]{0,6}$/),
        fc.constantFrom('fc1', 'a.start', 'a.signs', 'a.axes', 'a', 'format'),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const layersOf = names.chain((all) =>
      fc.tuple(...all.map((name) => fc.tuple(fc.constant(name), fc.array(sequences, { minLength: 1, maxLength: 3 })))),
    );
    const file = await path();
    await fc.assert(
      fc.asyncProperty(layersOf, fc.integer({ min: 1, max: 50 }), async (layers, pageSize) => {
        const written = new Map(
          layers.flatMap(([name, groups]) =>
            groups.map((sequence, group) => [sequenceName({ name, groups: groups.length }, group), sequence] as const),
          ),
        );
        await writeRotations(file, written);
        const read = await RotationsFile.open(file);
        try {
          for (const [name, sequence] of written) {
            const pages = [await read.page(name, 0, pageSize)];
            for (let at = pageSize; at < pages[0].total; at += pageSize)
              pages.push(await read.page(name, at, at + pageSize));
            const [{ shape, lastUndone, beginning }] = pages;
            const again: RotationSequence = {
              rows: shape[0],
              columns: shape[1],
              first: Uint32Array.from(pages.flatMap(({ first }) => [...first])),
              second: Uint32Array.from(pages.flatMap(({ second }) => [...second])),
              angle: Float64Array.from(pages.flatMap(({ angle }) => [...angle])),
              lastUndone,
              seed: sequence.seed,
              ...beginning,
            };
            expect(again).toEqual(sequence);
            // Bytes: 0 and -0 are two.
            expect(new Uint8Array(replay(again).buffer)).toEqual(new Uint8Array(replay(sequence).buffer));
          }
        } finally {
          await read.close();
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  test('that begin nowhere are refused', async () => {
    const { sequence } = draw(2, 4, 1);
    for (const bad of [
      { start: Uint32Array.of(0, 4) },
      { start: Uint32Array.of(1, 1) },
      { start: Uint32Array.of(1) },
      { signs: Int8Array.of(1, 0) },
      { signs: Int8Array.of(1, 1, 1) },
    ]) {
      const name = await path();
      await writeRotations(name, new Map([['fc1', { ...sequence, ...bad }]]));
      const file = await RotationsFile.open(name);
      expect((await failure(() => file.page('fc1', 0, 1))).code).toBe('runs.bad-rotations');
      await file.close();
    }
  });

  test('are tensors that other tools can read', async () => {
    const file = await path();
    const { sequence } = draw(12, 20, 1);
    await writeRotations(file, new Map([['fc1', sequence]]));
    const tensors = await openSafetensors(await openFile(file));
    const total = sequence.first.length;
    expect(tensors.need('fc1.axes')).toMatchObject({ dtype: 'I32', shape: [total, 2] });
    expect(tensors.need('fc1.angle')).toMatchObject({ dtype: 'F64', shape: [total] });
    expect([...(await tensors.readFloat64(tensors.need('fc1.axes'), 0, 2))]).toEqual([
      sequence.first[0],
      sequence.second[0],
    ]);
    expect(tensors.metadata).toMatchObject({ format: 'sparsescope.rotations', version: '1' });
    await tensors.close();
  });

  test('are read by page, cut to what there is', async () => {
    const name = await path();
    const { sequence } = draw(12, 20, 1);
    await writeRotations(name, new Map([['fc1', sequence]]));
    const file = await RotationsFile.open(name);
    const total = sequence.first.length;
    const page = await file.page('fc1', 3, 8);
    expect(page).toEqual({
      start: 3,
      total,
      shape: [12, 20],
      lastUndone: sequence.lastUndone,
      first: sequence.first.slice(3, 8),
      second: sequence.second.slice(3, 8),
      angle: sequence.angle.slice(3, 8),
    });
    expect((await file.page('fc1', total - 1, total + 5)).angle.length).toBe(1);
    expect((await file.page('fc1', total + 5, total + 9)).angle.length).toBe(0);
    expect((await failure(() => file.page('fc2', 0, 1))).code).toBe('runs.unknown-layer');
    await file.close();
  });
});

describe('a file of rotations that lies', () => {
  const shape = JSON.stringify({ rows: 4, columns: 4, lastUndone: false, seed: 1 });
  const good = {
    axes: { name: 'a.axes', dtype: 'I32' as const, shape: [2, 2], data: Int32Array.of(0, 1, 2, 3) },
    angle: { name: 'a.angle', dtype: 'F64' as const, shape: [2], data: Float64Array.of(1, 2) },
    metadata: { format: 'sparsescope.rotations', version: '1', 'a.shape': shape } as Record<string, string>,
  };
  const read = async (changes: Partial<typeof good>): Promise<string> => {
    const file = join(await temporaryFolder(), 'r.safetensors');
    const { axes, angle, metadata } = { ...good, ...changes };
    await writeSafetensors(file, [axes, angle], metadata);
    return (
      await failure(async () => {
        const opened = await RotationsFile.open(file);
        try {
          await opened.page('a', 0, 2);
        } finally {
          await opened.close();
        }
      })
    ).code;
  };

  test('the hand-made good one is read', async () => {
    await expect(read({})).rejects.toThrow('nothing was thrown');
  });

  test.each<[string, Partial<typeof good>]>([
    ['bad-rotations', { axes: { ...good.axes, data: Int32Array.of(0, 1, 2, 4) } }],
    ['bad-rotations', { axes: { ...good.axes, data: Int32Array.of(0, 1, -1, 3) } }],
    ['bad-rotations', { axes: { ...good.axes, data: Int32Array.of(0, 1, 2, 2) } }],
    ['bad-rotations', { axes: { ...good.axes, shape: [4, 1] } }],
    ['bad-rotations', { angle: { ...good.angle, data: Float64Array.of(1, NaN) } }],
    ['bad-rotations', { angle: { ...good.angle, shape: [1], data: Float64Array.of(1) } }],
    ['bad-rotations', { metadata: { ...good.metadata, 'a.shape': '{"rows":4}' } }],
    ['bad-rotations', { metadata: { format: 'sparsescope.rotations', version: '1' } }],
    ['not-rotations', { metadata: { ...good.metadata, version: '3' } }],
    ['not-rotations', { metadata: { ...good.metadata, format: 'pt' } }],
  ])('%s %#', async (code, changes) => {
    expect(await read(changes)).toBe(`runs.${code}`);
  });
});
