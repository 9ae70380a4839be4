import { expect, it } from 'vitest';
import { boundariesOf } from '../../../../src/engine/rps/sharpness';
import { runOf } from '../../core/rps/diagnosis/runs';

const measured = { value: 8, rest: 2, converged: true };
const heavy = runOf({ optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false } });

it('what is proved ends at 2 / S; heavy ball has a line of its own', () => {
  const { proved, heavyBall } = boundariesOf(heavy, measured);
  const middle = (points: typeof proved): number => points[(points.length - 1) / 2].learningRate;
  expect(middle(proved)).toBeCloseTo(2 / 10, 10);
  expect(middle(heavyBall!)).toBeCloseTo(3.8 / 10, 10);
  expect(boundariesOf(runOf(), measured)).not.toHaveProperty('heavyBall');
});

it('nothing is proved by an iteration that was cut off', () => {
  const open = boundariesOf(heavy, { ...measured, converged: false });
  expect(open.proved).toEqual([]);
  expect(open).not.toHaveProperty('heavyBall');
  expect(open.empirical.length).toBeGreaterThan(0);
});
