/** The charts of a layer's singular values, and what all of them share. */
import { Histogram } from '../../../src/core/stats';
import type { SpectrumEvent } from '../../../src/protocol/run';
import { Chart } from '../../drawing/chart';
import type { Column, Mark } from '../../drawing/chart-spec';
import { chartWords } from './words';

const binCount = 40;

/**
 * From zero to a little above both the data and 1: so that an isometry looks like one, not like its rounding errors.
 */
export const fromZero = (_: number, most: number): [number, number] => [0, Math.max(1, most) * 1.08];

/** The bars of a histogram over `fromZero` of the values. */
export const bins = (values: readonly number[]): { from: number; to: number; count: number }[] => {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const [low, high] = fromZero(0, most);
  const histogram = new Histogram(low, high, binCount);
  histogram.add(values);
  const edge = (i: number): number => low + (i * (high - low)) / binCount;
  return histogram.counts.map((count, i) => ({ from: edge(i), to: edge(i + 1), count }));
};

/** Centres and heights of the bars. */
export const histogramData = (values: readonly number[]): Column[] => {
  const all = bins(values);
  return [all.map(({ from, to }) => (from + to) / 2), all.map(({ count }) => count)];
};

/** Index, initial values, current values. `first`: what was recorded first, which need not be the initialisation. */
export const spectrumData = (now: SpectrumEvent, first: SpectrumEvent | undefined): Column[] => {
  const initial = first?.step === 0 ? first.values : [];
  return [now.values.map((_, i) => i + 1), now.values.map((_, i) => initial[i] ?? null), now.values];
};

export const spectrumChart = (cursor: (index: number | undefined) => void): Chart =>
  new Chart({
    label: chartWords.values.label,
    x: { label: chartWords.index, whole: true },
    y: { label: chartWords.values.title, range: fromZero },
    series: [
      { label: chartWords.initialisation, colour: 'foreground', draw: 'line', dash: [4, 3] },
      { label: chartWords.selected, colour: 0, draw: 'line', width: 2 },
    ],
    cursor,
  });

export const barChart = ({ label, title }: { label: string; title: string }, colour: number): Chart =>
  new Chart({
    label,
    x: {
      label: chartWords.value,
      range: (low, high) => [Math.max(0, low - (high - low) / (2 * binCount)), high + (high - low) / (2 * binCount)],
    },
    y: { label: title, range: (_, most) => [0, Math.max(1, most) * 1.05], whole: true },
    series: [{ label: '', colour, draw: 'bars' }],
  });

export const spectrumHistogram = (): Chart => barChart(chartWords.histogram, 0);

/** A reference line at 1, where an isometry has all its singular values. */
export const atOne: Mark = { axis: 'y', value: 1, text: '', dash: [1, 3] };
