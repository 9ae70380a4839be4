/** Every sentence about `sharing`: one part of errors.ts. */
import { figureText, plural } from '../core/figure';
import { change, count, finding, shown, warning } from './finding';
import type { Finding } from './finding';

const parameters = (value: number): string => `${count(value)} ${plural(value, 'parameter')}`;

export const sharingAndSparsity = (): Finding =>
  finding(
    'sharing-and-sparsity',
    'A network is sparse (`sparsity`) or shares its weights (`sharing`), not both. Remove one of the two sections.',
  );

export const denseLayerToShare = (pattern: string): Finding =>
  finding(
    'dense-layer',
    `\`${shown(pattern)}\` is a dense layer, which is not shared. Remove it here; a layer of your own can be shared without \`dense: true\`.`,
  );

/** `largest`: of the layers that the names fit. */
export const nothingShared = (minSize: number, largest: { name: string; weights: number }): Finding =>
  finding(
    'nothing-shared',
    `sharing.include.minSize is ${minSize}, but the largest layer that sharing.include.names fits, ${largest.name}, has ${count(largest.weights)} ${plural(largest.weights, 'weight')}: ` +
      `nothing would be shared. Use at most ${count(largest.weights)}.`,
    change(String(largest.weights)),
  );

/** `message` is the core's, which knows the memory. */
export const impossibleSharing = (message: string): Finding => finding('impossible-sharing', message);

/** `name`: of the core's code; `nearest`: a compression that would do. */
export const compressionImpossible = (name: string, message: string, nearest: number): Finding =>
  finding(name, message, change(String(nearest)));

// What does not go together.

export const initStdOfStable = (): Finding =>
  finding(
    'init-std-of-stable-rps',
    '`stable-rps` has no init-std: its steps do not depend on how the memory is drawn. Remove sharing.initStd, or use method: roast.',
  );

export const scalerOfStable = (scaler: string): Finding =>
  finding(
    'scaler-of-stable-rps',
    `\`stable-rps\` is what \`scaler: theory\` makes of sharing, and ${scaler} would undo it. Remove sharing.scaler, or study it with method: roast.`,
  );

export const sharingWithRewind = (): Finding =>
  finding(
    'sharing-and-rewind',
    'train.rewind prunes single weights between its levels, but shared weights cannot be pruned one by one. Use levels: 0, or `sparsity` in place of `sharing`.',
    change('0'),
  );

// What works but is hardly meant.

export const scalerWithAdam = (optimizer: string, scaler: string): Finding =>
  warning(
    'scaler-with-adam',
    `${optimizer} divides each step by the size of the gradient, so \`scaler: ${scaler}\` has no effect. ` +
      'Use scaler: theory, which gives each location a learning rate of its own, or method: stable-rps.',
  );

/** `unused`: share of the memory. */
export const memoryUnused = (mapping: string, unused: number): Finding =>
  warning(
    'memory-unused',
    `\`mapping: ${mapping}\` leaves about ${Number((100 * unused).toPrecision(2))} % of this memory without a weight. Use \`mapping: fold\`, which uses all of it.`,
  );

export interface PredictedSteps {
  /** How many times as far a step moves the weights on average as that of the dense network. */
  times: number;
  learningRate: number;
  /** Where it is 1; of `stable-rps` it always is. */
  neutral: number;
  /** The diagnosis that judges it. */
  rule: 'D3' | 'D11';
}

const three = (value: number): string => figureText(value, 3);

const stepText = (initStd: number, { times, learningRate }: PredictedSteps): string =>
  `With initStd ${initStd} a step moves the weights ${three(times)} times as far as in the dense network, on average: ` +
  `the learning rate ${learningRate} acts like ${three(learningRate * times)}.`;

/** A rule's word, which a measurement may find otherwise. */
const byRule = ({ rule }: PredictedSteps): string => `By the rule of ${rule}, with nothing measured,`;
const measure = '`sparsescope diagnose --test` measures whether it is so.';

/** `ways`: what would help, as it is to be written. */
export const divergencePredicted = (initStd: number, steps: PredictedSteps, ways: readonly string[]): Finding =>
  warning(
    'divergence-predicted',
    `${stepText(initStd, steps)} ${byRule(steps)} training is predicted to diverge. Use ${ways.join(', or ')}. ${measure}`,
  );

export const standstillPredicted = (initStd: number, steps: PredictedSteps, ways: readonly string[]): Finding =>
  warning(
    'standstill-predicted',
    `${stepText(initStd, steps)} ${byRule(steps)} hardly anything is predicted to be learned. Use ${ways.join(', or ')}. ${measure}`,
  );

// Comparison at equal memory.

export const nothingToCompare = (): Finding =>
  finding(
    'nothing-to-compare',
    'A comparison at equal memory needs a config without a mistake that has `sharing`: its memory is what the others get. Add `sharing: {}`, or check the config first.',
  );

/** Why a method has no part in a comparison of `budget` stored parameters. */
export const nothingToSave = (budget: number): string =>
  `The memory leaves ${count(budget)} stored ${plural(budget, 'parameter')}, as many as the whole network has: nothing is to be pruned or made smaller. Use a larger sharing.compression.`;

export const nothingToPrune = (): string =>
  'Every layer is `dense: true`, so there is nothing to prune. Leave it out of one at least.';

/** `kept`: parameters that are not pruned, of a shared embedding too; `compression`: with which the budget is more. */
export const moreThanPruned = (p: { budget: number; kept: number; compression: number }): string =>
  `Pruning keeps biases, norms, embeddings and dense layers, ${parameters(p.kept)}, more than the budget of ${count(p.budget)}. ` +
  `Leave the embedding out of sharing.include.names${p.compression > 1 ? `, or use a sharing.compression of at most ${p.compression}` : ''}.`;

export const ownLayersStay = (): string =>
  'Of layers of your own (model.layers) it is not known which may be left out. Use a preset, or add a network of fewer layers to sweep.variants yourself.';

export const ownLayersHaveNoWidth = (): string =>
  'Layers of your own (model.layers) that have no size but those of the inputs and the classes cannot be narrower. Add a smaller network to sweep.variants yourself.';

const ownHeld = 'with inputs, classes, groups and heads as they are';

/** `least`: parameters of the narrowest. */
export const noneSoNarrow = (p: { budget: number; least: number; compression: number }): string =>
  `Layers of your own (model.layers) cannot be as small as ${parameters(p.budget)}: ${ownHeld} the narrowest have ${count(p.least)}, the smallest budget that can be met (sharing.compression of at most ${p.compression}).`;

export const noOwnNear = (p: { budget: number; nearest: number }): string =>
  `No widths of your own layers (model.layers) come within 1 % of ${parameters(p.budget)}, ${ownHeld}; the nearest have ${count(p.nearest)}.`;

export const noFewerLayers = (preset: string): string => `${preset} with so few layers has none to leave out.`;

/** `least`: parameters of the narrowest. */
export const noneThatSmall = (preset: string, p: { budget: number; least: number; compression: number }): string =>
  `No ${preset} is as small as ${parameters(p.budget)}: one value or channel wide it has ${count(p.least)}, the smallest budget that can be met (sharing.compression of at most ${p.compression}).`;

export const noneThatNear = (preset: string, p: { budget: number; nearest: number }): string =>
  `No widths of ${preset} come within 1 % of ${parameters(p.budget)}; the nearest have ${count(p.nearest)}.`;

/** Why a comparison cannot say what a method would come to. */
export const unknownData = (): string => 'What the data holds is not known here.';
