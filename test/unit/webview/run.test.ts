/** What the tabs of a run share, and what they gather from pages. */
import { describe, expect, test } from 'vitest';
import { summarise } from '../../../src/core/spectrum';
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import type { LayerSummary, RunRecord, SpectrumEvent } from '../../../src/protocol/run';
import type { MetricsPage, RunSnapshot, RunViewApi, RunViewState } from '../../../src/protocol/views';
import type { Remote } from '../../../src/protocol/rpc';
import { loadRotations } from '../../../webview/views/givens/load-rotations';
import { offeredSpeeds } from '../../../webview/views/givens/playback';
import { rotationWords } from '../../../webview/views/givens/words';
import { RunModel, nearestStep, type Change } from '../../../webview/views/run/run-model';
import { Series } from '../../../webview/views/spectrum/series';
import { histogramData, spectrumData } from '../../../webview/views/spectrum/spectrum-charts';
import { Metrics, atSteps, drawnMetrics, lastUpTo } from '../../../webview/views/training/metrics';

const layer = (name: string): LayerSummary => ({
  name,
  shape: [10, 20],
  targetDensity: 0.1,
  density: 0.1,
  nonZeros: 20,
  init: 'eoi',
  rotations: 5,
  orthogonalityError: 1e-7,
  singularValues: { min: 1, mean: 1, max: 1, dead: 0 },
});
const snapshot = (layers: string[], checkpoints: number[]): RunSnapshot => ({
  record: { state: 'training', id: 'a-1', layers: layers.map(layer) } as unknown as RunRecord,
  step: 0,
  checkpoints,
  epochs: [],
  maskChanges: [],
  elapsed: 0,
});

describe('one subject, one layer, one step', () => {
  const make = (state: Partial<RunViewState> = {}) => {
    const selected: RunViewState[] = [];
    const kept: RunViewState[] = [];
    const changes: Change[] = [];
    const remote = {
      select: (chosen: RunViewState) => {
        selected.push(chosen);
        return Promise.resolve();
      },
    } as unknown as Remote<RunViewApi>;
    const begin: RunViewState = { directory: '/runs/a-1', tab: 'mask', layer: null, step: 0, ...state };
    const model = new RunModel(
      begin,
      remote,
      (one) => kept.push(one),
      () => undefined,
    );
    model.listen((change) => changes.push(change));
    return { model, selected, kept, changes };
  };

  test('takes the first layer and the nearest step of a run, once it is known', () => {
    const { model, selected } = make({ layer: 'gone', step: 80 });
    model.update(snapshot(['fc1', 'fc2'], [0, 50, 100]));
    expect(model.state).toMatchObject({ layer: 'fc1', step: 100 });
    expect(selected).toEqual([]);
  });

  test('remembers the step that was meant while its checkpoint is not written', () => {
    const { model } = make({ layer: 'fc2', step: 100 });
    model.update(snapshot(['fc1', 'fc2'], [0]));
    expect(model.state.step).toBe(0);
    model.update(snapshot(['fc1', 'fc2'], [0, 50, 100]));
    expect(model.state).toMatchObject({ layer: 'fc2', step: 100 });
  });

  test('goes round the layers and stops at the ends of the steps', () => {
    const { model, selected } = make();
    model.update(snapshot(['fc1', 'fc2', 'fc3'], [0, 50]));
    model.stepLayer(-1);
    expect(model.state.layer).toBe('fc3');
    model.stepLayer(1);
    expect(model.state.layer).toBe('fc1');
    model.stepStep(1);
    model.stepStep(1);
    expect(model.state.step).toBe(50);
    expect(selected.map(({ layer: name, step }) => `${name} ${step}`)).toEqual(['fc3 0', 'fc1 0', 'fc1 null']);
  });

  test('follows the newest step until another one is picked, and again once the newest is picked', () => {
    const { model, selected, kept, changes } = make({ step: null });
    model.update(snapshot(['fc1'], [0]));
    expect([model.state.step, model.following]).toEqual([0, true]);
    model.update(snapshot(['fc1'], [0, 50]));
    expect(model.state.step).toBe(50);
    expect(changes.at(-1)).toMatchObject({ snapshot: true, step: true });
    // Nobody chose: other views follow by themselves, and the page comes back following.
    expect([selected.length, kept.at(-1)?.step]).toEqual([0, null]);
    model.choose({ step: 0 });
    model.update(snapshot(['fc1'], [0, 50, 100]));
    expect([model.state.step, model.following]).toEqual([0, false]);
    model.choose({ step: 100 });
    model.update(snapshot(['fc1'], [0, 50, 100, 150]));
    expect([model.state.step, model.following]).toEqual([150, true]);
    model.choose({ layer: 'fc1', tab: 'training' });
    expect(model.following).toBe(true);
    expect(selected.map(({ step }) => step)).toEqual([0, null, null]);
  });

  test('says when the run went back to an earlier step', () => {
    const { model, changes } = make();
    for (const step of [10, 20, 12, 13]) model.update({ ...snapshot(['fc1'], [0]), step });
    expect(changes.map(({ rewound }) => rewound)).toEqual([false, false, true, false]);
  });

  test('tells the host what was chosen here, never what was chosen there', () => {
    const { model, selected, kept, changes } = make();
    model.update(snapshot(['fc1', 'fc2'], [0, 50]));
    changes.length = 0;
    model.follow({ directory: '/runs/a-1', tab: 'training', layer: 'fc2', step: 50 });
    expect(model.state).toEqual({ directory: '/runs/a-1', tab: 'mask', layer: 'fc2', step: 50 });
    expect(changes).toEqual([{ snapshot: false, rewound: false, tab: false, layer: true, step: true }]);
    expect(selected).toEqual([]);
    expect(kept.at(-1)).toMatchObject({ layer: 'fc2', step: 50 });
    model.choose({ layer: 'fc2' });
    expect(selected).toEqual([]);
    model.chooseTab('givens');
    expect(selected).toEqual([{ directory: '/runs/a-1', tab: 'givens', layer: 'fc2', step: 50 }]);
  });

  test('the nearest of no steps is the initialisation', () => {
    expect([nearestStep([], 7), nearestStep([0, 50], 25), nearestStep([0, 50], 26)]).toEqual([0, 0, 50]);
  });
});

describe('words', () => {
  const sequence: RotationSequence = {
    rows: 10,
    columns: 20,
    first: Uint32Array.of(3, 12),
    second: Uint32Array.of(7, 15),
    angle: Float64Array.of(Math.PI / 2.5, 3.7245),
    lastUndone: true,
    seed: 1,
  };
  const facts = { sequence, density: [0.05, 0.055, 0.061], expected: [0.05, 0.054, 0.058], target: 0.056 };

  test('of a rotation, of none, and of the undone one', () => {
    expect(rotationWords({ ...facts, step: 1 })).toBe(
      'rotation 1 of 2: axes 3, 7 by 72.0° · density 0.0500 → 0.0550 (expected 0.0540)',
    );
    expect(rotationWords({ ...facts, step: 0 })).toBe('rotation 0 of 2: the identity · density 0.0500');
    expect(rotationWords({ ...facts, step: 2 })).toBe(
      'rotation 2 of 2, undone: axes 12, 15 by 213.4° · density 0.0550 → 0.0610, farther from the target 0.0560',
    );
  });
});

describe('rotations that were found for a matrix', () => {
  test('have no target and no expected curve, and their supports are told as such', () => {
    const sequence = { rows: 2, columns: 2, first: Uint32Array.of(0), second: Uint32Array.of(1) };
    const rest = { angle: Float64Array.of(Math.PI / 6), lastUndone: false, seed: 0, start: Uint32Array.of(1, 0) };
    const facts = { sequence: { ...sequence, ...rest }, density: [0.5, 1], expected: undefined, target: undefined };
    expect(rotationWords({ ...facts, step: 0 })).toBe('rotation 0 of 1: the beginning · supports 0.500');
    expect(rotationWords({ ...facts, step: 1 })).toBe('rotation 1 of 1: axes 0, 1 by 30.0° · supports 0.500 → 1.00');
  });

  test('are played so fast that none takes more than a minute, unless somebody chose', () => {
    expect(offeredSpeeds(12_000)[0]).toBe('20');
    expect(offeredSpeeds(12_001)).toEqual(['2000', '20', '5', '60', '200']);
    expect(offeredSpeeds(120_001)).toEqual(['20000', '2000', '20', '5', '60', '200']);
    expect(offeredSpeeds(1_200_001)[0]).toBe('200000');
    expect(offeredSpeeds(9e9)[0]).toBe('200000');
  });
});

test('rotations are joined from pages of any length', async () => {
  const total = 45;
  const calls: number[] = [];
  const remote = {
    rotations: ({ start, end }: { start: number; end: number }) => {
      calls.push(start);
      const last = Math.min(end, total, start + 20);
      const numbers = Array.from({ length: last - start }, (_, i) => start + i);
      return Promise.resolve({
        start,
        total,
        shape: [10, 100],
        lastUndone: true,
        first: Uint32Array.from(numbers),
        second: Uint32Array.from(numbers, (n) => n + 1),
        angle: Float64Array.from(numbers, (n) => n / 10),
      });
    },
  } as unknown as Remote<RunViewApi>;
  const sequence = await loadRotations((range) => remote.rotations({ layer: 'fc1', ...range }), 7);
  expect(calls).toEqual([0, 20, 40]);
  expect([...sequence.first]).toEqual(Array.from({ length: total }, (_, i) => i));
  expect(sequence.angle[44]).toBe(4.4);
  expect(sequence).toMatchObject({ rows: 10, columns: 100, lastUndone: true, seed: 7 });
});

describe('step metrics', () => {
  const pageOf =
    (steps: number[]) =>
    (start: number, end: number): Promise<MetricsPage> => {
      const step = Float64Array.from(steps.slice(start, Math.min(end, start + 3)));
      const other = step.map((value) => value / 10);
      return Promise.resolve({
        start,
        total: steps.length,
        step,
        loss: other,
        accuracy: other,
        gradientNorm: other,
        learningRate: other,
      });
    };

  test('grow by what is new', async () => {
    const steps = [1, 2, 3, 4, 5];
    const metrics = new Metrics(pageOf(steps));
    expect(await metrics.update()).toBe(true);
    expect(metrics.columns.step).toEqual([1, 2, 3, 4, 5]);
    expect(await metrics.update()).toBe(false);
    steps.push(6);
    expect(await metrics.update()).toBe(true);
    expect(metrics.columns.loss.at(-1)).toBe(0.6);
  });

  test('are read anew when a resumed run goes back to its checkpoint', async () => {
    const steps = [1, 2, 3, 4, 5];
    const metrics = new Metrics(pageOf(steps));
    await metrics.update();
    steps.length = 2;
    await metrics.update();
    expect(metrics.columns.step).toEqual([1, 2]);
    steps.push(3, 4, 5, 6, 7);
    await metrics.update();
    expect(metrics.columns.step).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('meet the epochs at their last step', () => {
    const steps = [1, 2, 5, 6];
    expect([0, 1, 4, 5, 99].map((value) => lastUpTo(steps, value))).toEqual([-1, 0, 1, 2, 3]);
    const epoch = { type: 'epoch', at: 0, epoch: 1, trainLoss: 0.5 } as never as { step: number; trainLoss: number };
    const epochs = [
      { ...epoch, step: 2 },
      { ...epoch, step: 4 },
      { ...epoch, step: 6 },
    ] as never[];
    const drawn = drawnMetrics();
    drawn.push({ loss: steps, accuracy: steps, gradientNorm: steps });
    expect(atSteps(steps, drawn, epochs, ({ trainLoss }) => trainLoss)).toEqual([null, 0.5, null, 0.5]);
  });

  test('of a long run cost by tick what is new, and are drawn in a bounded number of points', async () => {
    const total = 100_000;
    const tick = 250;
    let recorded = 0;
    let answered = 0;
    const metrics = new Metrics((start, end) => {
      const step = Float64Array.from({ length: Math.min(end, recorded) - start }, (_, i) => start + i + 1);
      answered += step.length;
      const rest = { loss: step, accuracy: step, gradientNorm: step, learningRate: step };
      return Promise.resolve({ start, total: recorded, step, ...rest });
    });
    for (; recorded < total;) {
      recorded += tick;
      const before = answered;
      await metrics.update();
      expect(answered - before).toBe(tick);
      await metrics.update();
      expect(answered - before).toBe(tick);
      expect(metrics.drawn.rows().length).toBeLessThanOrEqual(4096);
    }
    expect(metrics.length).toBe(total);
    const last = metrics.drawn.rows().at(-1)!;
    expect(metrics.columns.step[last]).toBe(total);
  });

  test('forget what a resumed run takes back, also while it is being read', async () => {
    let steps = [1, 2, 3];
    let answer: (() => void) | undefined;
    const metrics = new Metrics(async (start, end) => {
      const page = await pageOf(steps)(start, end);
      await new Promise<void>((resolve) => (answer = resolve));
      return page;
    });
    const reading = metrics.update();
    await Promise.resolve();
    steps = [1, 2];
    metrics.forget();
    const release = setInterval(() => answer?.(), 1);
    await reading;
    clearInterval(release);
    expect(metrics.columns.step).toEqual([1, 2]);
    expect(metrics.drawn.rows()).toEqual([0, 1]);
  });
});

describe('recorded spectra', () => {
  test('are drawn beside those of the initialisation, not beside others that happened to be first', () => {
    const at = (step: number, values: number[]): SpectrumEvent => ({
      type: 'spectrum',
      at: 0,
      step,
      layer: 'fc1',
      summary: summarise(Float64Array.from(values)),
      values,
    });
    expect(spectrumData(at(50, [2, 1]), at(0, [1, 1]))).toEqual([
      [1, 2],
      [1, 1],
      [2, 1],
    ]);
    for (const first of [at(50, [2, 1]), undefined])
      expect(spectrumData(at(50, [2, 1]), first)[1]).toEqual([null, null]);
  });

  const make = (steps: number[]): Series<{ step: number }> =>
    new Series((start, end) =>
      Promise.resolve({
        total: steps.length,
        items: steps.slice(start, Math.min(end, start + 2)).map((step) => ({ step })),
      }),
    );

  test('are the last ones up to a step', async () => {
    const steps = [0, 50, 100];
    const series = make(steps);
    expect(series.at(10)).toBeUndefined();
    expect(await series.update()).toBe(true);
    expect([0, 49, 50, 99, 500].map((step) => series.at(step)?.step)).toEqual([0, 0, 50, 50, 100]);
    expect(await series.update()).toBe(false);
    steps.push(150);
    expect(await series.update()).toBe(true);
    expect(series.at(500)?.step).toBe(150);
  });

  test('cost by tick what is new, and nothing while nothing is', async () => {
    const steps: number[] = [];
    let answered = 0;
    const series = new Series((start, end) => {
      const items = steps.slice(start, end).map((step) => ({ step }));
      answered += items.length;
      return Promise.resolve({ total: steps.length, items });
    });
    for (let step = 0; step < 1000; step++) {
      const before = answered;
      if (step % 10 === 0) steps.push(step);
      await series.update();
      // The last known one comes along with a new one, to see whether the journal was cut back.
      expect(answered - before).toBeLessThanOrEqual(step % 10 === 0 ? 2 : 0);
    }
    expect(series.items.map(({ step }) => step)).toEqual(steps);
  });

  test('are read anew when the journal was cut back', async () => {
    const steps = [0, 50, 100];
    const series = make(steps);
    await series.update();
    steps.splice(1, 2, 60, 120, 180);
    await series.update();
    expect(series.items.map(({ step }) => step)).toEqual([0, 60, 120, 180]);
    steps.length = 1;
    await series.update();
    expect(series.items.map(({ step }) => step)).toEqual([0]);
  });

  test('have a histogram from zero that counts every one of them', () => {
    const [centres, counts] = histogramData([1, 1, 1, 0, 2]) as [number[], number[]];
    expect(counts.reduce((a, b) => a + b, 0)).toBe(5);
    expect(counts[0]).toBe(1);
    expect(Math.max(...counts)).toBe(3);
    const fullest = centres[counts.indexOf(3)];
    expect(Math.abs(fullest - 1)).toBeLessThan(0.06);
  });
});
