/** The sentences about the layers of a network: what does not fit, with what would. */
import type { Taken } from '../core/flow';
import { change, count, finding, shown, size, warning } from './finding';
import type { Finding } from './finding';

/** A layer with its size in words: `fc1 (100 x 784)`, `conv1 (16 x 3 x 3 x 3)`. */
interface Sized {
  name: string;
  shape: readonly number[];
}

const sized = ({ name, shape }: Sized): string => `${name} (${shape.map(count).join(' x ')})`;

/** `before`: what comes in, as a clause. */
export const shapeMismatch = (layer: Sized & { in: number }, before: string, wanted: number): Finding =>
  finding(
    'shape-mismatch',
    `${sized(layer)} takes ${count(layer.in)} ${layer.shape.length > 2 ? 'channels' : 'values'}, but ${before}; use in: ${wanted}.`,
    change(String(wanted)),
  );

export const classesMismatch = (layer: Sized & { out: number }, classes: number, source: string): Finding =>
  finding(
    'shape-mismatch',
    `${sized(layer)} is the last layer and gives ${count(layer.out)} values, but ${source} has ${classes} classes; use out: ${classes}.`,
    change(String(classes)),
  );

export const lastNotLinear = (layer: Sized, classes: number): Finding =>
  finding(
    'last-not-linear',
    `${sized(layer)} is the last layer and gives pictures, not ${classes} classes; add a linear layer with out: ${classes} after it.`,
  );

export const convAfterLinear = (layer: Sized, before: string): Finding =>
  finding(
    'conv-after-linear',
    `${sized(layer)} is a convolution and takes pictures, but ${before} before it is linear; put the convolutions first.`,
  );

/** `possible`: the nearest number that divides both. */
export const groupsDoNotDivide = (
  layer: { name: string; in: number; out: number; groups: number },
  possible: number,
): Finding =>
  finding(
    'groups-do-not-divide',
    `${layer.name}: groups: ${layer.groups} does not divide both in: ${layer.in} and out: ${layer.out}; the nearest that does is ${possible}.`,
    change(String(possible)),
  );

/** `possible`: the nearest number that divides the outputs. */
export const stackDoesNotDivide = (layer: { name: string; out: number }, stack: number, possible: number): Finding =>
  finding(
    'stack-does-not-divide',
    `${layer.name}: stack: ${stack} does not divide out: ${layer.out}; the nearest that does is ${possible}.`,
    change(String(possible)),
  );

export const kernelTooLarge = (layer: Sized, before: string, picture: readonly number[]): Finding =>
  finding(
    'kernel-too-large',
    `${sized(layer)} has a kernel larger than the ${picture.join(' x ')} picture that ${before} gives; use a smaller kernel, or smaller strides before it.`,
  );

/** How what a layer takes can be had. */
const wayTo: Record<Taken, string> = {
  values: 'An embedding is the first layer, of npy inputs of shape (n, numbers).',
  picture: 'Put it where there still is one.',
  tokens: 'Put `reshape: tokens` before it, after a convolution.',
  'values or tokens': 'Put `reshape: flatten` or `reshape: tokens` before it, or use batchNorm.',
  'picture or tokens': 'Remove it, or put it where there still are.',
};

/** `before`: what comes in, as a clause. */
export const wrongInput = (layer: string, takes: Taken, before: string): Finding =>
  finding('wrong-input', `${layer} takes ${takes.replace('picture', 'a picture')}, but ${before}. ${wayTo[takes]}`);

export const embeddingNotFirst = (layer: string): Finding =>
  finding(
    'embedding-not-first',
    `${layer} is an embedding, which looks up the numbers of the data, and can only be the first layer; move it to the front, or use a linear layer.`,
  );

/** Of data whose values are no whole numbers, or may be none. */
export const embeddingNeedsWholeNumbers = (layer: string, source: string): Finding =>
  finding(
    'embedding-needs-whole-numbers',
    `${layer} is an embedding and looks up whole numbers, but the values of ${source} are not whole numbers; save the inputs as integers (.astype('<i4')).`,
  );

/** Of a layer that gives as much as it takes; `word`: its key. */
export const sizeMismatch = (layer: string, word: string, said: number, before: string, wanted: number): Finding =>
  finding(
    'shape-mismatch',
    `${layer} has ${word}: ${said}, but ${before}; use ${word}: ${wanted}.`,
    change(String(wanted)),
  );

/** `possible`: the nearest number that divides. */
export const headsDoNotDivide = (layer: string, heads: number, size: number, possible: number): Finding =>
  finding(
    'heads-do-not-divide',
    `${layer}: heads: ${heads} does not divide size: ${size}; the nearest that does is ${possible}.`,
    change(String(possible)),
  );

export const windowTooLarge = (before: string, picture: readonly number[]): Finding =>
  finding(
    'kernel-too-large',
    `The pool has a window larger than the ${picture.join(' x ')} picture that ${before} gives; use a smaller size, or fewer strides before it.`,
  );

/** Each side: what it gives, and the layer that gives it. */
export const sidesDiffer = (branch: readonly [string, string], shortcut: readonly [string, string]): Finding =>
  finding(
    'sides-differ',
    `The residual adds ${branch[0]} that ${branch[1]} gives in its branch and ${shortcut[0]} that ${shortcut[1]} gives in its shortcut, which are of different shapes; ` +
      'give the shortcut a convolution with kernel: 1, the channels and the stride of the branch.',
  );

/** `unfinished`: no values yet. */
export const endsWithout = (gives: string, classes: number, unfinished: boolean): Finding =>
  finding(
    'last-not-linear',
    `The network ends with ${gives}, not ${classes} classes; add ${unfinished ? '`reshape: mean` and ' : ''}a linear layer with out: ${classes}.`,
  );

/** `picture`: `3 x 8 x 8`. */
export const presetDoesNotFit = (picture: string): Finding =>
  finding(
    'preset-does-not-fit',
    `This preset does not fit pictures of ${picture}: they are too small for its last layers. Use larger ones or another preset.`,
  );

export const presetNeedsPicture = (preset: string, values: number, source: string): Finding =>
  finding(
    'preset-needs-picture',
    `${preset} takes pictures, but the examples of ${source} are ${count(values)} values each. Use mlp, or inputs of shape (n, channels, height, width).`,
    change('mlp'),
  );

/** `more`: other layers like it. */
export const kernelsSeeOnePlace = (layer: string, more: number, picture: readonly number[]): Finding =>
  warning(
    'one-place',
    `Pictures of ${picture.join(' x ')} have shrunk to 1 x 1 where they come to ${layer}${more === 0 ? '' : ` and ${count(more)} more`}: ` +
      'all but one tap of each kernel see nothing but padding. Use larger pictures, or smaller strides before it.',
  );

export const depthNotPossible = (preset: string, depth: number, least: number, most: number): Finding =>
  finding('depth-not-possible', `model.depth is ${depth}; ${preset} takes ${least} to ${count(most)}.`);

/** `depth`: where the config says it, as many layers as it has. */
export const wrongCountOfEach = (
  preset: string,
  key: 'widths' | 'blocks',
  given: number,
  has: number,
  depth: number | undefined,
): Finding =>
  finding(
    `wrong-count-of-${key}`,
    `model.${key} has ${given} ${given === 1 ? 'number' : 'numbers'}; ${preset}${depth === undefined ? '' : ` with depth ${count(depth)}`} has ${count(has)}. ` +
      (depth === undefined ? `Write ${count(has)}.` : 'Write as many, or leave model.depth out.'),
  );

export const tooFewWidths = (preset: string, given: number, least: number, most: number): Finding =>
  finding('wrong-count-of-widths', `model.widths has ${given} numbers; ${preset} takes ${least} to ${count(most)}.`);

export const nothingToMask = (): Finding =>
  finding(
    'nothing-to-mask',
    'Every layer is `dense: true`, so there is nothing to make sparse. Leave it out of one at least.',
  );

export const nothingToShare = (): Finding =>
  finding(
    'nothing-to-share',
    'Every layer is `dense: true`, so there is nothing to share. Leave it out of one at least.',
  );

/** `known`: what came before. */
export const againOfNone = (name: string, known: readonly string[], meant: string | undefined): Finding => {
  const before = known.length === 0 ? 'There is none before it.' : `Before it: ${known.join(', ')}.`;
  return finding(
    'again-of-none',
    meant === undefined
      ? `\`again: ${shown(name)}\` is no linear layer or convolution that came before. ${before}`
      : `\`again: ${shown(name)}\` is no linear layer or convolution that came before, did you mean \`${meant}\`?`,
    meant === undefined ? undefined : change(meant),
  );
};

/** `takes`: what the layer says where it stands first. */
export const againDoesNotFit = (name: string, takes: string, comes: string, giver: string): Finding =>
  finding(
    'again-does-not-fit',
    `${name} takes ${takes}, but where it comes again ${giver} gives ${comes}. A layer that comes again has to fit at both places.`,
  );

export const duplicateLayer = (name: string, free: string): Finding =>
  finding(
    'duplicate-layer',
    `There is a layer ${name} already, above. Each needs a name of its own; ${free} is free.`,
    change(free),
  );

export const noLinearLayer = (): Finding =>
  finding(
    'no-linear-layer',
    '`model.layers` has no linear layer, so there is nothing to train. Add one: `{ name: fc1, linear: { in: 784, out: 10 } }`.',
  );

export const layerTooLarge = (layer: { name: string; rows: number; columns: number }, limit: number): Finding =>
  finding(
    'layer-too-large',
    `${layer.name} (${size(layer)}) has ${count(layer.rows * layer.columns)} weights, more than the ${count(limit)} that one matrix may have. Use a smaller layer.`,
  );

export const tooManyLayers = (layers: number, most: number): Finding =>
  finding(
    'too-many-layers',
    `The network has ${count(layers)} layers with weights, more than the ${count(most)} that a run records. Use fewer.`,
  );

export const networkTooLarge = (weights: number, limit: number): Finding =>
  finding(
    'network-too-large',
    `The layers have ${count(weights)} weights together, more than the ${count(limit)} that are handled. Use fewer or smaller layers.`,
  );
