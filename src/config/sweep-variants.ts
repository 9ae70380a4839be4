/** Variants of a config under names of their own: one axis of a grid, each value of which sets several keys. */
import type { Finding } from './finding';
import type { PlacedFinding } from './read';
import { Reader } from './read';
import { configSchema } from './schema';
import { sharedKeys, variantsKey } from './schema-sweep';
import { schemaAt } from './schema-paths';
import { nearestPath } from './sweep-paths';
import * as errors from './sweep-errors';
import type { Span, TextLines } from './text';
import { itemPath, pathSteps } from './tree';
import type { MapNode, Pair, TreeNode } from './tree';
import type { ConfigFormat } from './format';

/** One within the other, or the same. */
const overlap = (a: string, b: string): boolean => `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);

/** A variant that can be taken: a name, and keys with values. */
export const nameOf = (variant: TreeNode): string => {
  const name = variant.kind === 'map' ? variant.pairs.find(({ key }) => key === 'name')?.value : undefined;
  return name?.kind === 'scalar' ? String(name.value) : '';
};

/** What it sets, by key paths. */
export const settingsOf = (variant: TreeNode): Pair[] =>
  variant.kind === 'map' ? variant.pairs.filter(({ key }) => key !== 'name') : [];

interface Reading {
  lines: TextLines;
  format: ConfigFormat;
  /** Key paths of the other axes. */
  others: readonly string[];
}

/** The variants that are without a mistake, and what is wrong with the others. */
export function readVariants(
  list: readonly TreeNode[],
  { lines, format, others }: Reading,
): { values: TreeNode[]; findings: PlacedFinding[] } {
  const findings: PlacedFinding[] = [];
  const names = new Set<string>();
  const values = list.filter((variant, index) => {
    const at = itemPath(`sweep.${variantsKey}`, index);
    const before = findings.length;
    const say = (finding: Finding, path: string, span: Span): void => void findings.push({ ...finding, path, span });
    if (variant.kind !== 'map') {
      say(errors.variantIsNoMapping(), at, variant.span);
      return false;
    }
    findings.push(...nameFindings(variant, at, names, { lines, format }));
    findings.push(...settingFindings(variant, at, { lines, format, others }));
    names.add(nameOf(variant));
    return findings.length === before;
  });
  return { values, findings };
}

function nameFindings(
  variant: MapNode,
  at: string,
  taken: ReadonlySet<string>,
  { lines, format }: Pick<Reading, 'lines' | 'format'>,
): PlacedFinding[] {
  const name = variant.pairs.find(({ key }) => key === 'name');
  const path = `${at}.name`;
  if (!name) return [{ ...errors.variantWithoutName(), path: at, span: variant.pairs.at(0)?.keySpan ?? variant.span }];
  const reader = new Reader(lines, format);
  reader.read(configSchema.keys.name, name.value, path);
  if (reader.findings.length > 0) return reader.findings;
  return taken.has(nameOf(variant))
    ? [{ ...errors.sameVariantTwice(nameOf(variant)), path, span: name.value.span }]
    : [];
}

function settingFindings(variant: MapNode, at: string, { lines, format, others }: Reading): PlacedFinding[] {
  const settings = settingsOf(variant);
  return settings.flatMap(({ key: path, keySpan: span, value }, index): PlacedFinding[] => {
    const place = `${at}.${path}`;
    const schema = schemaAt(path);
    if (sharedKeys.includes(String(pathSteps(path)[0]))) return [{ ...errors.sharedByAll(path), path: place, span }];
    if (!schema) return [{ ...errors.unknownPath(path, nearestPath(path), format), path: place, span }];
    const other = [...settings.slice(0, index).map(({ key }) => key), ...others].find((one) => overlap(one, path));
    if (other !== undefined) return [{ ...errors.overlappingAxes(path, other), path: place, span }];
    const reader = new Reader(lines, format);
    reader.read(schema, value, path);
    return reader.findings;
  });
}

const rivals: Readonly<Record<string, string>> = { sharing: 'sparsity', sparsity: 'sharing' };

/** A config without the section that a variant takes the place of: a network is sparse or shares its weights. */
export const withoutRivals = (root: MapNode, variant: TreeNode): MapNode => {
  const gone = settingsOf(variant).map(({ key }) => rivals[String(pathSteps(key)[0])]);
  return { ...root, pairs: root.pairs.filter(({ key }) => !gone.includes(key)) };
};
