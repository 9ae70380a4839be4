/** Networks by their names in a config. */
import type { Activation, Layer } from '../network';
import { cnn } from './cnn';
import { deitBlocks } from './deit';
import { efficientnetB0, efficientnetBlocks, efficientnetWidths } from './efficientnet';
import { mlp } from './mlp';
import type { Staged, Task } from './parts';
import { resnet, resnetWidths } from './resnet';
import { vgg11, vgg11Blocks, vgg16Blocks, vgg16c, vgg16Widths, vggWidths } from './vgg';

/** What a config may say about a preset beside its name. */
export interface PresetOptions {
  activation?: Activation;
  depth?: number;
  width?: number;
  /** Of each stage, or of each layer where there are none. */
  widths?: readonly number[];
  /** Of each stage. */
  blocks?: readonly number[];
}

/** Which sizes a preset has; what it has not is 0, or empty. */
export type PresetSizes = Required<Omit<PresetOptions, 'activation'>>;

interface Range {
  default: number;
  min: number;
  max: number;
}

interface Preset {
  layers(task: Task, options: PresetSizes & { fn: Activation }): Layer[];
  /** The activation of the paper. */
  activation: Activation;
  /** Only presets that have them can be given others. */
  depth?: Range;
  width?: Range;
  /** Widths as published, in proportion to the width that can be said. */
  widths?(width: number, depth: number): number[];
  /** How many more than its widths the depth is, where that is how many there are. */
  beyond?: number;
  /** Whether `width` still says something where `widths` are said. */
  both?: boolean;
  /** As published. */
  blocks?: readonly number[];
}

const widths = { min: 1, max: 65_536 };

const staged = (
  name: (task: Task, stages: Staged) => Layer[],
  { width, ...sizes }: { width: number; widths: (width: number) => number[]; blocks: readonly number[] },
): Pick<Preset, 'layers' | 'width' | 'widths' | 'blocks'> => ({
  width: { default: width, ...widths },
  ...sizes,
  layers: name,
});

const resnetOf = (depth: number): Preset => {
  const blocks = (depth - 2) / 6;
  return {
    activation: 'relu',
    ...staged(resnet, { width: 16, widths: resnetWidths, blocks: [blocks, blocks, blocks] }),
  };
};

const evenly = (count: number, width: number): number[] => Array.from({ length: count }, () => width);

/** Layers beside those that repeat, and what the published count of layers of CNNs counts besides. */
const [besideMlp, besideCnn] = [1, 3];

const presets = {
  'mlp-7': {
    activation: 'tanh',
    layers: (task, { fn }) => mlp(task, { widths: evenly(6, 100), fn }),
  },
  mlp: {
    activation: 'tanh',
    depth: { default: 7, min: 1, max: 1_000 },
    width: { default: 100, ...widths },
    widths: (width, depth) => evenly(depth - besideMlp, width),
    beyond: besideMlp,
    layers: mlp,
  },
  cnn: {
    activation: 'tanh',
    depth: { default: 32, min: 6, max: 1_000 },
    width: { default: 128, ...widths },
    widths: (width, depth) => evenly(depth - besideCnn, width),
    beyond: besideCnn,
    layers: cnn,
  },
  'resnet-20': resnetOf(20),
  'resnet-32': resnetOf(32),
  'resnet-56': resnetOf(56),
  'resnet-110': resnetOf(110),
  'vgg-11': { activation: 'relu', ...staged(vgg11, { width: 64, widths: vggWidths, blocks: vgg11Blocks }) },
  'vgg-16-c': { activation: 'relu', ...staged(vgg16c, { width: 64, widths: vgg16Widths, blocks: vgg16Blocks }) },
  'efficientnet-b0': {
    activation: 'silu',
    ...staged(efficientnetB0, { width: 32, widths: efficientnetWidths, blocks: efficientnetBlocks }),
  },
  'deit-blocks': {
    activation: 'gelu',
    depth: { default: 12, min: 1, max: 1_000 },
    width: { default: 192, ...widths },
    widths: (width, depth) => evenly(depth, 4 * width),
    beyond: 0,
    both: true,
    layers: deitBlocks,
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];

/** Whether a preset looks at its input as a picture; of values alone only the others can be made. */
export const needsPicture = (name: PresetName): boolean => name !== 'mlp-7' && name !== 'mlp';

/** The depths or widths that a preset can be given, if it can. */
export const presetTakes = (name: PresetName, key: 'depth' | 'width'): Range | undefined => {
  const preset: Preset = presets[name];
  return preset[key];
};

/** Whether a preset can be given widths, or blocks, of its stages or layers. */
export const presetTakesEach = (name: PresetName, key: 'widths' | 'blocks'): boolean => {
  const preset: Preset = presets[name];
  return preset[key] !== undefined;
};

/** Whether `widths` say all that `width` says. */
export const widthsSayAll = (name: PresetName): boolean => {
  const preset: Preset = presets[name];
  return preset.widths !== undefined && preset.both !== true;
};

/** Whether there are as many widths as `depth` has it, and where that is not said the other way round. */
export const widthsByDepth = (name: PresetName): boolean => {
  const preset: Preset = presets[name];
  return preset.beyond !== undefined;
};

/** All sizes of a preset: what is not said as in the paper, or as what is said has it. */
export function presetSizes(name: PresetName, options: Omit<PresetOptions, 'activation'>): PresetSizes {
  const preset: Preset = presets[name];
  const { beyond } = preset;
  const counted = options.widths && beyond !== undefined ? options.widths.length + beyond : undefined;
  const depth = options.depth ?? counted ?? preset.depth?.default ?? 0;
  const width = options.width ?? preset.width?.default ?? 0;
  return {
    depth,
    width,
    widths: options.widths ?? preset.widths?.(width, depth) ?? [],
    blocks: options.blocks ?? preset.blocks ?? [],
  };
}

/** What is not said is as in the paper. */
export function presetLayers(name: PresetName, task: Task, options: PresetOptions): Layer[] {
  const preset: Preset = presets[name];
  return preset.layers(task, { ...presetSizes(name, options), fn: options.activation ?? preset.activation });
}
