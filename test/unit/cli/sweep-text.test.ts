import { expect, it } from 'vitest';
import {
  failureText,
  groupTable,
  sweepHeading,
  sweepPlaces,
  TrialLines,
  trialWarnings,
} from '../../../src/cli/sweep-words';
import type { PlainValue } from '../../../src/core/plain-value';
import type { TrialResult } from '../../../src/protocol/sweep';
import { groupTrials } from '../../../src/runs/sweep-results';
import { expectGolden } from '../../golden/golden';

const keys = ['sparsity.density', 'sparsity.update', 'seed'];
const figures = (accuracy: number, density: number): Partial<TrialResult> => ({
  state: 'completed',
  accuracy,
  loss: -Math.log(accuracy),
  firstLoss: 2.3026,
  density,
  orthogonalityError: 1.9e-7,
  isometryError: 9.5e-8,
  initSeconds: 0.0123,
  seconds: 4.21,
});
const tooLow = { code: 'config.density-too-low', message: 'sparsity.density is too low; use at least 0.05.' };
const died = { code: 'cli.engine-died', message: 'The process of this trial ended before the trial did (SIGKILL).' };

const trials = [
  figures(0.91, 0.0999),
  {
    ...figures(0.93, 0.1001),
    warnings: [{ code: 'engine.checkpoint-unusable', message: 'It cannot be used. The run goes on from step 4.' }],
  },
  figures(0.8, 0.1),
  { state: 'failed' as const, error: died },
  { state: 'failed' as const, error: tooLow },
  { state: 'failed' as const, error: tooLow },
  {
    ...figures(0.5, 0.01),
    state: 'interrupted' as const,
    error: { code: 'runs.interrupted', message: 'It was interrupted.' },
  },
  { state: 'waiting' as const },
].map((result, i): TrialResult => {
  const update: PlainValue =
    i % 4 < 2 ? { method: 'static' } : { method: 'rigl', every: 50, dropFraction: 0.3, until: 0.75 };
  const values = [i < 4 ? 0.1 : 0.01, update, (i % 2) + 1];
  return { id: String(i + 1).padStart(4, '0'), values, state: 'waiting', ...result };
});

it('tells trials as they end, and at last all of them', () => {
  const lines = new TrialLines(keys, trials);
  const text = [
    sweepHeading('grid-1', trials.length, 2, 2),
    lines.heading(),
    ...trials.slice(0, 7).map((trial, i) => lines.of(trial, i + 1)),
    '\n',
    groupTable(groupTrials(keys, trials)),
    failureText(trials),
    trialWarnings(trials),
    sweepPlaces('/project/.sparsescope/sweeps/grid-1', 'REPORT', 'CSV'),
  ];
  expectGolden('cli/sweep.txt', text.join(''));
});

it('counts as n the trials that a mean is made of, not one that completed and lost its journal', () => {
  const seeds = [figures(0.9, 0.1), figures(0.8, 0.1), { state: 'completed' as const, density: 0.1 }];
  const some = seeds.map((found, i): TrialResult => ({ id: String(i), values: [i], state: 'completed', ...found }));
  const [heading, row] = groupTable(groupTrials(['seed'], some)).split('\n');
  const cells = (line: string): string[] => line.trim().split(/ {2,}/);
  expect(cells(heading).slice(0, 4)).toEqual(['n', 'valid. acc.', 'valid. loss', 'first loss']);
  expect(cells(row).slice(0, 2)).toEqual(['2', '85.00 % ± 7.07 %']);
  expect(row).toContain('0.1 (n = 3)');
});

it('tells a kind of warning once, with the trials that it is of', () => {
  const warned = (id: string, ...warnings: { code: string; message: string }[]): TrialResult => ({
    id,
    values: [],
    state: 'completed',
    warnings,
  });
  const grown = (times: number): { code: string; message: string } => ({
    code: 'sharing.loss-growth',
    message: `The loss is ${times} times that of the first step.`,
  });
  const lost = ['One.', 'Two.'].map((message) => ({ code: 'engine.backend-lost', message }));
  expect(trialWarnings([warned('0001', grown(70)), warned('0002', ...lost), warned('0003', grown(90))])).toBe(
    'warning 0001, 0003: sharing.loss-growth: The loss is 70 times that of the first step. That is of 0001; trials.csv has all.\n' +
      'warning 0002: engine.backend-lost: One.\nwarning 0002: engine.backend-lost: Two.\n',
  );
});
