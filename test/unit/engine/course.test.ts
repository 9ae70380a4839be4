import { describe, expect, it } from 'vitest';
import { Course } from '../../../src/engine/course';

const none = { levels: 0, step: 0 };

describe('a course of steps', () => {
  it('ends an epoch with its last batch, and the last one where the steps end', () => {
    const course = new Course({ steps: 10, batches: 4, rewind: none });
    const ends = Array.from({ length: 11 }, (_, step) => course.endOfEpoch(step));
    expect(ends.map((epoch) => epoch ?? 0)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 3]);
    expect(course.at(9)).toMatchObject({ epoch: 2, order: 2, index: 1, done: 9 });
  });

  it('may be shorter than one epoch', () => {
    const course = new Course({ steps: 3, batches: 100, rewind: none });
    expect([1, 2, 3].map((step) => course.endOfEpoch(step))).toEqual([undefined, undefined, 1]);
    expect(course.total).toBe(3);
  });

  it('shares no epoch between levels, and ends each of them', () => {
    const course = new Course({ steps: 6, batches: 4, rewind: { levels: 1, step: 2 } });
    expect(course.total).toBe(10);
    expect(course.levelBeginning(6)).toBe(1);
    expect(course.lastLevel).toBe(6);
    expect([4, 6, 8, 10].map((step) => course.endOfEpoch(step))).toEqual([1, 2, 3, 4]);
    expect(course.at(6)).toMatchObject({ level: 1, done: 2, epoch: 2, order: 0, index: 2 });
  });
});
