/** Whether the names of a network's layers are names of their own. */
import { everyLayer } from '../core/network';
import type { Layer } from '../core/network';
import type { PathFinding } from './finding';
import * as errors from './model-errors';

interface NamedEntry {
  path: string;
  /** Of its layers: one, or with attention and squeeze and excitation two that begin with what is written. */
  names: string[];
}

/** What is written as the name of an entry: what the names of its layers have in common. */
const written = ({ names }: NamedEntry): string =>
  names.length === 1 ? names[0] : names[0].slice(0, names[0].lastIndexOf('-'));

/** The first name of this stem whose layers all have free names. */
function freeName(entry: NamedEntry, taken: ReadonlySet<string>): string {
  const name = written(entry);
  const [, stem, digits] = /^(.*?)(\d*)$/.exec(name)!;
  for (let n = Number(digits || '1') + 1; ; n++) {
    const free = `${stem}${n}`;
    if (!entry.names.some((own) => taken.has(free + own.slice(name.length)))) return free;
  }
}

/** That no two layers have one name, as their tensors are called by it. */
export function checkNames(layers: readonly Layer[], paths: ReadonlyMap<Layer, string>): PathFinding[] {
  const entries = new Map<string, NamedEntry>();
  const taken = new Set<string>();
  for (const layer of everyLayer(layers)) {
    const path = paths.get(layer) ?? '';
    if (!('name' in layer) || path === 'model.preset') continue;
    taken.add(layer.name);
    const names = entries.get(path)?.names ?? [];
    entries.set(path, { path, names: [...names, layer.name] });
  }
  const found: PathFinding[] = [];
  const seen = new Set<string>();
  for (const entry of entries.values()) {
    const twice = entry.names.find((name) => seen.has(name));
    if (twice !== undefined) {
      const free = freeName(entry, taken);
      for (const name of entry.names) taken.add(free + name.slice(written(entry).length));
      found.push({ ...errors.duplicateLayer(twice, free), path: `${entry.path}.name` });
    }
    for (const name of entry.names) seen.add(name);
  }
  return found;
}
