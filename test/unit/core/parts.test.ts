import { describe, expect, it } from 'vitest';
import { factorOrthogonal, factorOrthogonalInParts } from '../../../src/core/factor';
import { replayDouble, replayDoubleInParts } from '../../../src/core/givens';
import { maskedOrthogonal, maskedOrthogonalInParts } from '../../../src/core/init/base';
import { haarOrthogonal, haarOrthogonalInParts } from '../../../src/core/linalg/haar';
import { singularValues, singularValuesInParts } from '../../../src/core/linalg/svd';
import type { Parts } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';
import { orthogonalityError, orthogonalityErrorInParts } from '../../../src/core/spectrum';
import { anyRotations } from './sequences';

const [rows, columns, count] = [40, 60, 600];
const rng = (): Rng => Rng.fromSeed(7);
const dense = haarOrthogonal(rows, columns, rng());
const long = anyRotations(130, 150, 70_000);
const { weights: sparse } = maskedOrthogonal({ rows, columns, count, rng: rng() });

/** The result, and after how many parts it came; `between` is called after each. */
const drain = <T>(parts: Parts<T>, between: () => void = () => undefined): { value: T; parts: number } => {
  for (let done = 1; ; done++) {
    const part = parts.next();
    if (part.done) return { value: part.value, parts: done };
    between();
  }
};

describe('a computation in parts', () => {
  // At least so many: a part is no more than one vector's share of the work.
  it.each<[string, () => Parts<unknown>, () => unknown, number]>([
    [
      'singular values',
      () => singularValuesInParts(dense, rows, columns),
      () => singularValues(dense, rows, columns),
      40,
    ],
    [
      'orthogonality, dense',
      () => orthogonalityErrorInParts(dense, rows, columns),
      () => orthogonalityError(dense, rows, columns),
      20,
    ],
    [
      'orthogonality, sparse',
      () => orthogonalityErrorInParts(sparse, rows, columns),
      () => orthogonalityError(sparse, rows, columns),
      40,
    ],
    [
      'a Haar matrix',
      () => haarOrthogonalInParts(rows, columns, rng()),
      () => haarOrthogonal(rows, columns, rng()),
      80,
    ],
    [
      'a masked matrix',
      () => maskedOrthogonalInParts({ rows, columns, count, rng: rng() }),
      () => maskedOrthogonal({ rows, columns, count, rng: rng() }),
      80,
    ],
    [
      'the rotations of a matrix',
      () => factorOrthogonalInParts({ weights: dense, rows, columns }),
      () => factorOrthogonal({ weights: dense, rows, columns }),
      60,
    ],
    ['a replay', () => replayDoubleInParts(long), () => replayDouble(long), 2],
  ])('%s: many parts, the same result', (_, parts, whole, least) => {
    const drained = drain(parts());
    expect(drained.value).toEqual(whole());
    expect(drained.parts).toBeGreaterThan(least);
  });

  it('two at once do not disturb each other', () => {
    const other = maskedOrthogonal({ rows, columns, count, rng: Rng.fromSeed(8) }).weights;
    const second = singularValuesInParts(other, rows, columns);
    const first = drain(singularValuesInParts(sparse, rows, columns), () => void second.next());
    expect(first.value).toEqual(singularValues(sparse, rows, columns));
  });
});
