/** A smaller network of the same preset with as many parameters as wanted: what sharing and pruning have to beat. */
import { parametersOf } from '../core/network';
import { presetSizes, presetTakes, presetTakesEach, widthsSayAll } from '../core/presets';
import type { PresetName } from '../core/presets';
import { Widths } from './fit-widths';
import type { Frame, SizedModel } from './fit-widths';
import { within } from './proportions';
import { networkOf } from './model-network';
import type { Task } from './model-network';
import type { Config } from './types';

/** Why there is none. */
export type NoSmallerModel =
  | { why: 'own-layers' | 'no-fewer-layers' }
  /** `least`: the parameters of the narrowest; `nearest`: those of the network that misses least. */
  | { why: 'too-small' | 'none-near'; least: number; nearest: number };

/** Where no width fits as few layers as there can be, so many more are tried. */
const moreLayers = 6;

/**
 * Fewer and fewer blocks, one at a time from the stage that has most of its own left, the last of several, down to one
 * in each.
 */
function* fewerBlocks(blocks: readonly number[]): Generator<number[]> {
  for (let left = [...blocks]; left.some((count) => count > 1);) {
    const share = (s: number): number => (left[s] > 1 ? left[s] / blocks[s] : 0);
    const most = left.reduce((found, _, s) => (share(s) >= share(found) ? s : found), 0);
    left = left.with(most, left[most] - 1);
    yield left;
  }
}

/** A network without a hidden layer has no width to choose. */
const leastDepth = (preset: PresetName, min: number): number => (preset === 'mlp' ? 2 : min);

/** The frame of the config, and after it those with fewer and fewer layers. */
function framesOf(model: Config['model'] & { preset: PresetName }): [Frame, ...Frame[]] {
  const { preset, widths: own } = model;
  const { depth, width, blocks } = presetSizes(preset, model);
  const beside = own && !widthsSayAll(preset) ? { width } : {};
  const frame = (layers: Frame['layers']): Frame => ({
    preset,
    layers: { ...layers, ...beside },
    ...(own ? {} : { width }),
    widths: (own ?? presetSizes(preset, { ...layers, width }).widths).slice(
      0,
      presetSizes(preset, layers).widths.length,
    ),
  });
  const range = presetTakes(preset, 'depth');
  if (range) {
    const fewer = Math.max(0, depth - leastDepth(preset, range.min));
    return [frame({ depth }), ...Array.from({ length: fewer }, (_, less) => frame({ depth: depth - 1 - less }))];
  }
  const fewer = [...fewerBlocks(blocks)].map((left) => frame({ blocks: left }));
  return [frame(model.blocks ? { blocks: model.blocks } : {}), ...fewer];
}

/** By the preset that has sizes, MLP-7 too. */
const sized = ({ preset, ...rest }: Config['model']): Config['model'] =>
  preset === 'mlp-7' ? { ...rest, preset: 'mlp', depth: 7, width: 100 } : { preset, ...rest };

/**
 * The smaller network with so many parameters, to 1 %. `thinner`: by its widths, with the layers it has. `shallower`:
 * as few layers as have so many parameters at full width, then by their widths; where the fewest have more, those, or a
 * few more where no widths fit.
 */
export function smallerModel(
  config: Pick<Config, 'model'>,
  task: Task,
  wanted: number,
  how: 'thinner' | 'shallower',
): SizedModel | NoSmallerModel {
  const model = sized(config.model);
  const { preset } = model;
  if (preset === undefined || !presetTakesEach(preset, 'widths')) return { why: 'own-layers' };
  const parametersAt = (sizes: SizedModel['model']): number => parametersOf(networkOf({ model: sizes }, task).network);
  const widthsOf = (frame: Frame): Widths => new Widths(frame, parametersAt, wanted);
  const [whole, ...fewer] = framesOf({ ...model, preset });
  const frames = how === 'thinner' ? [whole] : fewer;
  if (frames.length === 0) return { why: 'no-fewer-layers' };
  const least = widthsOf(frames[frames.length - 1]).least();
  let nearest: SizedModel | undefined;
  const first = fewest(frames, (frame) => widthsOf(frame).full().off >= 0);
  for (let f = first; f >= Math.max(0, first - moreLayers); f--) {
    const found = widthsOf(frames[f]).nearest();
    if (within(found)) return found;
    if (!nearest || Math.abs(found.off) < Math.abs(nearest.off)) nearest = found;
  }
  return { why: least > wanted ? 'too-small' : 'none-near', least, nearest: nearest?.parameters ?? least };
}

/** Which frame is the last that is still large enough, else the first: each is smaller than the one before it. */
function fewest(frames: readonly Frame[], enough: (frame: Frame) => boolean): number {
  let [low, high] = [0, frames.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(frames[middle])) low = middle;
    else high = middle;
  }
  return low;
}
