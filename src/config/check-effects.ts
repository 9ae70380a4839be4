/** Keys that were written and do nothing, as other keys are. */
import * as errors from './errors';
import type { PathFinding } from './finding';
import { presetTakes, presetTakesEach, widthsSayAll } from '../core/presets';
import { guideOf, isRotated, isScored, scalesByFan, startsDense } from './methods';
import { hasConvolutions } from './model-network';
import type { Reading } from './parse';
import { hasInitStd } from './sharing';
import type { Config } from './types';

interface Idle {
  path: string;
  /** Whether it has no effect. */
  idle: boolean;
  reason: string;
}

function modelKeys({ model }: Config): Idle[] {
  const { preset, widths } = model;
  const byBlocks = preset !== undefined && presetTakesEach(preset, 'blocks');
  const sizes = (['depth', 'width'] as const).map((key) => ({
    path: `model.${key}`,
    idle: preset === undefined || !presetTakes(preset, key),
    reason: preset === undefined ? 'model.layers says how many there are' : errors.oneSize(preset, key, byBlocks),
  }));
  const each = (['widths', 'blocks'] as const).map((key) => ({
    path: `model.${key}`,
    idle: preset === undefined || !presetTakesEach(preset, key),
    reason: preset === undefined ? 'model.layers says how many there are' : errors.noneOfItsOwn(preset, key),
  }));
  return [
    ...sizes,
    ...each,
    {
      path: 'model.width',
      idle: widths !== undefined && preset !== undefined && widthsSayAll(preset),
      reason: 'model.widths says how wide everything is',
    },
    {
      path: 'model.activation',
      idle: model.layers !== undefined,
      reason: 'model.layers has its activations as layers of its own',
    },
  ];
}

/** Keys about exact orthogonal initialisation, and those that a pattern takes the place of. */
function eoiKeys(config: Config): Idle[] {
  const { sparsity } = config;
  const { init, eoi, update } = sparsity;
  const convolutions = hasConvolutions(config);
  const guided = guideOf(sparsity) !== undefined;
  return [
    { path: 'sparsity.eoi', idle: !isRotated(init), reason: `init is ${init}` },
    {
      path: 'sparsity.eoi.convDensity',
      idle: init === 'eis' || !convolutions || guided,
      reason:
        init === 'eis' ? 'init is eis' : guided ? 'eoi.pattern says which weights are kept' : 'there is no convolution',
    },
    {
      path: 'sparsity.eoi.pattern',
      idle: eoi.pattern !== undefined && isRotated(init) && !guided,
      reason: `update.method ${update.method} begins with all weights`,
    },
    ...(['density', 'distribution', 'layers'] as const).map((key) => ({
      path: `sparsity.${key}`,
      idle: guided,
      reason: 'eoi.pattern says how many weights are kept',
    })),
  ];
}

/** Keys about files of the person's own. */
function dataKeys({ data: { source } }: Config): Idle[] {
  const of = (owner: typeof source, keys: readonly string[]): Idle[] =>
    keys.map((key) => ({ path: `data.${key}`, idle: source !== owner, reason: `source is ${source}` }));
  return [...of('npy', ['files', 'layout']), ...of('image-folder', ['channels', 'size', 'onCorrupt'])];
}

function sparsityKeys(config: Config): Idle[] {
  const { sparsity } = config;
  const { init, distribution, base, update, sao } = sparsity;
  const settings = (['ai', 'sao'] as const).map((name) => ({
    path: `sparsity.${name}`,
    idle: init !== name,
    reason: `init is ${init}`,
  }));
  const usesBase = init === 'base' || init === 'ai' || isScored(distribution);
  const degree = init === 'sao' && sao.degree !== undefined;
  return [
    ...settings,
    ...eoiKeys(config),
    { path: 'sparsity.synflow', idle: distribution !== 'synflow', reason: `distribution is ${distribution}` },
    {
      path: 'sparsity.base',
      idle: !usesBase,
      reason: `init is ${init} and distribution ${distribution}, which begin with no dense weights`,
    },
    {
      path: 'sparsity.fan',
      idle: init !== 'base' || !scalesByFan(base),
      reason: init === 'base' ? `base is ${base}` : `init is ${init}`,
    },
    ...(['density', 'distribution', 'layers'] as const).map((key) => ({
      path: `sparsity.${key}`,
      idle: degree,
      reason: 'sao.degree says how many weights are kept',
    })),
    ...(['distribution', 'layers'] as const).map((key) => ({
      path: `sparsity.${key}`,
      idle: startsDense(update),
      reason: `update.method ${update.method} begins with all weights and prunes the whole network`,
    })),
    ...updateKeys(update.method),
  ];
}

function updateKeys(method: Config['sparsity']['update']['method']): Idle[] {
  const used: Record<typeof method, readonly string[]> = {
    static: [],
    set: ['every', 'dropFraction', 'schedule', 'until'],
    rigl: ['every', 'dropFraction', 'schedule', 'until'],
    'gradual-magnitude': ['every', 'until'],
    'one-shot': ['until'],
  };
  return used.set
    .filter((key) => !used[method].includes(key))
    .map((key) => ({ path: `sparsity.update.${key}`, idle: true, reason: `update.method is ${method}` }));
}

/** Keys about shared weights. */
function sharingKeys({ sharing }: Config): Idle[] {
  if (!sharing) return [{ path: 'probes.divergence', idle: true, reason: 'no weights are shared' }];
  const { mapping, method } = sharing;
  return [
    ...['tile', 'aligned'].map((key) => ({
      path: `sharing.${key}`,
      idle: mapping !== 'roast',
      reason: `mapping is ${mapping}`,
    })),
    { path: 'sharing.chunk', idle: mapping !== 'robe', reason: `mapping is ${mapping}` },
    {
      path: 'sharing.compat',
      idle: !hasInitStd(sharing),
      reason: `method is ${method}, which has no init-std`,
    },
  ];
}

function trainKeys({ train: { optimizer, schedule, rewind } }: Config): Idle[] {
  return [
    ...['momentum', 'nesterov'].map((key) => ({
      path: `train.optimizer.${key}`,
      idle: optimizer.name !== 'sgd',
      reason: `the optimizer is ${optimizer.name}`,
    })),
    {
      path: 'train.optimizer.decayAll',
      idle: optimizer.decayAll && optimizer.weightDecay === 0,
      reason: 'weightDecay is 0',
    },
    {
      path: 'train.schedule.warmup',
      idle: schedule.name !== 'warmup-cosine' || schedule.warmupSteps > 0,
      reason: schedule.warmupSteps > 0 ? 'warmupSteps says how long' : `the schedule is ${schedule.name}`,
    },
    ...['at', 'factor'].map((key) => ({
      path: `train.schedule.${key}`,
      idle: schedule.name !== 'step',
      reason: `the schedule is ${schedule.name}`,
    })),
    ...['step', 'fraction'].map((key) => ({
      path: `train.rewind.${key}`,
      idle: rewind.levels === 0,
      reason: 'rewind.levels is 0',
    })),
  ];
}

export const checkEffects = (config: Config, reading: Reading): PathFinding[] =>
  [dataKeys, modelKeys, sparsityKeys, sharingKeys, trainKeys]
    .flatMap((keysOf) => keysOf(config))
    .filter(({ path, idle }) => idle && reading.place(path).exact)
    .map(({ path, reason }) => ({ ...errors.noEffect(path, reason), path }));
