import { describe, expect, it } from 'vitest';
import type { TrialResult } from '../../../src/protocol/sweep';
import { trialsCsv } from '../../../src/runs/report/sweep';
import { outcomeWords } from '../../../src/protocol/words';
import { Journal } from '../../../src/runs/journal';
import { groupTrials, trialResult } from '../../../src/runs/sweep-results';
import { temporaryFolder } from '../formats/bytes';
import { newRun, sampleLayer, sampleRecord, sampleRun, sampleSharing, stepEvent } from './samples';

const trial = (id: string, values: TrialResult['values'], more: Partial<TrialResult> = {}): TrialResult => ({
  id,
  values,
  state: 'completed',
  ...more,
});

const trials = [
  trial('0001', [0.1, 1], { accuracy: 0.8, loss: 0.5 }),
  trial('0002', [0.1, 2], { accuracy: 0.9, loss: 0.3 }),
  trial('0003', [0.5, 1], { accuracy: 0.95 }),
  trial('0004', [0.5, 2], { state: 'failed', accuracy: 0.1, error: { code: 'a.b', message: 'It says "no", twice.' } }),
  trial('0005', [0.9, 1], { state: 'waiting' }),
];

describe('trials of a sweep', () => {
  it('store what is kept of their weights, or the memory that shared ones lie in', async () => {
    const layers = [sampleLayer('fc1'), { ...sampleLayer('fc2'), dense: true as const, density: 1, nonZeros: 24 }];
    const result = async (sharing?: object): Promise<number | undefined> => {
      const changes = { state: 'completed' as const, layers, ...sharing };
      return (await trialResult(await sampleRun(changes), { id: '0001', values: [] })).stored;
    };
    expect(await result()).toBe(12 + 24);
    const bytes = { memory: 24, optimizer: 24, dense: 0, index: 0, weights: 96 };
    const about = { method: 'stable-rps', mapping: 'fold', scope: 'global', compression: 4, scaler: 'theory', bytes };
    expect(await result({ sharing: { ...about, n: 24, m: 6 } })).toBe(6 + 24);
    expect(await result({ sharing: { ...about, n: 48, m: 12 } })).toBe(12);
    // An embedding of 76 weights lies in the memory with fc1, fc2 beside it.
    expect(await result({ sharing: { ...about, n: 100, embedded: 76, m: 25 } })).toBe(25 + 24);
  });

  it('tell of an older checkpoint that they went on from, and not what any run is warned of', async () => {
    const folder = await sampleRun({ state: 'completed' });
    const journal = await Journal.open(folder.journalFile);
    const warning = (code: string) => ({ type: 'warning' as const, at: 1, code, message: `Of ${code}.` });
    for (const code of ['engine.little-memory', 'engine.checkpoint-unusable']) journal.append(warning(code));
    journal.close();
    const told = [{ code: 'engine.checkpoint-unusable', message: 'Of engine.checkpoint-unusable.' }];
    expect((await trialResult(folder, { id: '0001', values: [] })).warnings).toEqual(told);
    expect(await trialResult(await sampleRun(), { id: '0001', values: [] })).not.toHaveProperty('warnings');
  });

  it('take as long to draw as the layers that are not dense', async () => {
    const layers = [
      { ...sampleLayer('fc1'), dense: true as const, seconds: 5 },
      { ...sampleLayer('fc2'), seconds: 0.25 },
      { ...sampleLayer('fc3'), seconds: 0.5 },
    ];
    const seconds = async (from: number, to: number): Promise<number | undefined> => {
      const run = await sampleRun({ state: 'completed', layers: layers.slice(from, to) });
      return (await trialResult(run, { id: '0001', values: [] })).initSeconds;
    };
    expect(await seconds(0, 3)).toBe(0.75);
    expect(await seconds(0, 1)).toBeUndefined();
  });

  it('are joined over seeds: mean and deviation of the sample over those that completed', () => {
    const { keys, groups } = groupTrials(['sparsity.density', 'seed'], trials);
    expect(keys).toEqual(['sparsity.density']);
    expect(groups).toEqual([
      {
        values: [0.1],
        trials: ['0001', '0002'],
        completed: 2,
        failed: 0,
        spread: {
          accuracy: {
            count: 2,
            mean: expect.closeTo(0.85) as number,
            deviation: expect.closeTo(0.1 / Math.SQRT2) as number,
          },
          loss: { count: 2, mean: 0.4, deviation: expect.closeTo(0.2 / Math.SQRT2) as number },
        },
      },
      {
        values: [0.5],
        trials: ['0003', '0004'],
        completed: 1,
        failed: 1,
        spread: { accuracy: { count: 1, mean: 0.95, deviation: undefined } },
      },
      { values: [0.9], trials: ['0005'], completed: 0, failed: 0, spread: {} },
    ]);
  });

  it('of seeds alone are one group, and of whole values told apart by them', () => {
    expect(groupTrials(['seed'], [trial('0001', [1]), trial('0002', [2])]).groups).toHaveLength(1);
    const methods = [{ method: 'set' }, { method: 'rigl' }, { method: 'set' }];
    const { groups } = groupTrials(
      ['seed', 'sparsity.update'],
      methods.map((method, i) => trial(String(i), [i, method])),
    );
    expect(groups.map((group) => group.trials)).toEqual([['0', '2'], ['1']]);
  });

  it('that share weights tell how many came to what', () => {
    const outcomes = ['diverged', 'converged', 'diverged', undefined] as const;
    const { groups } = groupTrials(
      ['sharing.initStd', 'seed'],
      outcomes.map((outcome, i) => trial(String(i), [1, i], outcome && { outcome })),
    );
    expect(groups).toMatchObject([{ outcomes: { diverged: 2, converged: 1 }, completed: 4 }]);
    expect(outcomeWords(groups[0].outcomes)).toBe('2 diverged, 1 converged');
    expect(outcomeWords({ slow: 3 })).toBe('slow');
    expect(outcomeWords(undefined)).toBe('');
  });

  it.each([
    ['converged', [3, 2, 1, 0.5], 'completed', undefined],
    ['slow', [2.4, 2.35, 2.31, 2.3], 'completed', undefined],
    ['collapsed', [2.5, 9, 2.4, 2.302], 'completed', undefined],
    ['diverged', [2, 3, 4, 5], 'completed', undefined],
    ['diverged', [2, 1.9], 'failed', 'sharing.not-finite'],
    ['diverged', [], 'failed', 'sharing.not-finite'],
    [undefined, [2, 1], 'failed', 'engine.out-of-memory'],
    [undefined, [2, 1], 'cancelled', undefined],
    [undefined, [], 'completed', undefined],
  ] as const)('are %s by their losses %j', async (outcome, losses, state, code) => {
    const run = await newRun({ root: await temporaryFolder(), name: 'net', configText: '' });
    const error = code && { code, message: 'It ended.' };
    await run.writeRecord(sampleRecord('net-1', { state, sharing: sampleSharing, ...(error && { error }) }));
    const journal = await Journal.open(run.journalFile);
    losses.forEach((loss, i) => journal.append({ ...stepEvent(i + 1), loss }));
    journal.close();
    const result = await trialResult(run, { id: '0001', values: [] });
    expect(result.outcome).toBe(outcome);
  });

  it('tell that they diverge, or were predicted to, or lost lines, and nothing that any run would tell', async () => {
    const configText = [
      'version: 1',
      'name: net',
      'model: { preset: mlp-7, activation: relu }',
      'data: { source: synthetic-digits }',
      'sharing: { method: roast, compression: 10, initStd: 0.04 }',
      'train: { optimizer: { learningRate: 0.1 } }',
    ].join('\n');
    const run = await newRun({ root: await temporaryFolder(), name: 'net', configText });
    await run.writeRecord(sampleRecord('net-1', { sharing: sampleSharing }));
    const journal = await Journal.open(run.journalFile);
    const warn = (code: string, layer?: string): void =>
      journal.append({ type: 'warning', at: 1, code, message: `${layer ?? code}.`, ...(layer && { layer }) });
    warn('engine.little-memory');
    for (const layer of ['fc1', 'fc2', 'fc3']) warn('sharing.update-ratio', layer);
    for (const code of ['sharing.loss-growth', 'engine.training-diverges', 'engine.steps-missing']) warn(code);
    journal.close();
    const { warnings } = await trialResult(run, { id: '0001', values: [] });
    expect(warnings).toEqual([
      { code: 'config.divergence-predicted', message: expect.stringContaining('predicted to diverge') as string },
      { code: 'sharing.update-ratio', message: 'fc1. It is so of 2 more layers.' },
      { code: 'sharing.loss-growth', message: 'sharing.loss-growth.' },
      { code: 'engine.training-diverges', message: 'engine.training-diverges.' },
      { code: 'engine.steps-missing', message: 'engine.steps-missing.' },
    ]);

    await run.writeRecord(sampleRecord('net-1'));
    expect((await trialResult(run, { id: '0001', values: [] })).warnings).toHaveLength(4);
  });

  it('are lines of a table, quoted where they have to be', () => {
    const lines = trialsCsv(
      ['sparsity.update', 'seed'],
      [
        trial('0001', [{ method: 'rigl', every: 5 }, 1], {
          accuracy: 0.5,
          dead: 3,
          jacobianMean: 1,
        }),
        {
          ...trials[3],
          values: ['static', 2],
          warnings: [
            { code: 'a.c', message: 'One.' },
            { code: 'a.c', message: 'Two.' },
          ],
        },
      ],
    ).split('\n');
    expect(lines).toEqual([
      'trial,sparsity.update,seed,state,outcome,accuracy,loss,firstLoss,density,stored,orthogonalityError,isometryError,dead,jacobianMin,jacobianMean,jacobianMax,initSeconds,seconds,error,message,warnings',
      '0001,"{ method: rigl, every: 5 }",1,completed,,0.5,,,,,,,3,,1,,,,,,',
      '0004,static,2,failed,,0.1,,,,,,,,,,,,,a.b,"It says ""no"", twice.",One. Two.',
      '',
    ]);
  });
});
