/** What is measured of a config that shares weights, against what training really does. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawNetwork, firstBatch, withBatches } from '../../../../src/engine/initial-network';
import type { Source } from '../../../../src/engine/initial-network';
import { checkedConfig } from '../../../../src/engine/prepare';
import { lossesAt } from '../../../../src/engine/rps/test-points';
import { Trainer } from '../../../../src/engine/trainer';
import { trainingSettings } from '../../../../src/engine/training';
import type { SharingLevel, SharingReport } from '../../../../src/protocol/sharing';
import { RunFolder } from '../../../../src/runs/folder';
import { readJournal } from '../../../../src/runs/journal';
import { context, TestEngine } from '../project';
import { SmallRuns } from './small-runs';
import type { Kind, Small } from './small-runs';

let runs: SmallRuns;
let engine: TestEngine;
beforeAll(async () => {
  runs = await SmallRuns.create();
  engine = await TestEngine.greeted();
});
afterAll(() => runs.remove());

const diagnose = (small: Small, level: SharingLevel = 'sharpness', from = runs): Promise<SharingReport> =>
  engine.api.diagnoseSharing({ ...from.source(small), level }, context());

async function sourceOf(small: Small, from = runs): Promise<Source> {
  const { configText, ...source } = from.source(small);
  return { ...source, ...(await checkedConfig(configText, source.configPath)) };
}

/** That each layer moves as it does in the first step of a run. */
async function expectFirstStep(small: Small, from = runs): Promise<void> {
  const { layers, batch } = await diagnose(small, 'batch', from);
  const source = await sourceOf(small, from);
  const { state, rule } = await drawNetwork(source, context());
  const trainer = new Trainer(source.plan.network, state, trainingSettings({ ...source, rule }));
  const { learningRate } = small;
  const { loss } = trainer.step(await firstBatch(source, context()), { learningRate, count: 1 });
  expect(batch!.loss).toBeCloseTo(loss, 5);
  const moved = trainer.lastMove!.layers;
  expect(layers.map(({ name }) => name)).toEqual(moved.map(({ layer }) => layer));
  layers.forEach((layer, l) =>
    expect(layer.batch!.updateRatio / (moved[l].update / moved[l].weight)).toBeCloseTo(1, 3),
  );
  trainer.dispose();
}

const roast = (initStd: number, more = ''): string =>
  `method: roast, mapping: fold, compression: 8, initStd: ${initStd}${more}`;

describe('the sharpness', () => {
  it('of ROAST goes as 1 / s^2 to 1 %', async () => {
    const scales = [0.01, 0.1, 1];
    const found: number[] = [];
    for (const s of scales) {
      const { sharpness } = await diagnose({ sharing: roast(s), learningRate: 0.01 });
      expect(sharpness!.residual).toBeLessThan(0.01);
      found.push(sharpness!.value * s ** 2);
    }
    for (const value of found) expect(value / found[0]).toBeCloseTo(1, 2);
  });

  it.each(['fold', 'random', 'hashednet'])(
    'is at most that of the dense network times the largest Gamma, and under theory at most that: %s',
    async (mapping) => {
      const sharing = `method: roast, mapping: ${mapping}, compression: 8, initStd: 0.1`;
      const plain = await diagnose({ sharing, learningRate: 1e-3 });
      // The same memory, so the same weights and the same Hessian.
      const scaled = await diagnose({ sharing: `${sharing}, scaler: theory`, learningRate: 1e-3 });
      const beta = scaled.sharpness!.full!;
      expect(plain.batch!.loss).toBe(scaled.batch!.loss);
      expect(plain.sharpness!.value).toBeLessThanOrEqual(beta * plain.gamma.max);
      expect(plain.sharpness!.value).toBeGreaterThan(beta);
      expect(scaled.sharpness!.value).toBeLessThanOrEqual(beta);
    },
  );

  it('of STABLE-RPS is that of the dense network without compression, and less with it', async () => {
    const found: number[] = [];
    for (const compression of [1, 4, 30]) {
      const { sharpness } = await diagnose({ sharing: `compression: ${compression}`, learningRate: 1e-3 });
      found.push(sharpness!.value / sharpness!.full!);
    }
    expect(found[0]).toBeCloseTo(1, 3);
    expect(found[1]).toBeLessThan(0.7);
    expect(found[2]).toBeLessThan(0.2);
  });

  it('says how much longer a learning rate may be, and that rate trains further', async () => {
    const small = { sharing: 'compression: 30', learningRate: 0.01 };
    const report = await diagnose(small);
    const finding = report.findings.find(({ measure }) => measure === 'conservative')!;
    const [edit] = finding.fix!.edits;
    expect(edit.path).toBe('train.optimizer.learningRate');
    const longer = Number(edit.value);
    expect(longer / 0.01).toBeCloseTo(finding.value!, 0);
    const points = [0.01, longer].map((learningRate) => ({ initStd: 1, learningRate }));
    const test = { points, steps: 60, sharpness: report.sharpness! };
    const [short, long] = await engine.api.testSharing({ ...runs.source(small), ...test }, context());
    expect([short.outcome, long.outcome]).toEqual(['slow', 'converged']);
    expect(long).toMatchObject({ predicted: 'safe', firstLoss: short.firstLoss });
  });

  it('draws the boundaries where the zone changes', async () => {
    const { sharpness, initStd } = await diagnose({ sharing: roast(0.1), learningRate: 0.01 });
    const { value, rest, boundaries } = sharpness!;
    const at = boundaries.proved.find((point) => Math.abs(Math.log(point.initStd / initStd!)) < 1e-9)!;
    expect(at.learningRate * (value + rest!)).toBeCloseTo(2, 6);
    // At large scales only what is not shared is left.
    const wide = boundaries.empirical.reduce((a, b) => (b.initStd > a.initStd ? b : a));
    expect(wide.learningRate * rest!).toBeLessThanOrEqual(10.0001);
  });
});

describe('one batch', () => {
  it.each([
    'compression: 8',
    roast(0.1),
    roast(0.1, ', scaler: v1'),
    'method: hashednet, compression: 5, initStd: 0.2',
  ])('says how far the first step moves the weights: %s', (sharing) =>
    expectFirstStep({ sharing, learningRate: 0.02 }),
  );

  it.each(['momentum: 0.9', 'momentum: 0.9, nesterov: false', 'momentum: 0.5, nesterov: true'])(
    'of every momentum: %s',
    (optimizer) => expectFirstStep({ sharing: roast(0.1), learningRate: 0.02, optimizer }),
  );

  it.each(['compression: 8', roast(0.1), roast(0.1, ', scaler: theory'), roast(0.1, ', scaler: v2')])(
    'of Adam: %s',
    async (sharing) => {
      for (const rule of ['adam', 'adamw'] as const) await expectFirstStep({ sharing, learningRate: 1e-3, rule });
    },
  );

  it.each<[Kind, string[]]>([
    [
      'pictures',
      [
        '{ name: conv1, conv: { in: 1, out: 4, kernel: 3, bias: false } }',
        '{ name: norm1, batchNorm: { size: 4 } }',
        '{ activation: relu }',
        '{ name: conv2, conv: { in: 4, out: 8, kernel: 3, groups: 2 } }',
        '{ activation: relu }',
        '{ reshape: flatten }',
        '{ name: fc, linear: { in: 160, out: 4 } }',
      ],
    ],
    [
      'numbers',
      [
        '{ name: table, embedding: { size: 9, width: 6 } }',
        '{ name: each, linear: { in: 6, out: 12 } }',
        '{ activation: tanh }',
        '{ reshape: mean }',
        '{ name: fc, linear: { in: 12, out: 4 } }',
      ],
    ],
  ])('the same of %s, batch norms and tables, and how sharp they are', async (kind, layers) => {
    const own = await SmallRuns.create(kind);
    try {
      await expectFirstStep({ sharing: 'compression: 3', learningRate: 0.02, layers }, own);
      const { sharpness } = await diagnose({ sharing: 'compression: 3', learningRate: 1e-3, layers }, 'sharpness', own);
      expect(sharpness!.residual).toBeLessThan(0.01);
      expect(sharpness!.value).toBeGreaterThan(0);
      expect(sharpness!.value).toBeLessThanOrEqual(sharpness!.full!);
    } finally {
      await own.remove();
    }
  });

  it('does not depend on how many examples are looked at at a time', async () => {
    const small = { sharing: roast(0.2), learningRate: 0.01 };
    const [whole, inParts] = [await diagnose(small), await diagnose({ ...small, microBatch: 50 })];
    expect(inParts.batch!.loss).toBeCloseTo(whole.batch!.loss, 5);
    expect(inParts.batch!.curvature! / whole.batch!.curvature!).toBeCloseTo(1, 4);
    expect(inParts.sharpness!.value / whole.sharpness!.value).toBeCloseTo(1, 3);
  });

  it('says how the loss curves along that step', async () => {
    const small = { sharing: roast(0.3), learningRate: 1e-3 };
    const { batch } = await diagnose(small, 'batch');
    const source = await sourceOf(small);
    // Losses around 0 on the line of the first step; of a quadratic the second difference is the curvature.
    const lossAfter = async (learningRate: number): Promise<number> => {
      const { state, rule } = await drawNetwork(source, context());
      const trainer = new Trainer(source.plan.network, state, trainingSettings({ ...source, rule }));
      const first = await firstBatch(source, context());
      trainer.step(first, { learningRate, count: 1 });
      const { loss } = trainer.measure(first).result;
      trainer.dispose();
      return loss;
    };
    const [h, start] = [2e-3, batch!.loss];
    const [ahead, behind] = [await lossAfter(h), await lossAfter(-h)];
    const slope = (behind - ahead) / (2 * h);
    expect((ahead + behind - 2 * start) / h ** 2 / slope / batch!.curvature!).toBeCloseTo(1, 1);
  });

  it('keeps about one over the compression of the squared gradient, all of it without compression', async () => {
    for (const compression of [1, 5, 20]) {
      const { batch } = await diagnose(
        { sharing: `compression: ${compression}`, learningRate: 0.1, width: 64 },
        'batch',
      );
      expect(batch!.keptEnergy * compression).toBeGreaterThan(0.6);
      expect(batch!.keptEnergy * compression).toBeLessThan(1.6);
      if (compression === 1) expect(batch!.keptEnergy).toBeCloseTo(1, 5);
    }
  });
});

describe('a level', () => {
  it('has what those below it have, and is not measured where it is not asked for', async () => {
    const small = { sharing: 'compression: 8', learningRate: 0.1 };
    const alone = await diagnose(small, 'static');
    expect(alone.batch).toBeUndefined();
    const batch = await diagnose(small, 'batch');
    expect(batch.sharpness).toBeUndefined();
    const all = await diagnose(small);
    const measures = (report: SharingReport): string[] => report.findings.map(({ id, measure }) => `${id}/${measure}`);
    expect(measures(all)).toEqual(expect.arrayContaining(measures(batch)));
    expect(measures(batch)).toEqual(expect.arrayContaining(measures(alone)));
    expect(measures(batch)).toContain('D8/curvature');
    expect(measures(all)).toContain('D9/sharpness');
  });

  it('leaves the project as it is', async () => {
    const before = await readdir(runs.root, { recursive: true });
    const small = { sharing: 'compression: 8', learningRate: 0.1 };
    await diagnose(small);
    await engine.api.testSharing(
      { ...runs.source(small), points: [{ initStd: 1, learningRate: 0.1 }], steps: 2 },
      context(),
    );
    expect(await readdir(runs.root, { recursive: true })).toEqual(before);
  });

  it('is cancelled within it', async () => {
    const controller = new AbortController();
    let told = 0;
    const asked = engine.api.diagnoseSharing(
      { ...runs.source({ sharing: roast(0.1), learningRate: 0.1, width: 500 }), level: 'sharpness' },
      {
        signal: controller.signal,
        progress: ({ message }) => {
          if (message.includes('sharpness') && ++told === 3) controller.abort();
        },
      },
    );
    await expect(asked).rejects.toThrow('cancelled');
    expect(told).toBeLessThan(6);
  });
});

describe('a tested point', () => {
  it('goes the way of a run', async () => {
    const small = { sharing: roast(0.1), learningRate: 0.05, batchSize: 32 };
    const source = runs.source(small);
    const twice = { ...source, configText: source.configText.replace('epochs: 1', 'epochs: 3') };
    const { directory } = await engine.run({ ...twice, directory: join(runs.root, 'run') });
    const journal = await readJournal(new RunFolder(directory).journalFile);
    const losses = journal.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    expect(losses).toHaveLength(12);
    const own = await sourceOf(small);
    const tried = await withBatches(own, context(), ({ train }) => lossesAt(own, 12, train, context()));
    expect(tried.slice(0, 12)).toEqual(losses);
  });

  it('is refused where there is nothing to train by, with what would do', async () => {
    const source = runs.source({ sharing: 'compression: 8', learningRate: 0.1 });
    const test = (points: { initStd: number; learningRate: number }[], steps: number): Promise<unknown> =>
      engine.api.testSharing({ ...source, points, steps }, context());
    for (const [points, steps] of [
      [[{ initStd: 0, learningRate: 1 }], 5],
      [[{ initStd: 1, learningRate: NaN }], 5],
      [[], 0],
    ] as const)
      await expect(test([...points], steps)).rejects.toMatchObject({ code: 'engine.bad-sharing-test' });
    const none = { ...source, configText: source.configText.replace(/^sharing.*\n/m, '') };
    const asked = engine.api.diagnoseSharing({ ...none, level: 'static' }, context());
    await expect(asked).rejects.toMatchObject({ code: 'runs.not-sharing' });
  });
});
