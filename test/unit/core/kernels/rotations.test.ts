import { afterAll, describe, expect, it } from 'vitest';
import { replayDouble, replaysWithMask, replayWithMask } from '../../../../src/core/givens';
import { drawSequence } from '../../../../src/core/init/eoi';
import { useKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import { Rng } from '../../../../src/core/rng';
import type { RotationSequence } from '../../../../src/core/rotation-sequence';
import { everyKernels } from '../../kernels';
import { anyRotations, elsewhere } from '../sequences';

const shapes = [
  [1, 2],
  [7, 7],
  [33, 70],
  [130, 129],
  [65, 300],
] as const;

const drawn = (rows: number, columns: number): RotationSequence =>
  drawSequence({ rows, columns, density: 0.6, angles: 'uniform', rng: Rng.fromSeed(rows), seed: rows });

/** The product by its definition: rotations of whole rows or columns, in double precision. */
function product({ rows, columns, first, second, angle, lastUndone }: RotationSequence): number[][] {
  const axes = Math.max(rows, columns);
  const vectors = Array.from({ length: axes }, (_, a) =>
    Array.from({ length: Math.min(rows, columns) }, (_, k) => Number(a === k)),
  );
  for (let t = 0; t < first.length - (lastUndone ? 1 : 0); t++) {
    const [x, y] = [vectors[first[t]], vectors[second[t]]];
    const [cos, sin] = [Math.cos(angle[t]), Math.sin(angle[t])];
    vectors[first[t]] = x.map((value, k) => cos * value + sin * y[k]);
    vectors[second[t]] = x.map((value, k) => cos * y[k] - sin * value);
  }
  return vectors;
}

afterAll(() => useKernels(plainKernels()));

describe.each(everyKernels())('rotations by %s kernels', (_, own) => {
  it.each(shapes)('of %i x %i come to the product of the definition', (rows, columns) => {
    useKernels(own);
    const before = own.room.used;
    const s = drawn(rows, columns);
    const vectors = product(s);
    const entry = (i: number): number => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return rows > columns ? vectors[row][column] : vectors[column][row];
    };
    replayDouble(s).forEach((value, i) => expect(value).toBeCloseTo(entry(i), 12));
    expect(own.room.used).toBe(before);
  });

  it.each(shapes)('of %i x %i are those of the plain kernels, bit for bit', (rows, columns) => {
    useKernels(plainKernels());
    const wanted = drawn(rows, columns);
    const plain = replayWithMask(wanted);
    useKernels(own);
    const s = drawn(rows, columns);
    expect(s).toEqual(wanted);
    const { weights, mask } = replayWithMask(s);
    expect(new Uint32Array(weights.buffer)).toEqual(new Uint32Array(plain.weights.buffer));
    expect(mask.words).toEqual(plain.mask.words);
    expect(replayDouble(s)).toEqual((useKernels(plainKernels()), replayDouble(s)));
  });

  it.each([
    ['several groups of blocks', 130, 150, 70_000],
    ['several groups of blocks, tall', 150, 130, 70_000],
    ['few, large blocks', 65, 20_000, 500],
    ['few, large blocks, tall', 20_000, 65, 500],
  ])('of %s and other beginnings are those of the plain kernels, bit for bit', (_, rows, columns, steps) => {
    const s = elsewhere(anyRotations(rows, columns, steps));
    useKernels(plainKernels());
    const [plain, double] = [replayWithMask(s), replayDouble(s)];
    useKernels(own);
    const before = own.room.used;
    const { weights, mask } = replayWithMask(s);
    expect(Buffer.from(weights.buffer).equals(Buffer.from(plain.weights.buffer))).toBe(true);
    expect(mask.equals(plain.mask)).toBe(true);
    expect(Buffer.from(replayDouble(s).buffer).equals(Buffer.from(double.buffer))).toBe(true);
    expect(own.room.used).toBe(before);
  });

  it.each([
    [70, 150],
    [150, 70],
  ])('of several of %i x %i, with other beginnings or none, are those one by one, bit for bit', (rows, columns) => {
    const any = [0, 300, 7, 513].map((steps) => anyRotations(rows, columns, steps));
    const sequences = [any[1], elsewhere(any[0]), any[2], { ...elsewhere(any[3]), signs: undefined! }, any[0]];
    useKernels(plainKernels());
    const wanted = sequences.map((s) => replayWithMask(s));
    useKernels(own);
    const before = own.room.used;
    expect(replaysWithMask(sequences)).toEqual(wanted);
    expect(own.room.used).toBe(before);
  });

  it('draws as the plain kernels do where supports are long and nearly full', () => {
    const request = { rows: 4001, columns: 4002, density: 0.99, angles: { fixed: 30 } } as const;
    const draw = (): RotationSequence => drawSequence({ ...request, rng: Rng.fromSeed(5), seed: 5 });
    useKernels(plainKernels());
    const wanted = draw();
    useKernels(own);
    expect(draw()).toEqual(wanted);
  });
});
