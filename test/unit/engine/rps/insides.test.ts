/** What a watch looks at within a network, and runs that die without a loss that is no number. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finish } from '../../../../src/core/parts';
import type { Network } from '../../../../src/core/network';
import { cpu } from '../../../../src/engine/backends/cpu';
import { wasm } from '../../../../src/engine/backends/wasm';
import { freshOther, otherLayers } from '../../../../src/engine/states';
import type { NetworkState } from '../../../../src/engine/states';
import { askedBefore } from '../../../../src/engine/probes/due';
import { Trainer } from '../../../../src/engine/trainer';
import type { StartRun } from '../../../../src/protocol/engine';
import type { WarningEvent } from '../../../../src/protocol/run';
import { RunFolder } from '../../../../src/runs/folder';
import { readJournal } from '../../../../src/runs/journal';
import { readSharingFailures } from '../../../../src/runs/sharing-failure';
import { outcome, recordOf, TestEngine } from '../project';
import { SmallRuns } from './small-runs';

const network: Network = {
  inputs: 3,
  classes: 2,
  layers: [
    { kind: 'linear', name: 'fc1', in: 3, out: 2 },
    { kind: 'norm', over: 'batch', name: 'bn1', size: 2 },
    { kind: 'activation', fn: 'relu' },
    { kind: 'linear', name: 'fc2', in: 2, out: 2 },
    { kind: 'activation', fn: 'relu' },
    { kind: 'linear', name: 'fc3', in: 2, out: 2 },
  ],
};

const layer = (name: string, rows: number, columns: number, weight: number[], bias: number[]) => ({
  ...{ name, rows, columns, weight: Float32Array.from(weight), mask: new Uint8Array(weight.length).fill(1) },
  ...{ bias: Float32Array.from(bias), weightSlots: [], biasSlots: [] },
});

/** fc1 takes the first two values, of which one is four times as large; of fc2 one unit is always on and one never. */
const state = (): NetworkState => ({
  layers: [
    layer('fc1', 2, 3, [1, 0, 0, 0, 4, 0], [0, 0]),
    layer('fc2', 2, 2, [1, 0, 0, 0], [1, -1]),
    layer('fc3', 2, 2, [1, 0, 0, 1], [0, 0]),
  ],
  others: otherLayers(network).map((other) => freshOther(other, () => new Float32Array())),
});

const values = [
  [-3, 1, 0],
  [-1, 1, 0],
  [1, 1, 0],
  [3, -3, 0],
];

describe.each([
  ['wasm', wasm],
  ['cpu', cpu],
] as const)('within a network on %s', (_, backend) => {
  beforeAll(() => backend.start());

  it.each([undefined, 2])(
    'zeros are counted by layer and variances by channel, nothing changes (parts of %s)',
    (microBatch) => {
      const settings = { optimizer: { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const };
      const trainer = new Trainer(network, state(), { ...settings, ...(microBatch && { microBatch }) });
      const before = trainer.state();
      const batch = { size: 4, x: Float32Array.from(values.flat()), labels: Uint8Array.of(0, 1, 0, 1) };
      const found = finish(trainer.insides(batch));
      expect(trainer.state()).toEqual(before);
      // By all four: a half of the first channel and one of four of the second. By parts of two the second channel of the first
      // part has no variance, so that it is 0 there.
      const zeros = microBatch ? [2 + 3, 8] : [2 + 1, 8];
      expect(found.zeros).toEqual([
        { layer: 'fc1', share: zeros[0] / zeros[1] },
        { layer: 'fc2', share: 0.5 },
      ]);
      const [bn] = found.variances;
      expect(bn).toMatchObject({ layer: 'bn1', running: 1 });
      // 4 times 1, 1, 1, -3; of the last two alone 4 and -12.
      expect(bn.batch).toBeCloseTo(microBatch ? 64 : 48, 3);
      trainer.dispose();
    },
  );
});

describe('a run that shares weights dies', () => {
  let runs: SmallRuns;
  let engine: TestEngine;
  beforeEach(async () => {
    runs = await SmallRuns.create();
    engine = await TestEngine.greeted();
  });
  afterEach(() => runs.remove());

  const normed = [
    '{ name: fc1, linear: { in: 20, out: 32 } }',
    '{ name: bn1, batchNorm: { size: 32 } }',
    '{ activation: relu }',
    '{ name: fc2, linear: { in: 32, out: 32 } }',
    '{ name: bn2, batchNorm: { size: 32 } }',
    '{ activation: relu }',
    '{ name: fc3, linear: { in: 32, out: 4 } }',
  ];
  const start = (initStd: number, learningRate: number, every = 5): StartRun => ({
    ...runs.source({
      sharing: `method: roast, mapping: fold, compression: 10, initStd: ${initStd}`,
      ...{ layers: normed, learningRate, epochs: 30 },
      probes: `divergence: { every: ${every} }, spectra: { at: [] , every: 0 }, jacobian: { at: [] }`,
    }),
  });
  const warningsOf = async (directory: string): Promise<WarningEvent[]> =>
    (await readJournal(new RunFolder(directory).journalFile)).filter((event) => event.type === 'warning');
  const inside = ['sharing.running-variance', 'sharing.zero-activations'];

  it('of a learning rate too large: the norm whose variance blew up and the dead layer are named, with the steps before', async () => {
    const { directory } = await engine.run(start(0.01, 1));
    expect((await recordOf(directory)).state).toBe('completed');
    const told = (await warningsOf(directory)).filter(({ code }) => inside.includes(code));
    expect(told.map(({ code, step }) => [code, step])).toEqual([
      ['sharing.running-variance', 5],
      ['sharing.zero-activations', 10],
    ]);
    expect(told[0].message).toMatch(
      /^At step 5, and not yet at step 0, the running variance of batch norm "bn\d" is \S+e\+\d+ times/,
    );
    expect(told[1].message).toMatch(
      /^At step 10, and not yet at step 5, (99\.\d|100) % of the activations of layer "fc2" are zero/,
    );
    const kept = await readSharingFailures(new RunFolder(directory));
    const [variance, zeros] = inside.map((code) => kept.find((failure) => failure.code === code)!);
    expect(variance).toMatchObject({ verdict: 'warn', step: 5 });
    expect(variance.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(zeros).toMatchObject({ verdict: 'warn', step: 10, layer: 'fc2' });
    expect(zeros.steps).toHaveLength(10);
  });

  it('of a variance that is no number: said of its norm, where the loss is one', async () => {
    const { directory } = await engine.run(start(0.001, 10));
    expect((await recordOf(directory)).state).toBe('completed');
    const told = (await warningsOf(directory)).find(({ code }) => code === inside[0]);
    expect(told?.message).toMatch(
      /^At step 5, and not yet at step 0, the running variance of batch norm "bn\d" is not finite/,
    );
    const kept = await readSharingFailures(new RunFolder(directory));
    expect(kept.find(({ code }) => code === inside[0])).toMatchObject({ verdict: 'fail', step: 5 });
  });

  it('but not of a step that it can take, and nothing is looked at where nothing is due', async () => {
    const healthy = await engine.run(start(0.1, 0.1));
    expect((await warningsOf(healthy.directory)).filter(({ code }) => inside.includes(code))).toEqual([]);
    const rarely = await engine.run(start(0.01, 1, 0));
    expect((await warningsOf(rarely.directory)).filter(({ code }) => inside.includes(code))).toEqual([]);
  });

  it.each(['from where it was stopped', 'from its first weights'])(
    'and is told the same when it goes on %s',
    async (from) => {
      const straight = await engine.run(start(0.01, 1));
      const { directory } = await engine.runUntil(start(0.01, 1), (e) => e.type === 'step' && e.step === 7);
      expect((await recordOf(directory)).state).toBe('cancelled');
      // What was recorded until then stays: the looks at it are taken again.
      const { checkpoints } = new RunFolder(directory);
      if (from === 'from its first weights')
        for (const file of await readdir(checkpoints)) await rm(join(checkpoints, file));
      await engine.resume(directory);
      const expected = await outcome(straight.directory);
      expect(expected.some((event) => 'code' in event && event.code === inside[1])).toBe(true);
      expect(await outcome(directory)).toEqual(expected);
      expect(await readSharingFailures(new RunFolder(directory))).toEqual(
        await readSharingFailures(new RunFolder(straight.directory)),
      );
    },
  );
});

it('the look before is that of the last step that was asked for', () => {
  const asked = { at: [3, 8, 'end' as const], every: 5 };
  expect([0, 1, 3, 4, 5, 8, 9, 10, 11].map((step) => askedBefore(asked, step))).toEqual([
    undefined,
    ...[0, 0, 3, 3, 5, 8, 8, 10],
  ]);
  expect([3, 4, 20].map((step) => askedBefore({ at: [3], every: 0 }, step))).toEqual([undefined, 3, 3]);
});
