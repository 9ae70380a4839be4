import { describe, expect, it } from 'vitest';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { replay, replayDouble, replayWithMask } from '../../../src/core/givens';
import { rotatedAxes } from '../../../src/core/rotation-sequence';
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { Rng } from '../../../src/core/rng';
import { orthogonalityError } from '../../../src/core/spectrum';
import { elsewhere } from './sequences';

const drawn = (rows: number, columns: number, density: number, seed = 1): ReturnType<typeof exactOrthogonal> =>
  exactOrthogonal({ rows, columns, density, angles: 'uniform', rng: Rng.fromSeed(seed), seed });

/** eoi.md 1.1 word by word on whole dense matrices, with booleans for the support: slow, obvious, independent. */
function byTheBook(
  s: RotationSequence,
  steps: number,
  round: (x: number) => number,
): { w: number[][]; kept: boolean[][] } {
  const wide = s.rows <= s.columns;
  const [n, m] = wide ? [s.rows, s.columns] : [s.columns, s.rows];
  const a = Array.from({ length: n }, (_, r) =>
    Array.from({ length: m }, (_, c) => (c === (s.start?.[r] ?? r) ? (s.signs?.[r] ?? 1) : 0)),
  );
  const kept = a.map((row) => row.map((x) => x !== 0));
  for (let t = 0; t < steps; t++) {
    const [i, j, angle] = [s.first[t], s.second[t], s.angle[t]];
    for (let r = 0; r < n; r++) {
      const [x, y] = [a[r][i], a[r][j]];
      a[r][i] = round(Math.cos(angle) * x + Math.sin(angle) * y);
      a[r][j] = round(Math.cos(angle) * y - Math.sin(angle) * x);
      kept[r][i] = kept[r][j] = kept[r][i] || kept[r][j];
    }
  }
  const turn = <T>(matrix: T[][]): T[][] => (wide ? matrix : matrix[0].map((_, c) => matrix.map((row) => row[c])));
  return { w: turn(a), kept: turn(kept) };
}

describe('replay', () => {
  it.each([
    [5, 9, 0.5],
    [40, 70, 0.2],
    [70, 40, 0.2],
    [33, 33, 0.9],
    [1, 12, 0.6],
    [12, 1, 0.6],
    [64, 128, 1],
  ])('gives the bits of the rotations by the book, %i x %i', (rows, columns, density) => {
    const made = drawn(rows, columns, density).sequence;
    const total = made.first.length;
    for (const sequence of [made, elsewhere(made)])
      for (const steps of [0, 1, total >> 1, total]) {
        const { weights, mask } = replayWithMask(sequence, steps);
        const book = byTheBook(sequence, steps, Math.fround);
        // + 0 turns a negative zero, which dense arithmetic leaves behind, into zero.
        expect(Array.from(weights)).toEqual(book.w.flat().map((x) => x + 0));
        expect(Array.from(mask.toBytes())).toEqual(book.kept.flat().map(Number));
        const exact = byTheBook(sequence, steps, (x) => x).w.flat();
        expect(Array.from(replayDouble(sequence, steps))).toEqual(exact.map((x) => x + 0));
      }
  });

  it.each([
    [40, 70, 0.2],
    [70, 40, 0.2],
    [128, 128, 0.125],
    [1, 12, 0.6],
    [12, 1, 0.6],
  ])('is orthogonal to 1e-13 in double precision, %i x %i', (rows, columns, density) => {
    const sequence = elsewhere(drawn(rows, columns, density).sequence);
    expect(orthogonalityError(replayDouble(sequence), rows, columns)).toBeLessThan(1e-13);
  });

  it('refuses a beginning that is none', () => {
    const { sequence } = drawn(3, 4, 0.5);
    for (const bad of [
      { start: Uint32Array.of(0, 1) },
      { start: Uint32Array.of(0, 1, 4) },
      { start: Uint32Array.of(0, 1, 1) },
      { signs: Int8Array.of(1, 1) },
      { signs: Int8Array.of(1, 0, 1) },
    ])
      expect(() => replay({ ...sequence, ...bad })).toThrow(expect.objectContaining({ code: 'rotations.invalid' }));
    expect(() => replay({ ...sequence, start: Uint32Array.of(3, 0, 2), signs: Int8Array.of(1, -1, 1) })).not.toThrow();
  });

  it('leaves the undone last rotation out unless asked for it', () => {
    const undone = Array.from({ length: 50 }, (_, seed) => drawn(20, 30, 0.3, seed).sequence).find(
      (s) => s.lastUndone,
    )!;
    const total = undone.first.length;
    expect(replay(undone)).toEqual(replay(undone, total - 1));
    expect(replay(undone)).not.toEqual(replay(undone, total));
  });

  it('is near the same matrix in float64, which is orthogonal to 1e-14', () => {
    const { sequence, weights } = drawn(60, 90, 0.3);
    const book = byTheBook(sequence, sequence.first.length - Number(sequence.lastUndone), (x) => x);
    const exact = Float64Array.from(book.w.flat());
    expect(orthogonalityError(exact, 60, 90)).toBeLessThan(1e-14);
    weights.forEach((x, i) => expect(Math.abs(x - exact[i])).toBeLessThan(5e-7));
  });

  it('rotates the larger dimension', () => {
    expect(rotatedAxes({ rows: 3, columns: 8 })).toBe(8);
    expect(rotatedAxes({ rows: 8, columns: 3 })).toBe(8);
  });

  it('refuses sequences that a broken file may hold', () => {
    const good: RotationSequence = {
      rows: 2,
      columns: 4,
      first: Uint32Array.of(0, 1),
      second: Uint32Array.of(3, 2),
      angle: Float64Array.of(1, 2),
      lastUndone: false,
      seed: 1,
    };
    expect(replay(good)).toHaveLength(8);
    const bad: Partial<RotationSequence>[] = [
      { second: Uint32Array.of(3) },
      { angle: new Float64Array(3) },
      { second: Uint32Array.of(4, 2) },
      { first: Uint32Array.of(3, 1) },
      { angle: Float64Array.of(1, NaN) },
      { first: new Uint32Array(0), second: new Uint32Array(0), angle: new Float64Array(0), lastUndone: true },
    ];
    for (const change of bad)
      expect(() => replay({ ...good, ...change })).toThrow(expect.objectContaining({ code: 'rotations.invalid' }));
    expect(() => replay({ ...good, rows: 0 })).toThrow(expect.objectContaining({ code: 'shape.invalid' }));
    expect(() => replay({ ...good, rows: 2 ** 20, columns: 2 ** 20 })).toThrow(
      expect.objectContaining({ code: 'shape.too-large' }),
    );
    for (const steps of [-1, 3, 0.5, NaN])
      expect(() => replay(good, steps)).toThrow(expect.objectContaining({ code: 'rotations.step-out-of-range' }));
  });
});
