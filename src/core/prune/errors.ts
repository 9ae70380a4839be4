/** The sentences about pruning. */
import { atLeast, SparseError, withOthers } from '../errors';

export const noScores = (): SparseError =>
  new SparseError(
    'prune.no-scores',
    'There is no layer with scores to select weights by. Add a layer that has weights.',
  );

export const duplicateLayer = (name: string): SparseError =>
  new SparseError(
    'prune.duplicate-layer',
    `Two layers are called "${name}", so equal scores have no order. Give each layer a name of its own.`,
  );

export const nonFinite = (name: string, index: number, value: number): SparseError =>
  new SparseError(
    'prune.non-finite',
    `Layer "${name}" has ${value} at flat index ${index}; pruning needs finite numbers. ` +
      'If weights or gradients have diverged, lower the learning rate or the gain, or prune at random.',
    { layer: name, index },
  );

/** `layer`: whose scores they are, where it is one layer's alone. */
export const allEqual = (value: number, weights: number, layer?: string): SparseError =>
  new SparseError(
    'prune.all-equal',
    `All ${weights} scores${layer === undefined ? '' : ` of layer "${layer}"`} are ${value}, so they say nothing about which weights to keep. ` +
      'Check that the gradients reach the layers, or use random scores.',
  );

/** Weights in training that are all alike, which no score by another rule would part: `value` is their |w|. */
export const weightsAllEqual = (value: number, weights: number): SparseError =>
  new SparseError(
    'prune.all-equal',
    `All ${weights} weights that are left have the same magnitude, ${value}, so magnitudes say nothing about which to keep. ` +
      'Check that training moves the weights (learning rate, weight decay), or begin with weights that differ.',
  );

export const countOutOfRange = (count: number, weights: number): SparseError =>
  new SparseError(
    'prune.count-out-of-range',
    `Cannot keep ${count} of ${weights} weights; use a whole number from 0 to ${weights}.`,
  );

/** `layers`: what each needs, in order; those before the first that is left without are told to have theirs. */
export const countBelowLeast = (
  count: number,
  layers: readonly { name: string; least: number }[],
  weights: number,
): SparseError => {
  let needed = 0;
  const short = layers.findIndex(({ least }) => (needed += least) > count);
  const least = layers.reduce((sum, layer) => sum + layer.least, 0);
  const nearest = Number(atLeast(least / weights));
  const { name } = layers[short];
  return new SparseError(
    'prune.count-below-least',
    `Keeping ${count} of ${weights} weights cannot give every layer the least it needs, ${least} together: there are not enough ` +
      `for ${withOthers(`"${name}"`, layers.length - short - 1)}. Use a density of at least ${nearest}.`,
    { layer: name, nearest },
  );
};

export const emptyLayer = (name: string, kept: number, weights: number, needed: number): SparseError => {
  const nearest = needed === weights ? 1 : Number(atLeast(needed / weights));
  return new SparseError(
    'prune.empty-layer',
    `Keeping ${kept} of ${weights} weights leaves none in layer "${name}", so nothing would pass through it. ` +
      `Use a density of at least ${nearest}, a density of its own for that layer, or another pruning method.`,
    { layer: name, nearest },
  );
};

export const sizeMismatch = (name: string, what: string, got: number, expected: number): SparseError =>
  new SparseError(
    'prune.size-mismatch',
    `Layer "${name}": its ${what} number ${got}, ${expected} expected. Give one for each weight.`,
  );

export const chainBroken = (name: string, columns: number, before: string, rows: number): SparseError =>
  new SparseError(
    'prune.chain-broken',
    `Layer "${name}" has ${columns} inputs, which the ${rows} outputs of layer "${before}" do not divide. ` +
      'Give the layers in the order in which the network applies them.',
  );

export const badGroups = (name: string, groups: number): SparseError =>
  new SparseError(
    'prune.bad-groups',
    `Layer "${name}": ${groups} groups do not divide its rows and its inputs. Use a whole number that divides both, for example 1.`,
  );

export const noFlow = (iteration: number, count: number): SparseError =>
  new SparseError(
    'prune.no-flow',
    `SynFlow: before iteration ${iteration}, with ${count} weights kept, no path of weights leads from the inputs to the outputs. ` +
      'Use a higher density or more iterations; if this is iteration 1, a layer is all zeros and needs an initialisation.',
    { iteration },
  );

export const badIterations = (iterations: number): SparseError =>
  new SparseError(
    'prune.bad-iterations',
    `Iterations are a whole number from 1 to 10000; ${iterations} is not. Use 100.`,
  );

export const badSchedule = (reason: string): SparseError =>
  new SparseError(
    'prune.bad-schedule',
    `The pruning schedule is not usable: ${reason}. Steps are whole numbers with begin < end and every >= 1; densities lie in (0, 1], the final not above the initial.`,
  );

export const badShare = (share: number): SparseError =>
  new SparseError('prune.bad-share', `The share pruned per level lies between 0 and 1; ${share} does not. Use 0.2.`);

export const badLevels = (levels: number): SparseError =>
  new SparseError(
    'prune.bad-levels',
    `Pruning levels are a whole number from 0 to 1000; ${levels} is not. Use for example 10.`,
  );

export const levelsEmpty = (level: number, weights: number, largest: number): SparseError =>
  new SparseError(
    'prune.levels-empty',
    `Level ${level} would prune the last of ${weights} weights. Use at most ${largest} levels.`,
    { largest },
  );
