/** Widths with which a network of given layers has as many parameters as wanted. */
import { presetSizes, widthsSayAll } from '../core/presets';
import type { PresetName } from '../core/presets';
import type { Config } from './types';

export type Sizes = Pick<Config['model'], 'depth' | 'width' | 'widths' | 'blocks'>;

export interface SizedModel {
  /** Nothing in it that is as published. */
  model: Sizes & { preset: PresetName };
  parameters: number;
  /** By how much it misses: parameters / wanted - 1. */
  off: number;
}

/** Layers and their full widths: what is held while the widths are chosen. */
export interface Frame {
  preset: PresetName;
  /** What the config has to say for so many layers; of a transformer with widths of its own the values of a token too. */
  layers: Pick<Sizes, 'depth' | 'blocks' | 'width'>;
  /** Nothing where the config has widths of its own. */
  width?: number;
  widths: number[];
}

/** As near as it has to be. */
const tolerance = 0.01;

export const within = ({ off }: SizedModel): boolean => Math.abs(off) <= tolerance;

const nearer = (a: SizedModel, b: SizedModel): SizedModel => (Math.abs(b.off) < Math.abs(a.off) ? b : a);

/** Up to so many times as wide as the network is one of fewer layers. */
const widest = 2;

/** Where widths of single stages are combined: of so many stages at most, and so many networks are looked at. */
const [mostStages, mostTried] = [16, 1_500];

/** The value of a growing function nearest to what is wanted, for whole numbers from 1. */
function nearestUpTo(max: number, of: (size: number) => SizedModel): SizedModel {
  let [low, high] = [1, max];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (of(middle).off <= 0) low = middle;
    else high = middle;
  }
  return nearer(of(low), of(high));
}

/** Golden section: parts of 1 that no two stages share, however many they are. */
const phaseOf = (stage: number): number => ((stage + 0.5) * ((Math.sqrt(5) - 1) / 2)) % 1;

/**
 * The widths times a share, each rounded at a place of its own: as the share grows, one stage after the other grows by 1, not all that are
 * equally wide at once.
 */
const scaled = (widths: readonly number[], share: number): number[] =>
  widths.map((width, s) => Math.max(1, Math.floor(share * width + phaseOf(s))));

/** How far widths are from others in proportion. */
const distance = (widths: readonly number[], from: readonly number[]): number =>
  widths.reduce((sum, width, s) => sum + Math.log(width / from[s]) ** 2, 0);

/** One stage narrower or wider by 1. */
function* stepsFrom(widths: readonly number[]): Generator<number[]> {
  for (const [s, width] of widths.entries()) {
    yield widths.with(s, width + 1);
    if (width > 1) yield widths.with(s, width - 1);
  }
}

/** The networks of a frame. `parametersAt`: counts those of one. */
export class Widths {
  constructor(
    private readonly frame: Frame,
    private readonly parametersAt: (model: SizedModel['model']) => number,
    private readonly wanted: number,
  ) {}

  private of(sizes: Pick<Sizes, 'width' | 'widths'>): SizedModel {
    const { preset, layers } = this.frame;
    // As many layers as widths are there without being said.
    const said = sizes.widths && layers.depth !== undefined && widthsSayAll(preset) ? {} : layers;
    const model = { preset, ...said, ...sizes };
    const parameters = this.parametersAt(model);
    return { model, parameters, off: parameters / this.wanted - 1 };
  }

  /** What `width` says beside `widths`: nothing where those say all. */
  private beside(width: number | undefined): Pick<Sizes, 'width'> {
    return width === undefined || widthsSayAll(this.frame.preset) ? {} : { width };
  }

  /** As wide as the network that is to be made smaller. */
  full(): SizedModel {
    const { width, widths } = this.frame;
    return this.of(width === undefined ? { widths } : { width });
  }

  /** One value or channel wide. */
  least(): number {
    const { widths, width } = this.frame;
    return this.of({ ...this.beside(width === undefined ? undefined : 1), widths: widths.map(() => 1) }).parameters;
  }

  /**
   * One width for all where that fits; else all in proportion, each rounded for itself; else the widths nearest to those proportions that
   * fit; else the stage that weighs most near its proportion and the others as wide as that takes. What misses least where nothing fits.
   */
  nearest(): SizedModel {
    const { preset, layers, width } = this.frame;
    const uniform = width === undefined ? undefined : nearestUpTo(widest * width, (own) => this.of({ width: own }));
    if (uniform && within(uniform)) return uniform;
    // Of transformers the values of a token are chosen first, then those of the MLPs.
    const own = this.beside(uniform?.model.width);
    const full = own.width === undefined ? this.frame.widths : presetSizes(preset, { ...layers, ...own }).widths;
    const { found: first, share } = this.inProportion((at) => this.of({ ...own, widths: scaled(full, at) }), widest);
    let best = uniform ? nearer(first, uniform) : first;
    if (within(best)) return best;
    const proportional = full.map((one) => Math.max(1, share * one));
    if (full.length <= mostStages) best = nearer(best, this.around(first, proportional, own));
    return within(best) ? best : nearer(best, this.aroundHeaviest(full, proportional, own));
  }

  /** Bisects a share with which networks grow. */
  private inProportion(at: (share: number) => SizedModel, most: number): { found: SizedModel; share: number } {
    let [low, high] = [0, most];
    for (let halved = 0; halved < 40; halved++) {
      const middle = (low + high) / 2;
      if (at(middle).off <= 0) low = middle;
      else high = middle;
    }
    return { found: nearer(at(low), at(high)), share: low };
  }

  /** The first that fits, by distance from the proportions. */
  private around(first: SizedModel, proportional: readonly number[], own: Pick<Sizes, 'width'>): SizedModel {
    const open = [{ widths: first.model.widths ?? [], far: 0 }];
    const seen = new Set<string>();
    let best = first;
    for (let tried = 0; tried < mostTried && open.length > 0 && !within(best); tried++) {
      const next = open.reduce((least, { far }, k) => (far < open[least].far ? k : least), 0);
      const [{ widths }] = open.splice(next, 1);
      best = nearer(best, this.of({ ...own, widths }));
      for (const other of stepsFrom(widths)) {
        const key = other.join();
        if (seen.has(key)) continue;
        seen.add(key);
        open.push({ widths: other, far: distance(other, proportional) });
      }
    }
    return best;
  }

  /** As of an MLP whose first layer takes nearly all: no step of it is small enough, and the others are too small to weigh. */
  private aroundHeaviest(
    full: readonly number[],
    proportional: readonly number[],
    own: Pick<Sizes, 'width'>,
  ): SizedModel {
    const base = proportional.map(Math.round);
    const weights = base.map((width, s) => this.of({ ...own, widths: base.with(s, width + 1) }).parameters);
    const heaviest = weights.indexOf(Math.max(...weights));
    const found = [-2, -1, 0, 1, 2].map((off) => {
      const held = Math.max(1, base[heaviest] + off);
      return this.inProportion((at) => this.of({ ...own, widths: scaled(full, at).with(heaviest, held) }), 1).found;
    });
    const far = ({ model }: SizedModel): number => distance(model.widths ?? [], proportional);
    const fitting = found.filter(within);
    return fitting.length > 0 ? fitting.reduce((a, b) => (far(b) < far(a) ? b : a)) : found.reduce(nearer);
  }
}
