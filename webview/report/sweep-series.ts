/**
 * The groups of a sweep as lines: figures against one key, a line for each value of a second, a panel for those of the
 * rest.
 */
import { valueText, type PlainValue } from '../../src/core/plain-value';
import type { Figure, SweepReportData, TrialGroup } from '../../src/protocol/sweep';

export type Groups = Pick<SweepReportData, 'keys' | 'groups'>;

export interface Point {
  x: number;
  mean: number;
  /** None of a single trial. */
  deviation: number | undefined;
}

export interface Line {
  /** Empty when there is one only. */
  label: string;
  /** Among all lines of all panels: its colour and dash. */
  place: number;
  /** Ascending by x. */
  points: Point[];
}

export interface Panel {
  /** Empty when there is one only. */
  title: string;
  lines: Line[];
}

export interface Layout {
  /** The key along the axis; undefined when nothing but the seed was swept. */
  along: string | undefined;
  /** What stands at 1, 2, ... where its values are no numbers. */
  names: string[] | undefined;
  /** Its values are positive and span more than a decade: on a linear axis the small ones would lie on one another. */
  log: boolean;
  line: string | undefined;
  panels: string[];
}

const densityKey = 'sparsity.density';
/** What papers draw as lines. */
const lineKeys = ['sparsity.init', 'sparsity.distribution', 'sparsity.update.method'];

const distinct = (groups: readonly TrialGroup[], index: number): PlainValue[] => {
  const found = new Map(groups.map(({ values }) => [valueText(values[index]), values[index]]));
  return [...found.values()];
};

/** Which key is which: density along the axis, or the first key of numbers, or the first at all; lines are methods. */
export function layoutOf({ keys, groups }: Groups): Layout {
  const values = keys.map((_, index) => distinct(groups, index));
  const varied = keys.filter((_, index) => values[index].length > 1);
  const numeric = varied.filter((key) => values[keys.indexOf(key)].every((value) => typeof value === 'number'));
  const along = numeric.includes(densityKey) ? densityKey : (numeric.at(0) ?? varied.at(0));
  const rest = varied.filter((key) => key !== along);
  const line = lineKeys.find((key) => rest.includes(key)) ?? rest.at(0);
  const places = along === undefined ? [] : values[keys.indexOf(along)];
  const numbers = places.filter((value) => typeof value === 'number');
  return {
    along,
    names: numbers.length === places.length ? undefined : places.map(valueText),
    log:
      numbers.length === places.length && Math.min(...numbers) > 0 && Math.max(...numbers) > 10 * Math.min(...numbers),
    line,
    panels: rest.filter((key) => key !== line),
  };
}

/** What the lines of a figure are; panels without a point are left out. */
export function panelsOf({ keys, groups }: Groups, figure: Figure, layout: Layout): Panel[] {
  const { along, names, line, panels } = layout;
  const text = (key: string, { values }: TrialGroup): string => valueText(values[keys.indexOf(key)]);
  const lines = line === undefined ? [''] : distinct(groups, keys.indexOf(line)).map(valueText);
  const found = new Map<string, Panel>();
  for (const group of groups) {
    const spread = group.spread[figure];
    if (!spread) continue;
    const title = panels.map((key) => `${key} ${text(key, group)}`).join(', ');
    const label = line === undefined ? '' : text(line, group);
    const panel = found.get(title) ?? { title, lines: [] };
    found.set(title, panel);
    let own = panel.lines.find((one) => one.label === label);
    if (!own) panel.lines.push((own = { label, place: lines.indexOf(label), points: [] }));
    // What was kept, where that is what was varied: rotations and scores do not come to it exactly.
    const kept = along === densityKey ? group.spread.density?.mean : undefined;
    const value = along === undefined ? 1 : group.values[keys.indexOf(along)];
    const x = kept ?? (names ? names.indexOf(valueText(value)) + 1 : Number(value));
    own.points.push({ x, mean: spread.mean, deviation: spread.deviation });
  }
  for (const panel of found.values()) {
    panel.lines.sort((a, b) => a.place - b.place);
    for (const { points } of panel.lines) points.sort((a, b) => a.x - b.x);
  }
  return [...found.values()];
}

/** Ends of the bars over all panels, so that they can be compared. */
export function extentOf(panels: readonly Panel[]): [low: number, high: number] {
  const points = panels.flatMap(({ lines }) => lines.flatMap((line) => line.points));
  return [
    Math.min(...points.map(({ mean, deviation = 0 }) => mean - deviation)),
    Math.max(...points.map(({ mean, deviation = 0 }) => mean + deviation)),
  ];
}
