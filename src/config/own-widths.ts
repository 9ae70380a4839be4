/** Widths of layers of one's own: which of their sizes go together, and the layers with other ones. */
import { parametersOf } from '../core/network';
import type { PlainValue } from '../core/plain-value';
import { networkOf } from './model-network';
import type { Task } from './model-network';
import { inProportion, within } from './proportions';
import type { Config } from './types';

type Entry = NonNullable<Config['model']['layers']>[number];
type Residual = Extract<Entry, { residual: unknown }>;
type Again = Extract<Entry, { again: unknown }>;
type Single = Exclude<Entry, Residual | Again>;

/** A size in the list: where it is written, as `3.linear.in`, and what its new value has to be a multiple of. */
interface Size {
  path: string;
  value: number;
  multipleOf: number;
}

/** Sizes that are one another's multiples, and stay so. */
interface OwnWidth {
  sizes: readonly Size[];
  /**
   * At full width each size is so many times a whole number, and it stays a multiple of that: of groups, heads or a
   * stack.
   */
  full: number;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;

/** Sizes by what flows: a size belongs to the flow that it takes or gives, and flows that are added are one. */
class Flows {
  private readonly joined: number[] = [];
  private readonly sizes = new Map<number, Size[]>();
  /** What a layer that may come again takes and gives. */
  readonly named = new Map<string, { takes: number; gives: number }>();

  fresh(): number {
    this.joined.push(this.joined.length);
    return this.joined.length - 1;
  }

  root(flow: number): number {
    let own = flow;
    while (this.joined[own] !== own) own = this.joined[own];
    return own;
  }

  join(a: number, b: number): void {
    const [kept, gone] = [this.root(a), this.root(b)];
    if (kept === gone) return;
    this.joined[gone] = kept;
    this.sizes.set(kept, [...(this.sizes.get(kept) ?? []), ...(this.sizes.get(gone) ?? [])]);
    this.sizes.delete(gone);
  }

  add(flow: number, path: string, value: number, multipleOf = 1): void {
    const root = this.root(flow);
    const size = { path, value, multipleOf };
    const own = this.sizes.get(root);
    if (own) own.push(size);
    else this.sizes.set(root, [size]);
  }

  /** But those of this flow. */
  free(held: number): OwnWidth[] {
    this.sizes.delete(this.root(held));
    return [...this.sizes.values()].map((sizes) => {
      const unit = sizes.map(({ value }) => value).reduce(gcd);
      const step = sizes.map(({ value, multipleOf }) => multipleOf / gcd(multipleOf, value / unit)).reduce(lcm);
      return { sizes, full: unit / step };
    });
  }
}

/** What comes out of a list that is given `flow`. */
function along(entries: readonly Entry[], at: string, flow: number, flows: Flows): number {
  return entries.reduce((here, entry, index) => {
    const path = `${at}${index}`;
    if ('residual' in entry) {
      const branch = along(entry.residual, `${path}.residual.`, here, flows);
      flows.join(branch, along(entry.shortcut, `${path}.shortcut.`, here, flows));
      return branch;
    }
    if ('again' in entry) {
      const { takes, gives } = flows.named.get(entry.again)!;
      flows.join(here, takes);
      return gives;
    }
    return through(entry, path, here, flows);
  }, flow);
}

function through(entry: Single, path: string, flow: number, flows: Flows): number {
  if ('linear' in entry) {
    const { in: inputs, out, stack } = entry.linear;
    return weighted(entry.name, flow, flows, (gives) => {
      flows.add(flow, `${path}.linear.in`, inputs);
      flows.add(gives, `${path}.linear.out`, out, stack);
    });
  }
  if ('conv' in entry) {
    const { in: inputs, out, groups } = entry.conv;
    // A group for each channel that comes in, and after it a multiple of them.
    const depthwise = groups > 1 && groups === inputs;
    return weighted(entry.name, flow, flows, (gives) => {
      flows.add(flow, `${path}.conv.in`, inputs, depthwise ? 1 : groups);
      flows.add(gives, `${path}.conv.out`, out, depthwise ? 1 : groups);
      if (!depthwise) return;
      flows.add(flow, `${path}.conv.groups`, groups);
      flows.join(flow, gives);
    });
  }
  if ('embedding' in entry) {
    const gives = flows.fresh();
    flows.add(gives, `${path}.embedding.width`, entry.embedding.width);
    return gives;
  }
  if ('batchNorm' in entry) flows.add(flow, `${path}.batchNorm.size`, entry.batchNorm.size);
  if ('layerNorm' in entry) flows.add(flow, `${path}.layerNorm.size`, entry.layerNorm.size);
  if ('position' in entry) flows.add(flow, `${path}.position.size`, entry.position.size);
  if ('attention' in entry) flows.add(flow, `${path}.attention.size`, entry.attention.size, entry.attention.heads);
  if ('squeezeExcite' in entry) {
    flows.add(flow, `${path}.squeezeExcite.channels`, entry.squeezeExcite.channels);
    flows.add(flows.fresh(), `${path}.squeezeExcite.reduced`, entry.squeezeExcite.reduced);
  }
  return flow;
}

function weighted(name: string, takes: number, flows: Flows, add: (gives: number) => void): number {
  const gives = flows.fresh();
  flows.named.set(name, { takes, gives });
  add(gives);
  return gives;
}

/**
 * What may be narrower of layers that make a network. Sizes of what comes in and of the classes are held, and numbers
 * of heads and groups.
 */
function ownWidths(layers: readonly Entry[]): OwnWidth[] {
  const flows = new Flows();
  const held = flows.fresh();
  flows.join(held, along(layers, '', held, flows));
  return flows.free(held);
}

/** The list as it is written, or as it was read, with `widths` of these. */
function atWidths<T>(layers: T, own: readonly OwnWidth[], widths: readonly number[]): T {
  const sizes = new Map(
    own.flatMap(({ sizes: all, full }, w) =>
      all.map(({ path, value }): [string, number] => [path, (value / full) * widths[w]]),
    ),
  );
  return resized(layers as PlainValue, '', sizes) as T;
}

function resized(value: PlainValue, path: string, sizes: ReadonlyMap<string, number>): PlainValue {
  if (typeof value !== 'object' || value === null) return sizes.get(path) ?? value;
  const inner = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return value.map((item, index) => resized(item, inner(index), sizes));
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, resized(own, inner(key), sizes)]));
}

/**
 * Why layers of one's own cannot be narrower. `least`: parameters of the narrowest; `nearest`: of those that miss
 * least.
 */
export type NoNarrower = { why: 'no-width' } | { why: 'too-small' | 'none-near'; least: number; nearest: number };

/**
 * The list as it is `written`, as wide as so many parameters take, to 1 %: all widths in proportion as far as whole
 * numbers allow.
 */
export function narrower(
  layers: readonly Entry[],
  written: PlainValue,
  task: Task,
  wanted: number,
): { layers: PlainValue } | NoNarrower {
  const own = ownWidths(layers);
  if (own.length === 0) return { why: 'no-width' };
  const at = (widths: readonly number[]): { widths: readonly number[]; parameters: number; off: number } => {
    const parameters = parametersOf(networkOf({ model: { layers: atWidths([...layers], own, widths) } }, task).network);
    return { widths, parameters, off: parameters / wanted - 1 };
  };
  const least = at(own.map(() => 1)).parameters;
  const full = own.map((width) => width.full);
  const found = inProportion(full, at, 1);
  if (within(found)) return { layers: atWidths(written, own, found.widths) };
  return { why: least > wanted ? 'too-small' : 'none-near', least, nearest: found.parameters };
}
