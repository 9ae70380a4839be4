/**
 * The predictions of agreement.test.ts on what its grid has none of, fifteen runs: convolutions with batch norms, and Adam.
 * docs/sharing.md has the table.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestEngine } from '../project';
import { agrees, outcomesOf } from './outcomes';
import type { Outcome } from './outcomes';
import { SmallRuns } from './small-runs';
import type { Kind } from './small-runs';

let engine: TestEngine;
const made: SmallRuns[] = [];
beforeAll(async () => void (engine = await TestEngine.greeted()));
afterAll(() => Promise.all(made.map((runs) => runs.remove())));

const runsOf = async (kind: Kind): Promise<{ runs: SmallRuns; engine: TestEngine }> => {
  const runs = await SmallRuns.create(kind);
  made.push(runs);
  return { runs, engine };
};

const layers = [
  '{ name: conv1, conv: { in: 1, out: 8, kernel: 3, bias: false } }',
  '{ name: norm1, batchNorm: { size: 8 } }',
  '{ activation: relu }',
  '{ name: conv2, conv: { in: 8, out: 8, kernel: 3, bias: false } }',
  '{ name: norm2, batchNorm: { size: 8 } }',
  '{ activation: relu }',
  '{ reshape: flatten }',
  '{ name: fc, linear: { in: 160, out: 4 } }',
];

const roast = (initStd: number): string => `method: roast, mapping: fold, compression: 4, initStd: ${initStd}`;
const stable = (): string => 'method: stable-rps, compression: 4';
const at = (initStds: number[], learningRates: number[]): Parameters<typeof outcomesOf>[3] => ({
  ...{ measuredAt: 0.2, initStds, learningRates },
});

const tell = (of: string, rows: readonly Outcome[]): void => {
  if (!process.env['SHARING_TABLE']) return;
  for (const { initStd, learningRate, predicted, happened, outcome } of rows)
    process.stdout.write(`${[of, `s ${initStd}`, `rate ${learningRate}`, predicted, happened, outcome].join('\t')}\n`);
};

it('of convolutions with batch norms none that is predicted safe fails', async () => {
  const place = await runsOf('pictures');
  const rows = [
    ...(await outcomesOf(place, { layers }, roast, at([0.05, 0.8], [0.002, 0.1, 2]))),
    ...(await outcomesOf(place, { layers }, stable, at([0.2], [0.1, 5, 100]))),
  ];
  tell('conv', rows);
  expect(rows).toHaveLength(9);
  expect(rows.filter(({ predicted, happened }) => predicted === 'safe' && happened === 'failed')).toEqual([]);
  const right = rows.filter(({ predicted, happened }) => agrees[predicted] === happened);
  expect(right.length / rows.length).toBeGreaterThanOrEqual(0.85);
});

it('of Adam nothing is predicted', async () => {
  const place = await runsOf('values');
  const rows = [
    ...(await outcomesOf(place, { rule: 'adam' }, roast, at([0.05, 0.8], [0.001, 0.1]))),
    ...(await outcomesOf(place, { rule: 'adam' }, stable, at([0.2], [0.003, 0.3]))),
  ];
  tell('adam', rows);
  expect(rows).toHaveLength(6);
  expect(new Set(rows.map(({ predicted }) => predicted))).toEqual(new Set(['band']));
});
