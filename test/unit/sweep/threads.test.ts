import { expect, it } from 'vitest';
import { mostThreads } from '../../../src/core/kernels/work';
import { threadsOfEach } from '../../../src/sweep/run-sweep';

it('engines of a sweep together have no more threads than there are cores, and each has one', () => {
  for (const cores of [1, 2, 3, 8, 16, 64])
    for (let engines = 1; engines <= 20; engines++) {
      const each = threadsOfEach(engines, cores);
      expect(each).toBeGreaterThanOrEqual(1);
      expect(each).toBeLessThanOrEqual(mostThreads);
      expect(each * engines).toBeLessThanOrEqual(Math.max(cores, engines));
    }
  expect([threadsOfEach(1, 2), threadsOfEach(2, 2), threadsOfEach(2, 16), threadsOfEach(5, 16)]).toEqual([2, 1, 8, 3]);
});
