/**
 * What a network with shared weights is to be compared with: the same network pruned, and smaller ones, all with as
 * many stored parameters. What a sparse weight takes beside its value, its place, is not counted: that favours pruning.
 */
import { knownFacts } from '../core/data-sets';
import { SparseError } from '../core/errors';
import type { PlainValue } from '../core/plain-value';
import { rewindCounts } from '../core/prune/rewind';
import { checkConfig } from './check';
import type { CheckedConfig, CheckOptions } from './checked';
import type { ConfigFormat } from './format';
import { narrower } from './own-widths';
import type { NoNarrower } from './own-widths';
import { openConfig } from './parse';
import type { NetworkPlan } from './plan';
import * as errors from './sharing-errors';
import { smallerModel } from './smaller-model';
import type { NoSmallerModel } from './smaller-model';
import { stepsOf } from './steps';
import { configText } from './sweep';
import { plainValue } from './tree';
import type { Config } from './types';

type Keys = Readonly<Record<string, PlainValue>>;

interface Variant {
  name: string;
  /** By key path, as a variant of a sweep sets them. */
  settings: Keys;
}

/** A variant, or why it cannot be had. */
type Wanted = Variant | { name: string; reason: string };

export interface EqualMemoryVariant extends Variant {
  /** Parameters that are stored. */
  stored: number;
  /** stored / budget - 1. */
  off: number;
}

export interface EqualMemory {
  /** Stored parameters of the shared network: its memory and what is not shared. */
  budget: number;
  variants: EqualMemoryVariant[];
  /** What this network cannot have, and why. */
  left: { name: string; reason: string }[];
  /** The config with these variants as a sweep. */
  text: string;
}

export interface Asked extends Pick<CheckOptions, 'looked'> {
  /** By default that of the config. */
  seeds?: readonly number[];
  /** In which format the sweep is written, by default that of the config. */
  as?: ConfigFormat;
}

type Looked = NonNullable<Asked['looked']>;
type SharedPlan = NetworkPlan & Required<Pick<NetworkPlan, 'sharing'>>;
type SharedConfig = Config & Required<Pick<Config, 'sharing'>>;

const isMap = (value: PlainValue | undefined): value is Record<string, PlainValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (keys: Keys, ...gone: string[]): Record<string, PlainValue> =>
  Object.fromEntries(Object.entries(keys).filter(([key]) => !gone.includes(key)));

/**
 * The largest tile, up to that of the public code, that there is room for: of each layer by itself in the smallest
 * part.
 */
function tileFor({ parts }: SharedPlan['sharing']): number {
  const room = parts.reduce((least, { length }) => Math.min(least, length), Infinity);
  return Math.min(32, 2 ** Math.floor(Math.log2(Math.sqrt(room))));
}

/** Three digits: what a person would type. */
const typed = (value: number): number => Number(value.toPrecision(3));

/** So many digits that no count of weights is another. */
const exact = (value: number): number => Number(value.toPrecision(10));

/** `written`: the section of the config. */
function sharedVariants({ sharing }: SharedConfig, { sharing: shared }: SharedPlan, written: Keys): Variant[] {
  const common = without(written, 'method', 'mapping', 'tile', 'aligned', 'chunk', 'initStd', 'scaler', 'compat');
  const tile = tileFor(shared);
  // Where the config says none, ROAST at its best: at the scale where its steps are as long as those of the dense
  // network.
  const roast =
    sharing.method === 'roast'
      ? without(written, 'method')
      : { ...common, tile: [tile, tile], initStd: typed(shared.neutral) };
  return [
    { name: 'stable-rps', settings: { sharing: { method: 'stable-rps', ...common } } },
    { name: 'roast', settings: { sharing: { method: 'roast', ...roast } } },
  ];
}

/** That each prunes a share near that of the paper, and all together leave `density`. */
function levelsTo(density: number): { levels: number; fraction: number } {
  const levels = Math.max(1, Math.round(Math.log(density) / Math.log(0.8)));
  return { levels, fraction: exact(1 - density ** (1 / levels)) };
}

const scores = { rand: 'random', mag: 'magnitude', snip: 'snip', synflow: 'synflow', grasp: 'grasp' } as const;

/** Why no share of the weights can be kept so that the rest is the budget. */
function noPruningText({ sharing, parameters, weights }: SharedPlan, budget: number): string | undefined {
  if (weights === 0) return errors.nothingToPrune();
  if (budget >= parameters) return errors.nothingToSave(budget);
  const kept = parameters - weights;
  return budget > kept ? undefined : errors.moreThanPruned({ budget, kept, compression: atMost(sharing, kept + 1) });
}

/** `dense`: the sections of a network that begins as the shared one. */
function prunedVariants(config: Config, plan: SharedPlan, dense: Keys, budget: number, looked: Looked): Wanted[] {
  const { train, data } = config;
  const reason = noPruningText(plan, budget);
  if (reason !== undefined) return [...Object.keys(scores), 'ltr'].map((name) => ({ name, reason }));
  const density = (budget - (plan.parameters - plan.weights)) / plan.weights;
  const examples = (knownFacts(data.source) ?? looked.at(0)?.facts)?.examples;
  const step = examples === undefined ? 0 : Math.min(500, Math.floor(stepsOf(train, examples) / 10));
  const early: Keys = train.earlyStop.patience > 0 ? { 'train.earlyStop.patience': 0 } : {};
  return [
    ...Object.entries(scores).map(([name, distribution]) => ({
      name,
      settings: { sparsity: { ...dense, density: exact(density), distribution } },
    })),
    { name: 'ltr', settings: { sparsity: dense, 'train.rewind': { ...levelsTo(density), step }, ...early } },
  ];
}

/** `written`: the section of the config. */
function smallerVariants(config: Config, plan: SharedPlan, written: Keys, dense: Keys, budget: number): Wanted[] {
  const { activation, preset, layers } = config.model;
  return (['thinner', 'shallower'] as const).map((name): Wanted => {
    // Nothing is smaller than it.
    if (budget >= plan.parameters) return { name, reason: errors.nothingToSave(budget) };
    if (layers && name === 'thinner') {
      const found = narrower(layers, written['layers'], plan.network, budget);
      if ('why' in found) return { name, reason: noNarrowerText(found, budget, plan) };
      return { name, settings: { model: { ...written, layers: found.layers }, sparsity: dense } };
    }
    const found = smallerModel(config, plan.network, budget, name);
    if ('why' in found) return { name, reason: noSmallerText(found, { budget, preset, plan }) };
    const model = { ...found.model, ...(activation !== undefined && { activation }) };
    return { name, settings: { model, sparsity: dense } };
  });
}

function noNarrowerText(found: NoNarrower, budget: number, { sharing }: SharedPlan): string {
  switch (found.why) {
    case 'no-width':
      return errors.ownLayersHaveNoWidth();
    case 'too-small':
      return errors.noneSoNarrow({ budget, least: found.least, compression: atMost(sharing, found.least) });
    case 'none-near':
      return errors.noOwnNear({ budget, nearest: found.nearest });
  }
}

function noSmallerText(
  found: NoSmallerModel,
  { budget, preset = '', plan: { sharing } }: { budget: number; preset?: string | undefined; plan: SharedPlan },
): string {
  switch (found.why) {
    case 'own-layers':
      return errors.ownLayersStay();
    case 'no-fewer-layers':
      return errors.noFewerLayers(preset);
    case 'too-small':
      return errors.noneThatSmall(preset, { budget, least: found.least, compression: atMost(sharing, found.least) });
    case 'none-near':
      return errors.noneThatNear(preset, { budget, nearest: found.nearest });
  }
}

/** The compression, to a tenth, with which at least so many parameters are stored. */
const atMost = ({ n, dense }: SharedPlan['sharing'], stored: number): number =>
  Math.floor((10 * n) / (stored - dense)) / 10;

/** Parameters that are there at the end. */
function storedBy({ train }: Config, { sharing, weights, parameters, nonZeros = weights }: NetworkPlan): number {
  if (sharing) return sharing.m + sharing.dense;
  const { levels, fraction } = train.rewind;
  return parameters - weights + (levels === 0 ? nonZeros : rewindCounts(nonZeros, levels, fraction)[levels]);
}

/** Why a variant cannot be had. */
const reasonOf = ({ issues }: CheckedConfig): string =>
  issues.find(({ severity }) => severity === 'error')?.message ?? errors.unknownData();

/**
 * The variants that can be had of a config with `sharing`, each within 1 % of the same number of stored parameters:
 * itself as `stable-rps` and `roast`; RAND, MAG, SNIP, SynFlow, GraSP and lottery tickets by rewinding (LTR), from the
 * same dense initialisation; and the smaller networks of its preset, or of its own layers a narrower one, dense. The
 * others with the reason. `seeds`: each is run with each of them.
 * @throws SparseError `config.nothing-shared-to-compare`
 */
export function equalMemory(
  text: string,
  format: ConfigFormat,
  { looked = [], seeds, as = format }: Asked = {},
): EqualMemory {
  const { config, plan } = checkConfig(text, format, { looked });
  const { root } = openConfig(text, format).tree;
  const base = root && plainValue(root);
  if (!config?.sharing || !plan?.sharing || !isMap(base)) throw nothingToCompare();
  const [shared, memory] = [config as SharedConfig, plan as SharedPlan];
  const written = isMap(base['sharing']) ? base['sharing'] : {};
  const budget = storedBy(config, plan);
  const dense = {
    ...{ density: 1, distribution: 'uniform', init: 'base', base: config.sharing.base },
    ...('gain' in written && { gain: written['gain'] }),
  };
  const wanted: Wanted[] = [
    ...sharedVariants(shared, memory, written),
    ...prunedVariants(config, memory, dense, budget, looked),
    ...smallerVariants(config, memory, isMap(base['model']) ? base['model'] : {}, dense, budget),
  ];
  const { version } = config;
  const rest = without(base, 'version', 'name', 'sharing', 'sparsity', 'sweep');
  const name = `${config.name.slice(0, 51)}-equal-memory`;
  const sweepText = (variants: readonly Variant[], all: readonly number[], written = format): string => {
    const list = variants.map(({ name: own, settings }) => ({ name: own, ...settings }));
    return configText({ version, name, ...rest, sweep: { variants: list, seed: [...all] } }, written);
  };
  const variants: EqualMemoryVariant[] = [];
  const left: EqualMemory['left'] = [];
  for (const variant of wanted) {
    if ('reason' in variant) {
      left.push(variant);
      continue;
    }
    const checked = checkConfig(sweepText([variant], [config.seed]), format, { looked });
    if (!checked.config || !checked.plan) left.push({ name: variant.name, reason: reasonOf(checked) });
    else {
      const stored = storedBy(checked.config, checked.plan);
      variants.push({ ...variant, stored, off: stored / budget - 1 });
    }
  }
  return { budget, variants, left, text: sweepText(variants, seeds ?? [config.seed], as) };
}

/** What lacks the same thing is said once. */
export const byReason = (left: EqualMemory['left']): { names: string[]; reason: string }[] =>
  [...new Set(left.map(({ reason }) => reason))].map((reason) => ({
    names: left.filter((one) => one.reason === reason).map(({ name }) => name),
    reason,
  }));

const nothingToCompare = (): SparseError => {
  const { code, message } = errors.nothingToCompare();
  return new SparseError(code, message);
};
