/** A chart as uPlot wants it: axes, scales and series in the editor's colours. */
import uPlot from 'uplot';
import { figure } from '../format';
import type { Theme } from '../theme';
import type { AxisSpec, ChartSpec, ColourName, SeriesSpec } from './chart-spec';
import { ticksOf, tickTexts } from './log-axis';
import type { Size } from './viewport';

/** Given as data, because the enum that uPlot names it by is not there at run time. */
const logarithmic = uPlot.assign({}, { distr: 3 }) as uPlot.Scale;
/** Distances of whole numbers on an axis. */
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6];
/** Least distance of two labels, CSS pixels. */
const labelEvery = { x: 70, y: 34 };

export const colourOf = (name: ColourName, theme: Theme): string =>
  typeof name === 'number' ? theme.series[name % theme.series.length] : theme[name];

/** All but what the chart listens to. `log`: the y axis is logarithmic. */
export function plotOptions(spec: ChartSpec, theme: Theme, size: Size, log: boolean): uPlot.Options {
  const range = (of: AxisSpec): { range?: uPlot.Scale.Range } =>
    of.range ? { range: (_, min, max) => of.range!(min, max) } : {};
  return {
    ...size,
    legend: { show: false },
    padding: [6, 16, 0, 0],
    scales: {
      x: { time: false, ...(spec.x.log && logarithmic), ...range(spec.x) },
      y: log ? logarithmic : range(spec.y),
    },
    axes: [
      axisOptions(spec.x, 'x', { size: 20, log: spec.x.log === true }, theme),
      axisOptions(spec.y, 'y', { size: 52, log }, theme),
    ],
    series: [{}, ...spec.series.map((series) => seriesOptions(series, theme))],
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: false, y: false, setScale: false },
      ...(spec.group !== undefined && { sync: { key: spec.group, setSeries: false } }),
    },
  };
}

const axisOptions = (
  of: AxisSpec,
  scale: 'x' | 'y',
  { size, log }: { size: number; log: boolean },
  theme: Theme,
): uPlot.Axis => ({
  scale,
  size,
  stroke: theme.muted,
  font: theme.font,
  labelFont: theme.font,
  ...(scale === 'x' && of.label !== '' && { label: of.label, labelSize: 16, labelGap: 0 }),
  grid: { stroke: theme.grid, width: 1 },
  ticks: { show: false },
  gap: 4,
  space: labelEvery[scale],
  ...(of.whole && { incrs: wholeSteps }),
  // uPlot's own draws a line for every unit of a decade: over many decades nothing but a grey field.
  ...(log && {
    splits: ({ bbox }, _, low, high) =>
      ticksOf({ low, high }, (scale === 'x' ? bbox.width : bbox.height) / uPlot.pxRatio / labelEvery[scale]),
    filter: (_, ticks) => ticks,
  }),
  values: (_, ticks) => (log && !of.text ? tickTexts(ticks, axisText) : ticks.map(of.text ?? axisText)),
});

const seriesOptions = (series: SeriesSpec, theme: Theme): uPlot.Series => {
  const stroke = colourOf(series.colour, theme);
  const { dash, size = 5 } = series;
  const base = { label: series.label, stroke, width: series.width ?? 1.5, ...(dash && { dash }) };
  switch (series.draw) {
    case 'line':
      return { ...base, points: { show: false }, spanGaps: true };
    case 'marked':
      return { ...base, points: { show: true, size, fill: stroke }, spanGaps: true };
    case 'points':
      return { ...base, paths: () => null, points: { show: true, size, fill: stroke } };
    case 'bars':
      return { ...base, width: 0, fill: stroke, points: { show: false }, paths: uPlot.paths.bars!({ size: [0.9] }) };
  }
};

/** Short on an axis: `0.5`, not `0.500`, and `1e-4`, not `1.00e-4`. */
const axisText = (value: number): string =>
  figure(value)
    .replace(/(\.\d*?)0+(?=e|$)/, '$1')
    .replace(/\.(?=e|$)/, '');
