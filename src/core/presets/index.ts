/** Networks by their names in a config. */
import type { Activation, Layer } from '../network';
import { cnn } from './cnn';
import { deitBlocks } from './deit';
import { efficientnetB0 } from './efficientnet';
import { mlp } from './mlp';
import type { Task } from './parts';
import { resnet } from './resnet';
import { vgg11, vgg16c } from './vgg';

/** What a config may say about a preset beside its name. */
export interface PresetOptions {
  activation?: Activation;
  depth?: number;
  width?: number;
}

interface Preset {
  layers(task: Task, options: Required<PresetOptions>): Layer[];
  /** The activation of the paper. */
  activation: Activation;
  /** Only presets that have them can be given others. */
  depth?: { default: number; min: number; max: number };
  width?: { default: number; min: number; max: number };
}

const widths = { min: 1, max: 65_536 };

const resnetOf = (depth: number): Preset => ({
  activation: 'relu',
  width: { default: 16, ...widths },
  layers: (task, { width, activation }) => resnet(task, { depth, width, fn: activation }),
});

const presets = {
  'mlp-7': {
    activation: 'tanh',
    layers: (task, options) => mlp(task, { depth: 7, width: 100, fn: options.activation }),
  },
  mlp: {
    activation: 'tanh',
    depth: { default: 7, min: 1, max: 1_000 },
    width: { default: 100, ...widths },
    layers: (task, { depth, width, activation }) => mlp(task, { depth, width, fn: activation }),
  },
  cnn: {
    activation: 'tanh',
    depth: { default: 32, min: 6, max: 1_000 },
    width: { default: 128, ...widths },
    layers: (task, { depth, width, activation }) => cnn(task, { depth, width, fn: activation }),
  },
  'resnet-20': resnetOf(20),
  'resnet-32': resnetOf(32),
  'resnet-56': resnetOf(56),
  'resnet-110': resnetOf(110),
  'vgg-11': {
    activation: 'relu',
    width: { default: 64, ...widths },
    layers: (task, { width, activation }) => vgg11(task, { width, fn: activation }),
  },
  'vgg-16-c': {
    activation: 'relu',
    width: { default: 64, ...widths },
    layers: (task, { width, activation }) => vgg16c(task, { width, fn: activation }),
  },
  'efficientnet-b0': {
    activation: 'silu',
    width: { default: 32, ...widths },
    layers: (task, { width, activation }) => efficientnetB0(task, { width, fn: activation }),
  },
  'deit-blocks': {
    activation: 'gelu',
    depth: { default: 12, min: 1, max: 1_000 },
    width: { default: 192, ...widths },
    layers: (task, { depth, width, activation }) => deitBlocks(task, { depth, width, fn: activation }),
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];

/** Whether a preset looks at its input as a picture; of values alone only the others can be made. */
export const needsPicture = (name: PresetName): boolean => name !== 'mlp-7' && name !== 'mlp';

/** The depths or widths that a preset can be given, if it can. */
export const presetTakes = (
  name: PresetName,
  key: 'depth' | 'width',
): { default: number; min: number; max: number } | undefined => {
  const preset: Preset = presets[name];
  return preset[key];
};

/** What is not said is as in the paper. */
export function presetLayers(name: PresetName, task: Task, options: PresetOptions): Layer[] {
  const preset: Preset = presets[name];
  return preset.layers(task, {
    activation: options.activation ?? preset.activation,
    depth: options.depth ?? preset.depth?.default ?? 0,
    width: options.width ?? preset.width?.default ?? 0,
  });
}
