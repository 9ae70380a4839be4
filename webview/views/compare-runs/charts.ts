/** The pictures of compared runs: two of curves, one of outcomes by density. */
import type { ComparedRun } from '../../../src/protocol/compare-runs';
import { Chart } from '../../drawing/chart';
import type { SeriesSpec, SpreadBar } from '../../drawing/chart-spec';
import { styleOf } from '../compare/series';
import { curveData, densityData, densityPoints, methodText, type CurveKey, type DensityPoint } from './series';
import { densityTitle, words } from './words';

export type Which = 'validation' | 'training';

export interface ChartHandlers {
  /** A step under the cursor of the curves. */
  step(step: number | undefined): void;
  /** A point under the cursor of the outcomes, with all that belongs to it. */
  density(density: number | undefined, points: readonly DensityPoint[]): void;
}

/** A curve of more points than this is drawn as a line alone. */
const mostDots = 40;

/** One legend entry a method: its first run speaks for all. */
const curveSeries = (runs: readonly ComparedRun[], methods: readonly string[]): SeriesSpec[] => {
  const named = new Set<string>();
  return runs.map((run) => {
    const method = methodText(run);
    const label = named.has(method) ? '' : method;
    named.add(method);
    const draw = run.curve.step.length > mostDots ? 'line' : 'marked';
    return { label, draw, width: 1.5, ...styleOf(methods.indexOf(method)) };
  });
};

const isMean = ({ run }: DensityPoint): boolean => run === undefined;

/** Ends of an axis with some room about the data, and about a single value. */
const withRoom = (least: number, most: number, smallest: number): [number, number] => {
  const room = Math.max((most - least) * 0.08, smallest);
  return [least - room, most + room];
};

export class RunCharts {
  readonly all: Chart[];
  private readonly loss: Chart;
  private readonly accuracy: Chart;
  private readonly density: Chart;
  private points: DensityPoint[];
  private bars: SpreadBar[] = [];
  private readonly belongs: ((point: DensityPoint) => boolean)[] = [];

  /** `methods`: of all runs, shown or not: colours stay when some are hidden. */
  constructor(
    private runs: readonly ComparedRun[],
    private readonly methods: readonly string[],
    private readonly which: Which,
    handlers: ChartHandlers,
  ) {
    const of = which === 'validation' ? words.validation : words.training;
    const curves = {
      x: {
        label: words.step,
        whole: true,
        range: (_: number, last: number): [number, number] => [0, Math.max(1, last)],
      },
      series: curveSeries(runs, methods),
      group: 'compared-runs',
      cursor: (at: number | undefined) => handlers.step(at === undefined ? undefined : this.steps[at]),
    };
    this.loss = new Chart({
      ...curves,
      label: words.lossLabel,
      y: { label: words.loss(of), range: (least, most) => [Math.min(0, least), most * 1.05 || 1] },
    });
    this.accuracy = new Chart({
      ...curves,
      label: words.accuracyLabel,
      y: { label: words.accuracy(of), range: () => [0, 1] },
    });
    this.points = densityPoints(runs);
    const counts = this.points.flatMap(({ group }) => group.accuracy?.count ?? []);
    this.density = new Chart({
      label: words.densityLabel,
      x: { label: words.density, range: (least, most) => withRoom(least, most, 0.01) },
      y: {
        label: densityTitle(
          counts,
          this.points.some(({ run }) => run !== undefined && run.state !== 'completed'),
        ),
        range: (least, most) => this.accuracyRange(least, most),
      },
      series: this.densitySeries(),
      cursor: (at) => handlers.density(at === undefined ? undefined : this.points[at].x, this.beside(at)),
    });
    this.all = [this.accuracy, this.loss, this.density];
    this.fill();
  }

  /** The same runs, further on. */
  update(runs: readonly ComparedRun[]): void {
    this.runs = runs;
    this.points = densityPoints(runs);
    this.fill();
  }

  dispose(): void {
    for (const chart of this.all) chart.dispose();
  }

  /**
   * What is of the same seeds as a point, whose drawn densities may differ a little, or stands just where it stands.
   */
  private beside(at: number | undefined): DensityPoint[] {
    if (at === undefined) return [];
    const { x, group } = this.points[at];
    return this.points.filter((point) => point.group === group || Math.abs(point.x - x) <= 1e-9);
  }

  private get steps(): number[] {
    return curveData(this.runs, 'validationLoss')[0] as number[];
  }

  /** Points of completed runs by method, those of others, and a line of means for each line of groups. */
  private densitySeries(): SeriesSpec[] {
    const { methods, belongs, points } = this;
    const shown = [...new Set(this.runs.map(methodText))];
    const ofRuns = shown.map((method): SeriesSpec => {
      belongs.push(({ run }) => run?.state === 'completed' && methodText(run) === method);
      return { label: '', draw: 'points', colour: methods.indexOf(method), size: 4 };
    });
    belongs.push(({ run }) => run !== undefined && run.state !== 'completed');
    const others: SeriesSpec = { label: words.notCompleted, draw: 'points', colour: 'muted', size: 6 };
    const lines = [...new Set(points.filter(isMean).map(({ group }) => group.line))];
    const named = new Set<string>();
    const means = lines.map((line): SeriesSpec => {
      belongs.push((point) => isMean(point) && point.group.line === line);
      const method = this.methodOfLine(line);
      const label = named.has(method) ? '' : method;
      named.add(method);
      return { label, draw: 'marked', width: 2, size: 9, ...styleOf(methods.indexOf(method)) };
    });
    return [...ofRuns, others, ...means];
  }

  private methodOfLine(line: number): string {
    const group = this.points.find(({ group: one }) => one.line === line)?.group;
    return group ? methodText(this.runs[group.runs[0]]) : '';
  }

  private accuracyRange(least: number, most: number): [number, number] {
    const low = Math.min(least, ...this.bars.map((bar) => bar.low));
    const high = Math.max(most, ...this.bars.map((bar) => bar.high));
    return withRoom(low, high, 0.005);
  }

  private fill(): void {
    const { runs, points, methods, which } = this;
    const keys: Record<Which, [CurveKey, CurveKey]> = {
      validation: ['validationLoss', 'validationAccuracy'],
      training: ['trainLoss', 'trainAccuracy'],
    };
    const [loss, accuracy] = keys[which];
    this.loss.setData(curveData(runs, loss));
    this.accuracy.setData(curveData(runs, accuracy));
    this.bars = points.filter(isMean).flatMap(({ x, y, group }) => {
      const deviation = group.accuracy?.deviation;
      if (deviation === undefined) return [];
      const colour = methods.indexOf(methodText(runs[group.runs[0]]));
      return [{ x, low: y - deviation, high: y + deviation, colour }];
    });
    this.density.setBars(this.bars);
    this.density.setData(densityData(points, this.belongs));
  }
}
