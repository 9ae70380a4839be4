/**
 * A grid in a config: its axes as they are written, and the trials that they make. What the trials mean:
 * check-sweep.ts.
 */
import { Document, isScalar, visit } from 'yaml';
import { valueText } from '../core/plain-value';
import type { PlainValue } from '../core/plain-value';
import type { PlacedFinding } from './read';
import { Reader } from './read';
import { mostTrials, sharedKeys, variantsKey } from './schema-sweep';
import { schemaAt } from './schema-paths';
import * as errors from './sweep-errors';
import { nearestPath } from './sweep-paths';
import { nameOf, readVariants, settingsOf, withoutRivals } from './sweep-variants';
import type { Span, TextLines } from './text';
import { pathSteps, plainValue } from './tree';
import type { MapNode, Pair, TreeNode } from './tree';
import type { ConfigFormat } from './format';

/** One key of the grid and the values that take turns there. */
export interface Axis {
  path: string;
  keySpan: Span;
  values: readonly TreeNode[];
}

export interface SweepTrial {
  /** `0001`, in the order of the grid. */
  id: string;
  /** By key path, in the order of the grid, as they are written. */
  values: Record<string, PlainValue>;
  /** A whole config, without comments, in the format of the sweep's. */
  readonly text: string;
}

export interface Sweep {
  /** Key paths in the order of the grid. */
  keys: string[];
  /** How many trials there are. */
  count: number;
  /** Made when they are asked for: thousands are as many texts. */
  trials: () => SweepTrial[];
}

interface Found {
  axes: Axis[];
  findings: PlacedFinding[];
}

/** The axes that are without a mistake, each with its values that are, and what is wrong with the others. */
export function readAxes({ value: node, keySpan }: Pair, lines: TextLines, format: ConfigFormat): Found {
  const findings: PlacedFinding[] = [];
  const say = (finding: ReturnType<typeof errors.noAxes>, path: string, span: Span): void => {
    findings.push({ ...finding, path, span });
  };
  if (node.kind !== 'map' || node.pairs.length === 0) {
    say(errors.noAxes(), 'sweep', node.kind === 'map' || node.span.end === node.span.start ? keySpan : node.span);
    return { axes: [], findings };
  }
  const axes: Axis[] = [];
  const overlaps = (path: string): Axis | undefined =>
    axes.find((axis) => path.startsWith(`${axis.path}.`) || axis.path.startsWith(`${path}.`));
  for (const { key: path, keySpan: span, value } of node.pairs) {
    const at = `sweep.${path}`;
    const schema = schemaAt(path);
    const other = overlaps(path);
    if (sharedKeys.includes(String(pathSteps(path)[0]))) say(errors.sharedByAll(path), at, span);
    else if (!schema && path !== variantsKey) say(errors.unknownPath(path, nearestPath(path), format), at, span);
    else if (other) say(errors.overlappingAxes(path, other.path), at, span);
    else if (value.kind !== 'list' || value.items.length === 0) {
      // One value alone, or the text of several without brackets.
      const text = value.kind === 'scalar' && value.value !== null ? `[${lines.slice(value.span)}]` : undefined;
      say(errors.notAList(path, text), at, value.span.end > value.span.start ? value.span : span);
    } else if (!schema) {
      const others = node.pairs.map(({ key }) => key).filter((key) => key !== variantsKey);
      const found = readVariants(value.items, { lines, format, others });
      findings.push(...found.findings);
      if (found.values.length > 0) axes.push({ path, keySpan: span, values: found.values });
    } else {
      const reader = new Reader(lines, format);
      const seen = new Set<string>();
      const values = value.items.filter((item) => {
        const before = reader.findings.length;
        reader.read(schema, item, path);
        const text = JSON.stringify(plainValue(item));
        if (seen.has(text)) say(errors.sameValueTwice(path, valueText(plainValue(item))), at, item.span);
        const sound = reader.findings.length === before && !seen.has(text);
        seen.add(text);
        return sound;
      });
      findings.push(...reader.findings);
      if (values.length > 0) axes.push({ path, keySpan: span, values });
    }
  }
  const count = countOf(axes);
  if (count > mostTrials) say(errors.tooManyTrials(count, mostTrials), 'sweep', keySpan);
  return { axes, findings };
}

export const countOf = (axes: readonly Axis[]): number =>
  axes.reduce((product, { values }) => product * values.length, 1);

/** Which value of each axis the trial has, counted from 0: the last axis is the fastest. */
export function picksOf(axes: readonly Axis[], trial: number): number[] {
  const picks: number[] = [];
  let rest = trial;
  for (const { values } of [...axes].reverse()) {
    picks.unshift(rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  return picks;
}

/** `0001`. */
export const trialId = (trial: number): string => String(trial + 1).padStart(4, '0');

/** The values of one trial, by path; of a variant its name. */
export const valuesOf = (axes: readonly Axis[], picks: readonly number[]): Record<string, PlainValue> =>
  Object.fromEntries(
    axes.map(({ path, values }, a) => [
      path,
      path === variantsKey ? nameOf(values[picks[a]]) : plainValue(values[picks[a]]),
    ]),
  );

/**
 * The config of a trial: the base without `sweep`, the values put in. Nodes keep their places in the text, so that what
 * is wrong with a value is told where the sweep has it. Undefined where the base has no place for one: an item of a
 * list that is shorter, a key of what is no mapping.
 */
export function trialTree(base: MapNode, axes: readonly Axis[], picks: readonly number[]): MapNode | { misfit: Axis } {
  let root: MapNode = { ...base, pairs: base.pairs.filter(({ key }) => key !== 'sweep') };
  for (const [a, axis] of axes.entries()) {
    const value = axis.values[picks[a]];
    const variant = axis.path === variantsKey;
    if (variant) root = withoutRivals(root, value);
    const settings = variant ? settingsOf(value) : [{ key: axis.path, keySpan: axis.keySpan, value }];
    for (const { key, keySpan, value: set } of settings) {
      const next = withValue(root, pathSteps(key), set, keySpan);
      if (!next) return { misfit: axis };
      root = next as MapNode;
    }
  }
  return root;
}

/** `keySpan`: where keys that were not written, and the one whose value is put in, are said to be. */
function withValue(
  node: TreeNode | undefined,
  steps: readonly (string | number)[],
  value: TreeNode,
  keySpan: Span,
): TreeNode | undefined {
  if (steps.length === 0) return value;
  const [step, ...rest] = steps;
  if (typeof step === 'number') {
    if (node?.kind !== 'list' || step >= node.items.length) return undefined;
    const item = withValue(node.items[step], rest, value, keySpan);
    return item && { ...node, items: node.items.with(step, item) };
  }
  const missing = node === undefined || (node.kind === 'scalar' && node.value === null);
  const map: TreeNode = missing ? { kind: 'map', pairs: [], flow: true, span: keySpan } : node;
  if (map.kind !== 'map') return undefined;
  const old = map.pairs.find(({ key }) => key === step);
  const inner = withValue(old?.value, rest, value, keySpan);
  if (!inner) return undefined;
  const pair: Pair = { key: step, keySpan: rest.length === 0 ? keySpan : (old?.keySpan ?? keySpan), value: inner };
  return { ...map, pairs: old ? map.pairs.map((other) => (other === old ? pair : other)) : [...map.pairs, pair] };
}

/** The text of a config: what reads back to the same values. */
export const configText = (value: PlainValue, format: ConfigFormat): string => {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  const document = new Document(value, { version: '1.2', schema: 'core', aliasDuplicateObjects: false });
  // Widths of stages, or a tile, on one line.
  visit(document, {
    Seq(_, list) {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
};
