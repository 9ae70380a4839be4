/** Widths with which a network of given layers has as many parameters as wanted. */
import { presetSizes, widthsSayAll } from '../core/presets';
import type { PresetName } from '../core/presets';
import { inProportion, nearer, nearestUpTo, widest, within } from './proportions';
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
  /**
   * What the config has to say for so many layers; of a transformer with widths of its own the values of a token too.
   */
  layers: Pick<Sizes, 'depth' | 'blocks' | 'width'>;
  /** Nothing where the config has widths of its own. */
  width?: number;
  widths: number[];
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
   * One width for all where that fits; else all in proportion, each rounded for itself; else the widths nearest to
   * those proportions that fit; else the stage that weighs most near its proportion and the others as wide as that
   * takes. What misses least where nothing fits.
   */
  nearest(): SizedModel {
    const { preset, layers, width } = this.frame;
    const uniform = width === undefined ? undefined : nearestUpTo(widest * width, (own) => this.of({ width: own }));
    if (uniform && within(uniform)) return uniform;
    // Of transformers the values of a token are chosen first, then those of the MLPs.
    const own = this.beside(uniform?.model.width);
    const full = own.width === undefined ? this.frame.widths : presetSizes(preset, { ...layers, ...own }).widths;
    const found = inProportion(full, (widths) => this.of({ ...own, widths: [...widths] }), widest);
    return uniform && !within(found) ? nearer(found, uniform) : found;
  }
}
