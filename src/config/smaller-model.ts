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

/**
 * The smaller network that is nearest to so many parameters, its `free` size chosen and the other as it is; where that misses by more than
 * 1 %, the other too, as little as will do. Nothing for layers of one's own, and where the preset has no such size.
 */
export function smallerModel(
  { model }: Pick<Config, 'model'>,
  task: Task,
  wanted: number,
  free: 'width' | 'depth',
): SmallerModel | undefined {
  const found = sized(model);
  const range = found && presetTakes(found.preset, free);
  const now = found?.sizes[free];
  if (!found || !range || now === undefined) return undefined;
  const { preset, sizes } = found;
  const other = free === 'width' ? 'depth' : 'width';
  const count = (chosen: number, held: number | undefined): number => {
    const own = { [free]: chosen, ...(held !== undefined && { [other]: held }) };
    return parametersOf(networkOf({ model: { ...model, ...own, preset } }, task).network);
  };
  const best = (held: number | undefined): SmallerModel => {
    const chosen = nearestIn({ min: range.min, max: now }, wanted, (size) => count(size, held));
    const parameters = count(chosen, held);
    const own = { [free]: chosen, ...(held !== undefined && { [other]: held }) };
    return { model: { preset, ...own }, parameters, off: parameters / wanted - 1 };
  };
  const first = best(sizes[other]);
  const others = presetTakes(preset, other);
  if (Math.abs(first.off) <= tolerance || !others || sizes[other] === undefined) return first;
  let nearest = first;
  for (const held of around(sizes[other], others)) {
    const tried = best(held);
    if (Math.abs(tried.off) < Math.abs(nearest.off)) nearest = tried;
    if (Math.abs(nearest.off) <= tolerance) break;
  }
  return nearest;
}
