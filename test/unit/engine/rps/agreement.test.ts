/**
 * Predictions held against sixty runs: method x scale of the memory x learning rate x compression. Each of the six networks is measured
 * once, at one scale, and predicted everywhere. docs/sharing.md has the table.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { courseOf } from '../../../../src/core/rps/diagnosis/outcome';
import { withBatches } from '../../../../src/engine/initial-network';
import { finish } from '../../../../src/core/parts';
import { checkedConfig } from '../../../../src/engine/prepare';
import { predictedAt } from '../../../../src/engine/rps/sharpness';
import { lossesAt } from '../../../../src/engine/rps/test-points';
import type { PredictedOutcome, SharingPoint } from '../../../../src/protocol/sharing';
import { sharedStart } from '../../../../src/runs/sharing/shared-run';
import { context, TestEngine } from '../project';
import { SmallRuns } from './small-runs';
import type { Small } from './small-runs';

let runs: SmallRuns;
let engine: TestEngine;
beforeAll(async () => {
  runs = await SmallRuns.create();
  engine = await TestEngine.greeted();
});
afterAll(() => runs.remove());

const steps = 60;
const classes = 4;
const compressions = [1, 10, 50];
const measuredAt = 0.2;
const roastScales = [0.05, 0.2, 0.8, 3.2];
const learningRates = { roast: [0.02, 0.1, 0.5, 2], 'stable-rps': [0.2, 1, 5, 25] };

/** What a run did: its loss never rose; it rose, but the run went on to learn; it failed. */
type Happened = 'stable' | 'unstable' | 'failed';

interface Row extends SharingPoint {
  method: string;
  compression: number;
  predicted: PredictedOutcome;
  happened: Happened;
  outcome: string;
}

const sharingAt = (method: string, compression: number, initStd: number): string =>
  method === 'roast'
    ? `method: roast, mapping: fold, compression: ${compression}, initStd: ${initStd}`
    : `method: stable-rps, compression: ${compression}`;

async function lossesOf(small: Small): Promise<number[]> {
  const { configText, ...source } = runs.source(small);
  const own = { ...source, ...(await checkedConfig(configText, source.configPath)) };
  return withBatches(own, context(), ({ train }) => lossesAt(own, steps, train, context()));
}

function happenedOf(losses: readonly number[]): Pick<Row, 'happened' | 'outcome'> {
  const { outcome } = courseOf(losses, classes);
  if (outcome === 'diverged' || outcome === 'collapsed') return { outcome, happened: 'failed' };
  // More than rounding.
  const rose = losses.some((loss, step) => step > 0 && loss > 1.0001 * losses[step - 1]);
  return { outcome, happened: rose ? 'unstable' : 'stable' };
}

async function rowsOf(method: 'roast' | 'stable-rps', compression: number): Promise<Row[]> {
  const measured = runs.source({ sharing: sharingAt(method, compression, measuredAt), learningRate: 1e-3 });
  const { sharpness } = await engine.api.diagnoseSharing({ ...measured, level: 'sharpness' }, context());
  const { config, plan } = await checkedConfig(measured.configText, measured.configPath);
  const { run } = finish(sharedStart(config, plan));
  const rows: Row[] = [];
  for (const initStd of method === 'roast' ? roastScales : [measuredAt])
    for (const learningRate of learningRates[method]) {
      const losses = await lossesOf({ sharing: sharingAt(method, compression, initStd), learningRate });
      const predicted = predictedAt(
        run,
        { value: sharpness!.value, rest: sharpness!.rest! },
        { initStd, learningRate },
      );
      rows.push({ method, compression, initStd, learningRate, predicted, ...happenedOf(losses) });
    }
  return rows;
}

const agrees: Record<PredictedOutcome, Happened> = { safe: 'stable', band: 'unstable', unsafe: 'failed' };

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
