import { describe, expect, it } from 'vitest';
import { courseOf } from '../../../../../src/core/rps/diagnosis/outcome';

const [classes, chance] = [10, Math.log(10)];
const steps = 60;
/** From `first` towards `last`, by halves every ten steps, with a share of noise by turns. */
const falling = (first: number, last: number, noise = 0): number[] =>
  Array.from({ length: steps }, (_, k) => (last + (first - last) * 2 ** (-k / 10)) * (1 + noise * (k % 2 ? 1 : -1)));

describe('what a run came to', () => {
  it.each([
    ['learns', falling(2.6, 0.4), 'converged'],
    ['learns among noisy batches', falling(2.6, 0.4, 0.2), 'converged'],
    ['is thrown far and comes back', [2.6, 50, ...falling(8, 0.4)], 'converged'],
    ['hardly moves', falling(2.6, 2.4), 'slow'],
    ['does not move, among noisy batches', falling(2.6, 2.6, 0.2), 'slow'],
    ['only unlearns its wrong guesses', falling(4, chance), 'slow'],
    ['is thrown far and says nothing any more', [2.6, 50, 9, ...falling(3, chance)], 'collapsed'],
    ['had learned, and says nothing any more', [...falling(2.6, 0.4), ...falling(2.31, chance)], 'collapsed'],
    ['ends higher than it began', falling(2.6, 9), 'diverged'],
    ['is not finite at last', [2.6, 5, 80, Infinity], 'diverged'],
    ['is not a number at last', [2.6, 5, 80, NaN], 'diverged'],
  ])('%s', (_, losses, outcome) => {
    expect(courseOf(losses, classes).outcome).toBe(outcome);
  });

  it('is told with its first and last loss', () => {
    expect(courseOf([2, ...Array<number>(99).fill(1)], classes)).toMatchObject({ first: 2, last: 1, peak: 1 });
    expect(courseOf([2, 8, ...Array<number>(98).fill(1)], classes).peak).toBe(4);
    expect(courseOf([2, NaN], classes)).toMatchObject({ last: null, peak: Infinity });
  });
});
