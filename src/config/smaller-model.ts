/** A smaller network of the same kind with as many parameters as wanted: what sharing and pruning have to beat. */
import { parametersOf } from '../core/network';
import { presetTakes } from '../core/presets';
import type { PresetName } from '../core/presets';
import { networkOf } from './model-network';
import type { Task } from './model-network';
import type { Config } from './types';

type Model = Config['model'];

export interface SmallerModel {
  model: { preset: PresetName; width?: number; depth?: number };
  parameters: number;
  /** By how much it misses: parameters / wanted - 1. */
  off: number;
}

/** As near as it has to be. */
const tolerance = 0.01;

/** Depths, or widths, that are tried beside the one that was to stay: nearest first. */
const mostTried = 48;

type Sizes = Readonly<Record<'width' | 'depth', number | undefined>>;

/** As published, where the config does not say; MLP-7 by the preset that has sizes. */
function sized({ preset, width, depth }: Model): { preset: PresetName; sizes: Sizes } | undefined {
  if (preset === undefined) return undefined;
  if (preset === 'mlp-7') return { preset: 'mlp', sizes: { width: 100, depth: 7 } };
  const own = (key: 'width' | 'depth', written: number | undefined): number | undefined =>
    presetTakes(preset, key) && (written ?? presetTakes(preset, key)?.default);
  return { preset, sizes: { width: own('width', width), depth: own('depth', depth) } };
}

/** The whole numbers of a range by their distance to one of it, the smaller of two first. */
function* around(from: number, { min, max }: { min: number; max: number }): Generator<number> {
  yield from;
  for (let off = 1; off <= max - min && off <= mostTried / 2; off++) {
    if (from - off >= min) yield from - off;
    if (from + off <= max) yield from + off;
  }
}

/** Evenly from the first to the last. */
function* between(min: number, max: number): Generator<number> {
  const steps = Math.min(max - min, mostTried);
  for (let k = 0; k <= steps; k++) yield min + Math.round((k * (max - min)) / Math.max(1, steps));
}

/** The value of a growing function nearest to what is wanted, in a range of whole numbers. */
function nearestIn({ min, max }: { min: number; max: number }, wanted: number, of: (size: number) => number): number {
  let [low, high] = [min, max];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (of(middle) <= wanted) low = middle;
    else high = middle;
  }
  return Math.abs(of(low) - wanted) <= Math.abs(of(high) - wanted) ? low : high;
}

/** A network of the preset with other sizes, and how it misses. */
type Sizing = (size: { width?: number; depth?: number }) => SmallerModel;

const within = ({ off }: SmallerModel): boolean => Math.abs(off) <= tolerance;

const nearer = (a: SmallerModel, b: SmallerModel): SmallerModel => (Math.abs(b.off) < Math.abs(a.off) ? b : a);

/** The first that misses by no more than it may, else the nearest. */
function firstWithin(models: Iterable<SmallerModel>): SmallerModel {
  let nearest: SmallerModel | undefined;
  for (const model of models) {
    if (within(model)) return model;
    nearest = nearest ? nearer(nearest, model) : model;
  }
  return nearest!;
}

/** Of those that miss by no more than they may the widest, else the nearest. */
function widest(models: readonly SmallerModel[]): SmallerModel {
  const fitting = models.filter(within);
  if (fitting.length === 0) return models.reduce(nearer);
  return fitting.reduce((a, b) => ((b.model.width ?? 0) > (a.model.width ?? 0) ? b : a));
}

/**
 * The smaller network with so many parameters. `thinner`: by its width, at its depth; where that misses by more than 1 %, at the next depth
 * that does not. `shallower`: by its depth, at its width; where that misses, the widest that is no deeper and does not. The nearest
 * where none is within 1 %. Nothing for layers of one's own, and where the preset has no such size.
 */
export function smallerModel(
  { model }: Pick<Config, 'model'>,
  task: Task,
  wanted: number,
  how: 'thinner' | 'shallower',
): SmallerModel | undefined {
  const found = sized(model);
  const width = found?.sizes.width;
  const depth = found?.sizes.depth;
  if (!found || width === undefined || (how === 'shallower' && depth === undefined)) return undefined;
  const { preset } = found;
  const widths = { min: 1, max: width };
  const depths = presetTakes(preset, 'depth');
  const make: Sizing = (size) => {
    const parameters = parametersOf(networkOf({ model: { ...model, ...size, preset } }, task).network);
    return { model: { preset, ...size }, parameters, off: parameters / wanted - 1 };
  };
  const at = (held: number | undefined): SmallerModel => {
    const kept = held === undefined ? {} : { depth: held };
    const chosen = nearestIn(widths, wanted, (size) => make({ width: size, ...kept }).parameters);
    return make({ width: chosen, ...kept });
  };
  if (depth === undefined || !depths) return at(undefined);
  if (how === 'thinner')
    return firstWithin(
      (function* () {
        for (const held of around(depth, depths)) yield at(held);
      })(),
    );
  const range = { min: depths.min, max: depth };
  const chosen = nearestIn(range, wanted, (size) => make({ width, depth: size }).parameters);
  const first = make({ width, depth: chosen });
  return within(first) ? first : widest([first, ...[...between(depths.min, depth)].map(at)]);
}
