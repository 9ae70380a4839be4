import { describe, expect, it } from 'vitest';
import { firstLook, judgeInsides } from '../../../../../src/core/rps/diagnosis/insides';
import type { Finding } from '../../../../../src/core/rps/diagnosis/finding';
import type { Insides } from '../../../../../src/core/rps/diagnosis/insides';

const looked = (shares: number[], running: number[] = [], batch: number[] = running): Insides => ({
  zeros: shares.map((share, l) => ({ layer: `fc${l + 1}`, share })),
  variances: running.map((value, k) => ({ layer: `bn${k + 1}`, running: value, batch: batch[k] })),
});

/** What is found at each look, of which the first is at step 0 and the others ten steps apart. */
const all = (...looks: Insides[]): Finding[][] => {
  const first = firstLook(0, looks[0]);
  return looks.map((insides, k) => judgeInsides(10 * k, insides, first, k > 0 ? 10 * (k - 1) : undefined));
};

describe('activations that are zero', () => {
  it('up to 99 of a hundred are those of a layer that lives; above, the first such layer is dead', () => {
    const [first, second, third] = all(looked([0.5, 0.5, 0.5]), looked([0.5, 0.99, 0.97]), looked([0.5, 0.992, 1]));
    expect([first, second]).toEqual([[], []]);
    expect(third).toEqual([
      {
        ...{ id: 'D10', measure: 'zero-activations', verdict: 'warn', value: 0.992, threshold: 0.99 },
        ...{ layer: 'fc2', step: 20, facts: { before: 10, first: 0 } },
      },
    ]);
  });

  it('a layer that is dead from the beginning has no look before', () => {
    expect(all(looked([1]))[0]).toMatchObject([{ layer: 'fc1', step: 0, facts: { first: 0 } }]);
    expect(all(looked([1]))[0][0].facts).not.toHaveProperty('before');
  });
});

describe('running variances', () => {
  it('are held against the first, of the norm that grew most', () => {
    const [, second, third] = all(looked([], [1, 1], [3, 50]), looked([], [2.9e4, 4.9e5]), looked([], [3.3e4, 6e5]));
    expect(second).toEqual([]);
    expect(third).toMatchObject([{ measure: 'running-variance', layer: 'bn2', step: 20, verdict: 'warn' }]);
    expect(third[0]).toMatchObject({ value: 6e5 / 50, threshold: 1e4 });
  });

  it('that follow the data from 1 on to what the first batch had are none that grew, nor those that fall from 1', () => {
    expect(all(looked([], [1], [1e6]), looked([], [1e6], [1e6])).flat()).toEqual([]);
    expect(all(looked([], [1], [1e-9]), looked([], [0.9], [1e-9])).flat()).toEqual([]);
    // Of a first batch without any variance too.
    expect(all(looked([], [0], [0]), looked([], [0.09], [0])).flat()).toEqual([]);
    expect(all(looked([], [0], [0]), looked([], [0.11], [0])).flat()).toHaveLength(1);
  });

  it.each([NaN, Infinity])('%s is a failure of its norm', (running) => {
    expect(all(looked([], [1, 1]), looked([], [1e9, running]))[1]).toMatchObject([
      { measure: 'running-variance', layer: 'bn2', verdict: 'fail', value: null, facts: { before: 0 } },
    ]);
  });
});
