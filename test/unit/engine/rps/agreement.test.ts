/**
 * Predictions held against sixty runs: method x scale of the memory x learning rate x compression. Each of the six networks is measured
 * once, at one scale, and predicted everywhere. docs/sharing.md has the table.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestEngine } from '../project';
import { agrees, outcomesOf } from './outcomes';
import type { Outcome } from './outcomes';
import { SmallRuns } from './small-runs';

let runs: SmallRuns;
let engine: TestEngine;
beforeAll(async () => {
  runs = await SmallRuns.create();
  engine = await TestEngine.greeted();
});
afterAll(() => runs.remove());

const compressions = [1, 10, 50];
const measuredAt = 0.2;
const initStds = { roast: [0.05, 0.2, 0.8, 3.2], 'stable-rps': [measuredAt] };
const learningRates = { roast: [0.02, 0.1, 0.5, 2], 'stable-rps': [0.2, 1, 5, 25] };

interface Row extends Outcome {
  method: string;
  compression: number;
}

const sharingAt = (method: string, compression: number, initStd: number): string =>
  method === 'roast'
    ? `method: roast, mapping: fold, compression: ${compression}, initStd: ${initStd}`
    : `method: stable-rps, compression: ${compression}`;

async function rowsOf(method: 'roast' | 'stable-rps', compression: number): Promise<Row[]> {
  const grid = { measuredAt, initStds: initStds[method], learningRates: learningRates[method] };
  const found = await outcomesOf({ runs, engine }, {}, (initStd) => sharingAt(method, compression, initStd), grid);
  return found.map((row) => ({ method, compression, ...row }));
}

const text = (rows: readonly Row[]): string =>
  rows
    .map(({ method, compression, initStd, learningRate, predicted, happened, outcome }) =>
      [method, `c ${compression}`, `s ${initStd}`, `rate ${learningRate}`, predicted, happened, outcome].join('\t'),
    )
    .join('\n');

it('of sixty runs none that is predicted safe fails, and at least 85 % do what is predicted', async () => {
  const rows: Row[] = [];
  for (const compression of compressions)
    for (const method of ['roast', 'stable-rps'] as const) rows.push(...(await rowsOf(method, compression)));
  expect(rows).toHaveLength(60);
  expect(text(rows.filter(({ predicted, happened }) => predicted === 'safe' && happened === 'failed'))).toBe('');
  expect(text(rows.filter(({ predicted, happened }) => predicted === 'unsafe' && happened !== 'failed'))).toBe('');
  const right = rows.filter(({ predicted, happened }) => agrees[predicted] === happened);
  const wrong = rows.filter((row) => !right.includes(row));
  expect(right.length / rows.length, text(wrong)).toBeGreaterThanOrEqual(0.85);
  // A grid of one kind of run would show nothing.
  for (const zone of ['safe', 'band', 'unsafe'] as const)
    expect(rows.filter(({ predicted }) => predicted === zone).length).toBeGreaterThan(8);
  if (process.env['SHARING_TABLE']) process.stdout.write(`${text(rows)}\n`);
});
