import { describe, expect, test } from 'vitest';
import { spread } from '../../../src/core/stats';
import type { ComparedRun } from '../../../src/protocol/compare-runs';
import { dataDiffer, differingKeys, finalOf, groupRuns } from '../../../src/protocol/run-groups';

/** `accuracy`: of the last epoch; no epoch without one. */
const run = (
  settings: Record<string, string> | null,
  accuracy?: number,
  more: Partial<ComparedRun> = {},
): ComparedRun => {
  const final = accuracy === undefined ? [] : [accuracy];
  const zeros = final.map(() => 0);
  return {
    directory: '/runs/a-1',
    id: 'a-1',
    state: 'completed',
    settings,
    method: 'eoi · erk',
    data: { source: 'mnist', sha256: 'ab' },
    step: 10,
    totalSteps: 10,
    milliseconds: 100,
    density: Number(settings?.['sparsity.density'] ?? 1),
    curve: {
      step: zeros,
      trainLoss: zeros,
      trainAccuracy: zeros,
      validationLoss: final.map((value) => 1 - value),
      validationAccuracy: final,
    },
    ...more,
  };
};

describe('the keys in which runs differ', () => {
  test('are those of which not all are set to the same, and never the name', () => {
    const runs = [
      run({ name: 'a', seed: '1', 'sparsity.init': 'eoi', 'sparsity.sao.degree': '4' }),
      run({ name: 'b', seed: '2', 'sparsity.init': 'eoi' }),
    ];
    expect(differingKeys(runs)).toEqual(['seed', 'sparsity.sao.degree']);
  });

  test('are none of one run, of equal ones, or of those that cannot be read', () => {
    const one = run({ seed: '1' });
    expect([[], [one], [one, one], [one, run(null)]].map(differingKeys)).toEqual([[], [], [], []]);
  });
});

describe('runs that differ in their seed only', () => {
  const settings = (seed: number, density: number, init = 'eoi'): Record<string, string> => ({
    name: `trial-${seed}`,
    seed: String(seed),
    'sparsity.density': String(density),
    'sparsity.init': init,
  });

  test('are one group, with mean and deviation; those that differ in density share a line', () => {
    const groups = groupRuns([
      run(settings(1, 0.1), 0.8),
      run(settings(1, 0.2), 0.9),
      run(settings(2, 0.1), 0.6),
      run(settings(1, 0.1, 'base'), 0.5),
      run(settings(3, 0.1), 0.7),
    ]);
    expect(groups.map(({ runs, line }) => ({ runs, line }))).toEqual([
      { runs: [0, 2, 4], line: 0 },
      { runs: [1], line: 0 },
      { runs: [3], line: 1 },
    ]);
    const [three, one] = groups;
    expect(three.accuracy).toMatchObject({ count: 3 });
    expect(three.accuracy?.mean).toBeCloseTo(0.7, 12);
    // sqrt((0.1² + 0.1² + 0) / (3 - 1))
    expect(three.accuracy?.deviation).toBeCloseTo(0.1, 12);
    expect(three.loss?.mean).toBeCloseTo(0.3, 12);
    expect(three.density?.mean).toBeCloseTo(0.1, 12);
    expect(one.accuracy).toEqual({ count: 1, mean: 0.9, deviation: undefined });
  });

  test('count as far as they are completed', () => {
    const [group] = groupRuns([
      run(settings(1, 0.1), 0.8),
      run(settings(2, 0.1), 0.2, { state: 'training' }),
      run(settings(3, 0.1), 0.1, { state: 'failed', problem: 'the loss is not finite' }),
    ]);
    expect(group.runs).toEqual([0, 1, 2]);
    expect(group.accuracy).toMatchObject({ count: 1, mean: 0.8 });
    const [none] = groupRuns([run(settings(1, 0.1), undefined, { state: 'training' })]);
    expect([none.accuracy, none.loss, none.density]).toEqual([undefined, undefined, undefined]);
  });

  test('are none where settings cannot be read: each such run is alone', () => {
    expect(groupRuns([run(null), run(null)]).map(({ runs, line }) => ({ runs, line }))).toEqual([
      { runs: [0], line: 0 },
      { runs: [1], line: 1 },
    ]);
  });
});

test('the final figures are those of the last epoch', () => {
  expect(finalOf(run({}, 0.75))).toEqual({ accuracy: 0.75, loss: 0.25 });
  expect(finalOf(run({}))).toBeUndefined();
});

test('data differ by their source or their content, as far as runs can be read', () => {
  const other = { data: { source: 'mnist', sha256: 'cd' } };
  expect(dataDiffer([run({}), run({}), { data: null }])).toBe(false);
  expect(dataDiffer([run({}), other])).toBe(true);
});

test('a spread of values far from 0 keeps its digits', () => {
  expect(spread([])).toBeUndefined();
  expect(spread([1e9 + 1, 1e9 + 2, 1e9 + 3])).toEqual({ count: 3, mean: 1e9 + 2, deviation: 1 });
});
