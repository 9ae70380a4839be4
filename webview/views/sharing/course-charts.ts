/** The charts of the course, and what they draw. */
import type { SharingFailure } from '../../../src/protocol/sharing';
import { Chart } from '../../drawing/chart';
import type { AxisSpec, SeriesSpec } from '../../drawing/chart-spec';
import { styleOf } from '../compare/series';
import type { CourseStep } from './course-steps';
import { courseWords as words } from './course-words';

type Values = (number | null)[];

export interface CourseColumns {
  step: number[];
  /** Of each layer. */
  ratios: Values[];
  memory: Values;
}

export interface CourseCharts {
  loss: Chart;
  ratio: Chart;
  memory: Chart;
  all: readonly Chart[];
}

const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value;

/** A logarithm has no place for what is not positive. */
export const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

export const courseColumns = (rows: readonly CourseStep[], layers: readonly string[]): CourseColumns => ({
  step: rows.map(({ step }) => step),
  ratios: layers.map((name) => rows.map((row) => finite(row.layers.find(({ layer }) => layer === name)?.updateRatio))),
  memory: rows.map(({ memoryGrowth }) => finite(memoryGrowth)),
});

export const failureColumns = ({ steps }: SharingFailure, layers: readonly string[]): CourseColumns => ({
  step: steps.map(({ step }) => step),
  ratios: layers.map((name) =>
    steps.map((step) => finite(step.layers.find(({ layer }) => layer === name)?.updateRatio)),
  ),
  memory: steps.map(({ memoryNorm }) => finite(memoryNorm)),
});

/** Over two decades, and positive: on a linear axis all but the last of it would lie on the foot. */
export const spansDecades = (columns: readonly Values[]): boolean => {
  const values = columns.flat().filter((value) => value !== null);
  const least = Math.min(...values);
  return values.length > 0 && least > 0 && Math.max(...values) > 100 * least;
};

/** So few values that each has its point: one alone would make no line. */
export const fewSteps = 30;

const fromZero = (_: number, most: number): [number, number] => [0, most * 1.08 || 1];

export function courseCharts(p: {
  layers: readonly string[];
  memory: { label: string; title: string };
  /** First and last step of all three charts; before it is known each has its own. */
  steps: () => readonly [number, number] | undefined;
  /** There are few steps. */
  few: boolean;
  cursor: (at: number | undefined) => void;
}): CourseCharts {
  const draw = p.few ? 'marked' : 'line';
  const layerSeries = p.layers.map((label, place): SeriesSpec => ({ label, draw, ...styleOf(place) }));
  const stepAxis = (label: string): AxisSpec => ({
    label,
    whole: true,
    range: (from, to) => {
      const [first, last] = p.steps() ?? [from, to];
      return [first, Math.max(first + 1, last)];
    },
  });
  const loss = new Chart({
    label: words.loss.label,
    x: stepAxis(''),
    y: { label: words.loss.title, range: fromZero },
    series: [{ label: '', colour: 0, draw }],
  });
  const ratio = new Chart({
    label: words.ratio.label,
    x: stepAxis(''),
    y: { label: words.ratio.title, range: fromZero },
    series: layerSeries,
    group: 'sharing-course',
    cursor: p.cursor,
  });
  const memory = new Chart({
    label: p.memory.label,
    x: stepAxis(words.step),
    y: { label: p.memory.title, range: fromZero },
    series: [{ label: '', colour: 0, draw, width: 2 }],
    group: 'sharing-course',
    cursor: p.cursor,
  });
  return { loss, ratio, memory, all: [loss, ratio, memory] };
}
