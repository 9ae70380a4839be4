/**
 * The figures of all estimators over the sizes of the memory: formulas as lines, draws as points with two standard
 * errors.
 */
import { estimators } from '../../../src/core/rps/theory/estimators';
import { Chart } from '../../drawing/chart';
import type { Column, SeriesSpec, SpreadBar } from '../../drawing/chart-spec';
import { styleOf } from '../compare/series';
import type { Cell, Experiment } from './experiment';
import { words } from './words';

/** A bar is so many standard errors long each way. */
const reach = 2;

/** A logarithm has no place for 0, which a memory that holds everything leaves over. */
const positive = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && value > 1e-12 ? value : null;

export class TheoryChart {
  readonly chart: Chart;
  private readonly cells: readonly Cell[][];

  constructor(
    private readonly experiment: Experiment,
    handlers: { cursor: (m: number | undefined) => void; pick: (m: number) => void },
  ) {
    const { sizes, settings, cells } = experiment;
    this.cells = estimators.map((estimator) => cells.filter((cell) => cell.estimator === estimator));
    const title = words.chart[settings.question];
    this.chart = new Chart({
      label: title.label,
      x: {
        label: words.memory,
        whole: true,
        range: () => [-0.4, sizes.length - 0.6],
        text: (place) => (Number.isInteger(place) ? String(sizes[place] ?? '') : ''),
      },
      y: { label: title.title },
      series: estimators.flatMap((estimator, place): SeriesSpec[] => {
        const label = words.estimators[estimator];
        // Where there is no formula the points have to tell their name.
        const known = this.cells[place].some(({ closed }) => closed !== null);
        return [
          { ...styleOf(place), label: known ? label : '', draw: 'line', width: 2 },
          { colour: place, label: known ? '' : label, draw: 'points', size: 6 },
        ];
      }),
      cursor: (at) => handlers.cursor(at === undefined ? undefined : sizes[at]),
      pick: (x) => handlers.pick(sizes[Math.max(0, Math.min(sizes.length - 1, Math.round(x)))]),
    });
    this.chart.setLog(true);
  }

  /** What has been drawn since; `chosen`: the size that the table is of. */
  show(chosen: number): void {
    const { sizes } = this.experiment;
    const columns = this.cells.flatMap((cells): Column[] => [
      cells.map(({ closed }) => positive(closed)),
      cells.map(({ drawn }) => positive(drawn?.mean)),
    ]);
    this.chart.setBars(this.cells.flatMap((cells, colour) => cells.flatMap((cell, x) => barOf(cell, x, colour))));
    this.chart.setMarks([{ axis: 'x', value: sizes.indexOf(chosen), text: '', colour: 'focus', dash: [4, 4] }]);
    this.chart.setData([sizes.map((_, i) => i), ...columns]);
  }
}

function barOf({ drawn }: Cell, x: number, colour: number): SpreadBar[] {
  if (!drawn || positive(drawn.mean) === null || drawn.standardError === 0) return [];
  const low = Math.max(drawn.mean / 100, drawn.mean - reach * drawn.standardError);
  return [{ x, low, high: drawn.mean + reach * drawn.standardError, colour }];
}
