/** The check of a sweep: that of each of its trials, told where the sweep is written. */
import { valueText } from '../core/plain-value';
import type { CheckedConfig } from './checked';
import type { ConfigIssue } from './issues';
import { readConfig, sorted } from './parse';
import type { Written } from './parse';
import { configText, countOf, picksOf, readAxes, trialId, trialTree, valuesOf } from './sweep';
import type { Axis, Sweep } from './sweep';
import * as errors from './sweep-errors';
import { findPlace, plainValue } from './tree';
import type { MapNode } from './tree';

const pairOf = ({ tree: { root, problems } }: Written): MapNode['pairs'][number] | undefined =>
  problems.length === 0 && root?.kind === 'map' ? root.pairs.find(({ key }) => key === 'sweep') : undefined;

export const hasSweep = (written: Written): boolean => pairOf(written) !== undefined;

/** Trials that can be told apart by a check: nothing in one depends on the seed. */
const distinct = (axes: readonly Axis[]): Axis[] =>
  axes.map((axis) => (axis.path === 'seed' ? { ...axis, values: axis.values.slice(0, 1) } : axis));

/** At most `most` of `count`, evenly, the first and the last among them. */
const evenly = (count: number, most: number): number[] =>
  count <= most
    ? Array.from({ length: count }, (_, i) => i)
    : Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, most - 1)));

/** Of networks of so many layers as many as are allowed are checked in a moment; of deeper ones fewer, but some. */
const usualLayers = 20;
const atLeast = 4;
const fewerOf = (most: number, layers: number): number =>
  Math.min(most, Math.max(atLeast, Math.floor((most * usualLayers) / Math.max(1, layers))));

interface Told {
  issue: ConfigIssue;
  /** Trials that have it, those of other seeds not counted. */
  trials: number[][];
}

const sameValues = (axes: readonly Axis[], picks: readonly number[]): string =>
  Object.entries(valuesOf(axes, picks))
    .map(([path, value]) => `${path}: ${valueText(value)}`)
    .join(', ');

/** The number of a trial in the whole grid, of the first seed. */
const numberOf = (axes: readonly Axis[], picks: readonly number[]): number =>
  axes.reduce((number, { values }, a) => number * values.length + picks[a], 0);

export function checkSweep(
  written: Written,
  check: (trial: Written) => CheckedConfig,
  mostChecked: number,
): CheckedConfig {
  const { lines, format, tree } = written;
  const base = tree.root as MapNode;
  const pair = pairOf(written)!;
  const { axes, findings } = readAxes(pair, lines, format);
  const { locate, locateKey, pathAt, issue } = readConfig({ ...written, tree: { ...tree, root: base } });
  const own = findings.map((finding) => issue(finding, finding.path, finding.span));
  const grid = distinct(axes);
  const layers = (): number => {
    const root = trialTree(base, grid, picksOf(grid, 0));
    return 'misfit' in root
      ? 0
      : (check({ ...written, tree: { root, problems: [] }, ofSweep: true }).plan?.layers.length ?? 0);
  };
  const few = own.length > 0 ? 1 : Number.isFinite(mostChecked) ? fewerOf(mostChecked, layers()) : mostChecked;
  const checked = evenly(countOf(grid), few).map((trial) => picksOf(grid, trial));
  const told = new Map<string, Told>();
  let first: CheckedConfig | undefined;
  for (const picks of checked) {
    const root = trialTree(base, grid, picks);
    if ('misfit' in root) {
      const { path, keySpan } = root.misfit;
      own.push(issue(errors.noPlace(path), `sweep.${path}`, keySpan));
      break;
    }
    const result = check({ ...written, tree: { root, problems: [] }, ofSweep: true });
    if (result.config && result.issues.every(({ severity }) => severity !== 'error')) first ??= result;
    for (const one of result.issues) {
      const { start, end } = one.range;
      const key = [one.code, one.path, start.offset, end.offset].join(' ');
      const known = told.get(key);
      if (known) known.trials.push(picks);
      else told.set(key, { issue: one, trials: [picks] });
    }
  }
  const ofTrials = [...told.values()].flatMap((one) =>
    worded(one, { base, axes: grid, all: axes, checked, possible: first !== undefined }),
  );
  const issues = sorted([...own, ...ofTrials]);
  if (!first || issues.some(({ severity }) => severity === 'error')) return { issues, locate, locateKey, pathAt };
  const { config, plan } = first;
  return {
    ...(config && { config }),
    ...(plan && { plan }),
    sweep: sweepOf(base, axes, written),
    issues,
    locate,
    locateKey,
    pathAt,
  };
}

interface Grid {
  base: MapNode;
  /** With one seed. */
  axes: readonly Axis[];
  /** With all seeds. */
  all: readonly Axis[];
  checked: readonly (readonly number[])[];
  /** Whether any trial can be had. */
  possible: boolean;
}

/**
 * What all trials share is told as of one config. An error of some does not stop the others: those trials fail, and it
 * is a warning that says how many. A key that does nothing in some of them is what a grid is like, unless it is swept.
 */
function worded({ issue, trials }: Told, { base, axes, all, checked, possible }: Grid): ConfigIssue[] {
  if (trials.length === checked.length) return [issue];
  const { start, end } = issue.range;
  const { span } = findPlace(base, 'sweep').pair!.value;
  const inSweep = start.offset >= span.start && end.offset <= span.end;
  if (issue.code === 'config.no-effect' && !inSweep) return [];
  const seeds = countOf(all) / countOf(axes);
  const [first] = trials;
  const id = trialId(numberOf(all, first));
  const fail = issue.severity === 'error';
  const note = errors.someTrials(id, sameValues(axes, first), trials.length * seeds, checked.length * seeds, fail);
  return [{ ...issue, severity: possible ? 'warning' : issue.severity, message: issue.message + note }];
}

const sweepOf = (base: MapNode, axes: readonly Axis[], { format }: Written): Sweep => ({
  keys: axes.map(({ path }) => path),
  count: countOf(axes),
  trials: () =>
    Array.from({ length: countOf(axes) }, (_, trial) => {
      const picks = picksOf(axes, trial);
      return {
        id: trialId(trial),
        values: valuesOf(axes, picks),
        // Made when it is read: thousands of them would hold up whoever only lists the trials.
        get text() {
          // Each was put in when the sweep was checked.
          return configText(plainValue(trialTree(base, axes, picks) as MapNode), format);
        },
      };
    }),
});
