/** Compared runs as columns of charts and rows of tables. */
import type { ComparedRun, RunCurve } from '../../../src/protocol/compare-runs';
import { differingKeys, finalOf, groupRuns, type RunGroup } from '../../../src/protocol/run-groups';
import { runTitle } from '../../../src/protocol/words';
import type { Column } from '../../drawing/chart-spec';
import { numeric, tableOf, text, type Cell, type Table, type TableColumn } from '../../parts/table';
import { curveColumns, groupColumns, runColumns, stateText, tables, words } from './words';

export type CurveKey = Exclude<keyof RunCurve, 'step'>;

export const methodText = ({ method }: ComparedRun): string => (method === '' ? words.unknownMethod : method);

/** Each once, in the order of the runs: a method's place gives its colour and dash. */
export const methodsOf = (runs: readonly ComparedRun[]): string[] => [...new Set(runs.map(methodText))];

/**
 * Row of a run's curve at a step: the last epoch that had ended by then; nothing after its last or before its first.
 */
export const epochAt = ({ curve: { step } }: ComparedRun, at: number): number | undefined => {
  if (step.length === 0 || at > step[step.length - 1]) return undefined;
  const row = step.findLastIndex((one) => one <= at);
  return row < 0 ? undefined : row;
};

/** Every step at which any of the runs ended an epoch, then each run's figures there. */
export const curveData = (runs: readonly ComparedRun[], key: CurveKey): Column[] => {
  const steps = [...new Set(runs.flatMap(({ curve }) => curve.step))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, i) => [step, i]));
  const columns = runs.map(({ curve }) => {
    const column = steps.map((): number | null => null);
    curve.step.forEach((step, i) => (column[place.get(step)!] = curve[key][i]));
    return column;
  });
  return [steps, ...columns];
};

/** A run, or the mean of a group, at its density. */
export interface DensityPoint {
  x: number;
  y: number;
  /** Of the mean, or that the run belongs to. */
  group: RunGroup;
  /** Nothing where it is the mean. */
  run?: ComparedRun;
}

/** Ascending by density. Means only where there is more to them than one run. */
export const densityPoints = (runs: readonly ComparedRun[]): DensityPoint[] => {
  const groups = groupRuns(runs);
  const ofRuns = groups.flatMap((group) =>
    group.runs.flatMap((place): DensityPoint[] => {
      const run = runs[place];
      const final = finalOf(run);
      return final && run.density !== null ? [{ x: run.density, y: final.accuracy, group, run }] : [];
    }),
  );
  const inLine = (line: number): number => groups.filter((group) => group.line === line && group.accuracy).length;
  const means = groups.flatMap((group): DensityPoint[] => {
    const { accuracy, density, line } = group;
    if (!accuracy || !density || (accuracy.count === 1 && inLine(line) === 1)) return [];
    return [{ x: density.mean, y: accuracy.mean, group }];
  });
  return [...ofRuns, ...means].sort((a, b) => a.x - b.x);
};

/** Columns of the points: densities, then one column for each of `series`, which says what belongs to it. */
export const densityData = (
  points: readonly DensityPoint[],
  series: readonly ((point: DensityPoint) => boolean)[],
): Column[] => [points.map(({ x }) => x), ...series.map((has) => points.map((point) => (has(point) ? point.y : null)))];

const isNumber = (value: string | undefined): boolean =>
  value === undefined || (value !== '' && Number.isFinite(Number(value)));

/** A key is a column of numbers where it is set to numbers only. */
const keyColumns = (runs: readonly ComparedRun[], keys: readonly string[]): TableColumn[] =>
  keys.map((key) => (runs.every(({ settings }) => isNumber(settings?.[key])) ? numeric(key) : text(key)));

const settingCells = (run: ComparedRun, keys: readonly string[], columns: readonly TableColumn[]): Cell[] =>
  keys.map((key, i) => {
    const value = run.settings?.[key];
    return value === undefined ? '' : columns[i].kind === 'number' ? Number(value) : value;
  });

export interface RunTable {
  columns: TableColumn[];
  rows: Cell[][];
  /** Columns of keys, after that of the run. */
  settings: number;
}

/** One row a run; '' where it has no such figure. */
export const runTable = (runs: readonly ComparedRun[]): RunTable => {
  const keys = differingKeys(runs);
  const set = keyColumns(runs, keys);
  const rows = runs.map((run): Cell[] => {
    const final = finalOf(run);
    const settings = settingCells(run, keys, set);
    const { density, step, milliseconds } = run;
    const outcome = [final?.accuracy ?? '', final?.loss ?? '', density ?? '', step, milliseconds / 1000];
    return [runTitle(run.id), ...settings, ...(run.state === null ? outcome.map(() => '') : outcome), stateText(run)];
  });
  return { columns: [runColumns.run, ...set, ...runColumns.outcome, runColumns.state], rows, settings: keys.length };
};

const groupsTable = (runs: readonly ComparedRun[]): Table => {
  const keys = differingKeys(runs).filter((key) => key !== 'seed');
  const set = keyColumns(runs, keys);
  const rows = groupRuns(runs).map(({ runs: places, accuracy, loss, density }): Cell[] => {
    const first = runs[places[0]];
    return [
      methodText(first),
      ...settingCells(first, keys, set),
      places.length,
      accuracy?.count ?? 0,
      accuracy?.mean ?? '',
      accuracy?.deviation ?? '',
      loss?.mean ?? '',
      loss?.deviation ?? '',
      density?.mean ?? '',
    ];
  });
  return tableOf(tables.groups, [groupColumns[0], ...set, ...groupColumns.slice(1)], rows);
};

const curvesTable = (runs: readonly ComparedRun[]): Table =>
  tableOf(
    tables.curves,
    curveColumns,
    runs.flatMap(({ id, curve }) =>
      curve.step.map((step, i): Cell[] => [
        runTitle(id),
        step,
        curve.trainLoss[i],
        curve.trainAccuracy[i],
        curve.validationLoss[i],
        curve.validationAccuracy[i],
      ]),
    ),
  );

export const allTables = (runs: readonly ComparedRun[]): Table[] => {
  const { columns, rows } = runTable(runs);
  return [tableOf(tables.runs, columns, rows), groupsTable(runs), curvesTable(runs)];
};
