/** The arithmetic and the sentences of the views of shared weights. */
import { describe, expect, it } from 'vitest';
import type { SharingFailure, SharingReport, TestedPoint } from '../../../src/protocol/sharing';
import { axisFor, lineAt, shareOf, ticksOf, tickTexts, valueOf } from '../../../webview/drawing/log-axis';
import { niceStep } from '../../../webview/drawing/nice-step';
import { othersText } from '../../../webview/views/mask/sharing-words';
import { spansDecades } from '../../../webview/views/sharing/course-charts';
import { failureText } from '../../../webview/views/sharing/course-words';
import { predictedText, sharpnessText, testedText } from '../../../webview/views/sharing/divergence-words';
import { bySeverity } from '../../../webview/views/sharing/findings-order';
import { placeOf, shownLoad } from '../../../webview/views/sharing/histograms';
import { evenLoad, hashedLoad } from '../../../webview/views/sharing/load';
import { edgeOf, rangeAfterMove, rangeAfterZoom } from '../../../webview/views/sharing/memory-range';
import { boundariesOf, cameOut, predictionAt, regionsOf } from '../../../webview/views/sharing/prediction';
import { findingsWords, sharersText } from '../../../webview/views/sharing/words';

describe('a logarithmic axis', () => {
  it('goes there and back', () => {
    const axis = { low: 0.01, high: 10 };
    expect(shareOf(axis, 0.01)).toBe(0);
    expect(shareOf(axis, 10)).toBeCloseTo(1, 12);
    for (const share of [0.1, 0.5, 0.9]) expect(shareOf(axis, valueOf(axis, share))).toBeCloseTo(share, 12);
  });

  it('holds all values with room, and spans what it is told to', () => {
    const { low, high } = axisFor([0.01, 100]);
    expect(low).toBeLessThan(0.01);
    expect(high).toBeGreaterThan(100);
    const one = axisFor([3], 2);
    expect(Math.log10(one.high / one.low)).toBeGreaterThanOrEqual(2);
    expect(Math.sqrt(one.low * one.high)).toBeCloseTo(3, 9);
    // What has no place on it does not count.
    expect(axisFor([0, NaN, 3], 2)).toEqual(one);
  });

  it('labels powers of ten, and where there are few of them more', () => {
    expect(ticksOf({ low: 0.005, high: 200 })).toEqual([0.01, 0.1, 1, 10, 100]);
    expect(ticksOf({ low: 0.9, high: 12 })).toEqual([1, 2, 5, 10]);
    expect(ticksOf({ low: 0.005, high: 200 }, 3)).toEqual([0.01, 1, 100]);
    expect(ticksOf({ low: 0.9, high: 12 }, 3)).toEqual([1, 10]);
    expect(ticksOf({ low: 2, high: 6 }, 1)).toEqual([2, 5]);
    const plain = (value: number): string => (value >= 1e6 ? value.toExponential(0).replace('e+', 'e') : String(value));
    expect(tickTexts([0.001, 10, 1e5, 1e9], plain)).toEqual(['1e-3', '10', '1e5', '1e9']);
    expect(tickTexts([0.001, 10, 1e5], plain)).toEqual(['0.001', '10', '100000']);
  });

  it('carries a line on beyond its points, straight in both logarithms', () => {
    const square = [
      [0.1, 0.01],
      [1, 1],
    ] as const;
    for (const x of [0.001, 0.1, 0.3, 1, 50]) expect(lineAt(square, x)).toBeCloseTo(x * x, 12);
    expect(lineAt([[1, 7]], 3)).toBe(7);
    expect(lineAt([], 3)).toBeNaN();
  });

  it('steps by 1, 2 and 5, below 1 too', () => {
    expect([0.03, 0.2, 0.7, 1, 3, 70].map(niceStep)).toEqual([0.05, 0.2, 1, 1, 5, 100]);
  });
});

describe('loads', () => {
  it('are even where as many have one more as there are weights over', () => {
    expect(evenLoad(25, 10, 5)).toEqual([0, 0, 5, 5, 0]);
    expect(evenLoad(20, 10, 4)).toEqual([0, 0, 10, 0]);
  });

  it('of independent hashing hold all locations, and all weights', () => {
    const counts = hashedLoad(8000, 1000, 40);
    expect(counts.reduce((a, b) => a + b)).toBeCloseTo(1000, 6);
    expect(counts.reduce((sum, locations, load) => sum + locations * load, 0)).toBeCloseTo(8000, 3);
    expect(counts[0]).toBeCloseTo(1000 * Math.exp(-8), 9);
  });

  it('are shown from the first to the last that is there', () => {
    const of = [0, 0, 0, 500, 500, 0, 0];
    const load = { of, mean: 3.5, max: 4, unused: 0, cv: 0.1 };
    const { from, to } = shownLoad({ load, n: 3500, m: 1000 });
    expect(from).toBeLessThanOrEqual(2);
    expect(to).toBeGreaterThanOrEqual(5);
  });

  it('have their place between two edges', () => {
    expect(placeOf([1, 2, 4, 8], 3)).toBe(1.5);
    expect(placeOf([1, 2, 4, 8], 8)).toBe(3);
    // A mark at an end would say that it is there.
    expect(placeOf([1, 2, 4, 8], 0.5)).toBeUndefined();
    expect(placeOf([1, 2, 4, 8], 9)).toBeUndefined();
  });
});

describe('the part of the memory that is seen', () => {
  it('zooms about the cursor and stays within the memory', () => {
    const { from, to } = rangeAfterZoom({ from: 0, to: 1000 }, 0.5, 800, 1000);
    expect(to - from).toBe(500);
    expect((800 - from) / 500).toBeCloseTo(0.8, 2);
    expect(rangeAfterZoom({ from: 900, to: 1000 }, 20, 950, 1000)).toEqual({ from: 0, to: 1000 });
    expect(
      rangeAfterZoom({ from: 100, to: 110 }, 0.1, 105, 1000).to -
        rangeAfterZoom({ from: 100, to: 110 }, 0.1, 105, 1000).from,
    ).toBe(8);
  });

  it('moves, not past the ends', () => {
    expect(rangeAfterMove({ from: 0, to: 100 }, 0.25, 1000)).toEqual({ from: 25, to: 125 });
    expect(rangeAfterMove({ from: 950, to: 1000 }, 1, 1000)).toEqual({ from: 950, to: 1000 });
  });

  it('cuts bins as the memory counts them', () => {
    const request = { from: 3, to: 13, bins: 4 };
    const binOf = (location: number): number => Math.floor(((location - 3) / 10) * 4);
    for (let bin = 0; bin < 4; bin++)
      for (let location = edgeOf(request, bin); location < edgeOf(request, bin + 1); location++)
        expect(binOf(location)).toBe(bin);
    expect([edgeOf(request, 0), edgeOf(request, 4)]).toEqual([3, 13]);
  });
});

const sharpness: SharingReport['sharpness'] = {
  value: 20,
  residual: 0.01,
  iterations: 20,
  etaS: 2,
  threshold: 2,
  verdict: 'ok',
  boundaries: {
    // Of a sharpness that goes with 1 / s², told from the largest s on.
    proved: [
      { initStd: 1, learningRate: 1 },
      { initStd: 0.1, learningRate: 0.01 },
    ],
    empirical: [
      { initStd: 0.1, learningRate: 0.05 },
      { initStd: 1, learningRate: 5 },
    ],
  },
};
const tested = (more: Partial<TestedPoint>): TestedPoint => ({
  initStd: 0.1,
  learningRate: 0.02,
  steps: 100,
  outcome: 'converged',
  firstLoss: 2.3,
  lastLoss: 0.5,
  predicted: 'band',
  ...more,
});

describe('predictions', () => {
  const boundaries = boundariesOf({ sharpness });

  it('are read off the boundaries', () => {
    const at = (initStd: number, learningRate: number): unknown => predictionAt(boundaries, { initStd, learningRate });
    expect(at(0.3, 0.08)).toBe('safe');
    expect(at(0.3, 0.1)).toBe('band');
    expect(at(0.3, 0.5)).toBe('unsafe');
    expect(at(10, 99)).toBe('safe');
  });

  it('are none before there is a sharpness, nor where it has no boundaries', () => {
    expect(boundariesOf({})).toBeUndefined();
    const none = { ...sharpness, boundaries: { proved: [], empirical: [] } };
    expect(boundariesOf({ sharpness: none })).toBeUndefined();
    const open = boundariesOf({ sharpness: { ...sharpness, boundaries: { ...sharpness.boundaries, proved: [] } } });
    expect(predictionAt(open, { initStd: 0.3, learningRate: 0.01 })).toBe('band');
    expect(regionsOf(open).map(({ label }) => label)).toEqual(['may go either way', 'predicted to diverge']);
    const heavyBall = sharpness.boundaries.proved.map(({ initStd, learningRate }) => ({
      ...{ initStd, learningRate: 1.9 * learningRate },
    }));
    const heavy = boundariesOf({ sharpness: { ...sharpness, boundaries: { ...sharpness.boundaries, heavyBall } } })!;
    expect(predictionAt(heavy, { initStd: 0.3, learningRate: 0.1 })).toBe('safe');
    expect(regionsOf(heavy).map(({ label, above }) => [label, above])).toEqual([
      ['proved stable (2 / S)', heavy.proved],
      ['stable by heavy ball, on a quadratic', heavy.heavyBall],
      ['may go either way', heavy.empirical],
      ['predicted to diverge', undefined],
    ]);
    expect(predictionAt(undefined, { initStd: 1, learningRate: 1 })).toBeUndefined();
    expect(predictedText(undefined)).toBe('no prediction yet');
  });

  it('came out where what failed was not called safe, nor what learnt unsafe', () => {
    expect(cameOut(tested({ predicted: 'safe', outcome: 'slow' }))).toBe(true);
    expect(cameOut(tested({ predicted: 'safe', outcome: 'collapsed' }))).toBe(false);
    expect(cameOut(tested({ predicted: 'unsafe', outcome: 'diverged' }))).toBe(true);
    expect(cameOut(tested({ predicted: 'unsafe', outcome: 'converged' }))).toBe(false);
    expect(cameOut(tested({ outcome: 'diverged' }))).toBe(true);
  });

  it('are told with what came of them', () => {
    expect(testedText(tested({ outcome: 'diverged', lastLoss: null, predicted: 'unsafe' }))).toBe(
      'init-std 0.100, learning rate 0.0200: diverged in 100 steps, loss 2.30 to not finite · predicted to diverge',
    );
  });
});

describe('sentences', () => {
  const findings = (['ok', 'fail', 'info', 'warn', 'fail'] as const).map((verdict, i) => ({
    verdict,
    id: `D${i + 1}`,
  }));

  it('tell what fails first', () => {
    const order = bySeverity(findings as unknown as SharingReport['findings']);
    expect(order.map(({ finding }) => finding.id)).toEqual(['D2', 'D5', 'D4', 'D3', 'D1']);
    // Places are those of the report, by which an edit is asked for.
    expect(order.map(({ place }) => place)).toEqual([1, 4, 3, 2, 0]);
  });

  it('sum findings up', () => {
    const of = (...verdicts: string[]): string =>
      findingsWords.summary(verdicts.map((verdict) => ({ verdict })) as SharingReport['findings']);
    expect(of('ok', 'info')).toBe('Nothing speaks against it: 2 findings, none past its threshold');
    expect(of('fail', 'warn', 'warn')).toBe('1 finding says that it fails, 2 that it is at risk');
    expect(of('fail', 'fail')).toBe('2 findings say that it fails');
    expect(of('warn')).toBe('1 finding says that it is at risk');
  });

  it('tell what an edit sets, and what it takes out', () => {
    const edits = [
      { path: 'sharing.method', value: 'stable-rps' },
      { path: 'sharing.initStd', value: null },
      { path: 'sharing.tile', value: null },
      { path: 'sharing.aligned', value: false },
    ];
    expect(findingsWords.applyTitle(edits)).toBe(
      'sharing.method: stable-rps\nsharing.aligned: false\nwithout sharing.initStd, sharing.tile',
    );
    expect(findingsWords.applyTitle(edits.slice(0, 1))).toBe('sharing.method: stable-rps');
  });

  it('tell of the sharpness beside the map in a line, however small or large the numbers are', () => {
    const report = { sharpness: { ...sharpness, value: 123456789, etaS: 12345, full: 0.000123, converged: false } };
    expect(sharpnessText(report as unknown as SharingReport)).toBe(
      'rate × S 12,345, stable below 2.00 · S at least 1.23e8 (dense 1.23e-4)',
    );
  });

  it('name who shares a location', () => {
    const sharer = (layer: string, at: number[], sign: number) => ({ layer, at, sign, scale: 1 });
    const page = {
      location: 12,
      total: 4,
      gamma: 2.5,
      sharers: [sharer('fc1', [3, 5], 1), sharer('fc2', [0, 1], -1), sharer('fc2', [1, 1], 1)],
    };
    expect(sharersText(page, { m: 100, method: 'roast' } as SharingReport)).toEqual({
      main: 'location 12 of 100 · 4 sharers · Γ 2.50',
      more: 'first 3 of 4: +fc1[3, 5] · −fc2[0, 1] · +fc2[1, 1]',
      exact: 'first 3 of 4:\n+fc1[3, 5]\n−fc2[0, 1]\n+fc2[1, 1]',
    });
    expect(sharersText({ ...page, total: 3 }, { m: 100, method: 'roast' } as SharingReport).more).toBe(
      '+fc1[3, 5] · −fc2[0, 1] · +fc2[1, 1]',
    );
    expect(sharersText({ ...page, total: 0, sharers: [] }, { m: 100, method: 'roast' } as SharingReport).main).toBe(
      'location 12 of 100 · not used',
    );
    expect(othersText({ ...page, total: 3 }, 'fc2')).toBe('location 12 with 2 others: 1 of fc1, 1 of fc2');
    expect(othersText({ ...page, total: 5000 }, 'fc2')).toBe(
      'location 12 with 4,999 others, of the first 3 of all 5,000 sharers: 1 of fc1, 1 of fc2',
    );
    expect(othersText({ ...page, total: 1, sharers: [] }, 'fc2')).toBe('location 12, alone');
  });

  it('say where a failure began', () => {
    const step = { loss: 1, memoryNorm: 1, gradientNorm: 1, layers: [] };
    const steps = [8, 9, 1210].map((at) => ({ step: at, ...step }));
    const of = (code: string, layer: string | null, more: Partial<SharingFailure>): SharingFailure => ({
      ...{ verdict: 'fail', code, layer, step: 9, value: null, threshold: null, steps },
      ...more,
    });
    expect(failureText(of('sharing.not-finite', 'fc1', { step: 1200 }))).toBe(
      'Not a number: it began in fc1 at step 1,200; steps 8 to 1,210 are kept',
    );
    expect(failureText(of('sharing.new', null, { steps: steps.slice(0, 1) }))).toBe(
      'sharing.new: it began at step 9; step 8 is kept',
    );
    expect(failureText(of('sharing.plateau', null, { steps: [] }))).toBe(
      'Loss of chance: it began at step 9; no steps are kept',
    );
  });

  it('has a logarithmic axis for what grows over decades', () => {
    expect(spansDecades([[1, null, 1000], [2]])).toBe(true);
    expect(spansDecades([[1, 50]])).toBe(false);
    expect(spansDecades([[0, 1, 1000]])).toBe(false);
    expect(spansDecades([[null], []])).toBe(false);
  });
});
