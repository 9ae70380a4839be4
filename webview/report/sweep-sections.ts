/** The sections of the report of a sweep, in reading order. */
import { valueText } from '../../src/core/plain-value';
import { groupSize, outcomeWords } from '../../src/protocol/words';
import { figures, type Figure, type SweepReportData, type TrialResult } from '../../src/protocol/sweep';
import { Chart } from '../drawing/chart';
import type { SeriesSpec, SpreadBar } from '../drawing/chart-spec';
import { axisFor } from '../drawing/log-axis';
import { h } from '../dom';
import { figure as number } from '../format';
import { numeric, text } from '../parts/table';
import { styleOf } from '../views/compare/series';
import { configSection, facts, section, table } from './parts';
import { extentOf, layoutOf, panelsOf, type Layout, type Panel } from './sweep-series';
import {
  chartLabel,
  columns,
  fewIds,
  figureWords,
  morePanels,
  sections,
  spreadNote,
  spreadText,
  stateText,
  sweepFacts,
  sweepTitle,
  trialCount,
} from './sweep-words';

/** More could not be looked over. */
const mostPanels = 24;
/** Drawn at once; the others when they are opened. */
const first: readonly Figure[] = ['accuracy', 'loss'];
const others: readonly Figure[] = ['firstLoss', 'isometryError', 'jacobianMean', 'jacobianMax', 'initSeconds'];
const openRows = 40;

export const head = (data: SweepReportData): HTMLElement =>
  h('header', {}, h('h1', {}, sweepTitle(data.id)), facts(sweepFacts(data)));

const withRoom = (low: number, high: number): [number, number] => {
  const room = Math.max((high - low) * 0.08, Math.abs(high) * 0.01, 1e-9);
  return [low - room, high + room];
};

/** One panel: every x of any line, each line's means there, and their bars. */
function panelChart(
  panel: Panel,
  of: Figure,
  { along = '', names, log: wide }: Layout,
  extent: [number, number],
): HTMLElement {
  const { scale, title, unit } = figureWords[of];
  const series = panel.lines.map(({ label, place }): SeriesSpec => ({
    label,
    draw: names ? 'points' : 'marked',
    width: 2,
    size: 7,
    ...styleOf(place),
  }));
  const xs = [...new Set(panel.lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  // What was kept of a density may be nothing.
  const log = wide && xs.every((x) => x > 0);
  const { low, high } = axisFor(xs, 1);
  const chart = new Chart({
    label: chartLabel(of, along, panel.title),
    x: {
      label: along,
      log,
      range: (from, to) => (names ? [0.5, names.length + 0.5] : log ? [low, high] : withRoom(from, to)),
      ...(names && { whole: true, text: (value) => names[value - 1] ?? '' }),
    },
    y: {
      label: unit === '' ? title : `${title}, ${unit}`,
      range: () => withRoom(scale * extent[0], scale * extent[1]),
    },
    series,
  });
  chart.setData([
    xs,
    ...panel.lines.map(({ points }) => {
      const at = new Map(points.map(({ x, mean }) => [x, scale * mean]));
      return xs.map((x) => at.get(x) ?? null);
    }),
  ]);
  chart.setBars(
    panel.lines.flatMap(({ points, place }) =>
      points.flatMap(({ x, mean, deviation }): SpreadBar[] =>
        deviation === undefined
          ? []
          : [{ x, low: scale * (mean - deviation), high: scale * (mean + deviation), colour: styleOf(place).colour }],
      ),
    ),
  );
  return h('div', {}, panel.title !== '' && h('h3', {}, panel.title), chart.element);
}

function charts(data: SweepReportData, of: Figure, layout: Layout): HTMLElement[] {
  const panels = panelsOf(data, of, layout);
  if (panels.length === 0) return [];
  const shown = panels.slice(0, mostPanels);
  const extent = extentOf(panels);
  return [
    h('div', { class: 'charts' }, ...shown.map((panel) => panelChart(panel, of, layout, extent))),
    ...(shown.length < panels.length ? [h('p', { class: 'note' }, morePanels(shown.length, panels.length))] : []),
  ];
}

/**
 * Charts of what was learned; those of the initialisation are there when opened, or at once where nothing was learned.
 */
export function results(data: SweepReportData): HTMLElement[] {
  const layout = layoutOf(data);
  if (layout.along === undefined) return [];
  const drawn = first.flatMap((of) => {
    const parts = charts(data, of, layout);
    return parts.length > 0 ? [section(figureWords[of].title, ...parts)] : [];
  });
  const most = Math.max(0, ...data.groups.map(groupSize));
  drawn.at(0)?.append(h('p', { class: 'note' }, spreadNote(most)));
  const opened = drawn.length === 0;
  const rest = others.flatMap((of) => {
    const parts = charts(data, of, layout);
    return parts.length > 0 ? [h('details', { open: opened }, h('summary', {}, figureWords[of].title), ...parts)] : [];
  });
  return rest.length > 0 ? [...drawn, section(sections.initialisation, ...rest)] : drawn;
}

/** Means and deviations, a row for each combination. */
export const groups = ({ keys, groups: all }: SweepReportData): HTMLElement => {
  const shown = figures.filter((of) => all.some(({ spread }) => spread[of]));
  const failed = all.some((group) => group.failed > 0);
  const told = all.some(({ outcomes }) => outcomes);
  return section(
    sections.groups,
    table(
      '',
      [
        ...keys.map(text),
        ...(told ? [text(columns.outcome)] : []),
        numeric(columns.size),
        ...(failed ? [numeric(columns.failed)] : []),
        ...shown.map((of) => numeric(figureWords[of].column)),
      ],
      all.map((group) => {
        const n = groupSize(group);
        return [
          ...group.values.map(valueText),
          ...(told ? [outcomeWords(group.outcomes)] : []),
          n,
          ...(failed ? [group.failed] : []),
          ...shown.map((of) => spreadText(of, group.spread[of], n)),
        ];
      }),
    ),
  );
};

const figureCell = (of: Figure, trial: TrialResult): string => {
  const value = trial[of];
  return value === undefined ? '' : number(value * figureWords[of].scale);
};

export const trials = ({ record, trials: all }: SweepReportData): HTMLElement => {
  const shown = figures.filter((of) => all.some((trial) => trial[of] !== undefined));
  const told = all.some(({ outcome }) => outcome);
  return section(
    sections.trials,
    h(
      'details',
      { open: all.length <= openRows },
      h('summary', {}, trialCount(all.length)),
      table(
        '',
        [
          text(columns.trial),
          ...record.keys.map(text),
          text(columns.state),
          ...(told ? [text(columns.outcome)] : []),
          ...shown.map((of) => numeric(figureWords[of].column)),
        ],
        all.map((trial) => [
          trial.id,
          ...trial.values.map(valueText),
          stateText(trial.state),
          ...(told ? [trial.outcome ?? ''] : []),
          ...shown.map((of) => figureCell(of, trial)),
        ]),
      ),
    ),
  );
};

/** Each sentence once. */
export const failures = ({ trials: all }: SweepReportData): HTMLElement | undefined => {
  const told = new Map<string, string[]>();
  for (const { id, state, error } of all)
    if (state === 'failed' && error) told.set(error.message, [...(told.get(error.message) ?? []), id]);
  if (told.size === 0) return undefined;
  const rows = [...told].map(([message, ids]) => [fewIds(ids), message]);
  return section(sections.failures, table('', [text(columns.trial), text(columns.why)], rows));
};

/** Of trials that diverge or were predicted to, or went on from an older checkpoint or on another backend. */
export const warnings = ({ trials: all }: SweepReportData): HTMLElement | undefined => {
  const rows = all.flatMap(({ id, warnings: told = [] }) => told.map(({ message }) => [id, message]));
  if (rows.length === 0) return undefined;
  return section(sections.warnings, table('', [text(columns.trial), text(columns.why)], rows));
};

export const config = ({ config: source }: SweepReportData): HTMLElement => configSection(sections.config, source);
