import { afterAll, beforeAll, expect, it } from 'vitest';
import { kernels, useKernels, withKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import type { Kernels } from '../../../../src/core/kernels/kernels';
import { finish } from '../../../../src/core/parts';
import type { Parts } from '../../../../src/core/parts';

const [common, own, other] = [plainKernels(), plainKernels(), plainKernels()];
beforeAll(() => useKernels(common));
afterAll(() => useKernels(plainKernels()));

/** What each of its parts computes with. */
function* seen(): Parts<Kernels[]> {
  const found: Kernels[] = [];
  for (let part = 0; part < 3; part++) {
    found.push(kernels());
    yield;
  }
  return found;
}

it('computes parts with the kernels that they are given, whatever others have between them', () => {
  const [first, second] = [withKernels(own, seen()), withKernels(other, seen())];
  for (let part = 0; part < 3; part++) for (const parts of [first, second]) expect(parts.next().done).toBe(false);
  expect(kernels()).toBe(common);
  expect(finish(first)).toEqual([own, own, own]);
  expect(finish(second)).toEqual([other, other, other]);
});

it('leaves those there were where a part throws', () => {
  const parts = withKernels(
    own,
    (function* (): Parts<void> {
      yield;
      throw new Error('singular');
    })(),
  );
  expect(() => finish(parts)).toThrow('singular');
  expect(kernels()).toBe(common);
});

it('ends the parts where it is ended', () => {
  let ended = false;
  const parts = withKernels(
    own,
    (function* (): Parts<void> {
      try {
        yield;
      } finally {
        ended = true;
      }
    })(),
  );
  parts.next();
  parts.return();
  expect(ended).toBe(true);
});
