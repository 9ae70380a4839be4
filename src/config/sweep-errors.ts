/** Every sentence about the grid of a config: one part of errors.ts. */
import { SparseError } from '../core/errors';
import { change, count, finding, shown } from './finding';
import type { Finding } from './finding';
import type { ConfigFormat } from './format';
import { scalarText } from './write';

export const noAxes = (): Finding =>
  finding(
    'no-axes',
    '`sweep` is key paths, each with a list of values: for example `sweep: { sparsity.density: [0.1, 0.2], seed: [1, 2, 3] }`. Add one, or remove `sweep`.',
  );

export const unknownPath = (path: string, meant: string | undefined, format: ConfigFormat): Finding =>
  meant === undefined
    ? finding(
        'unknown-path',
        `There is no key \`${shown(path)}\` to sweep. Write a key with the keys it is in, set apart by dots: \`sparsity.density\`.`,
      )
    : finding('unknown-path', `There is no key \`${shown(path)}\` to sweep, did you mean \`${meant}\`?`, {
        text: scalarText(meant, format),
        title: `Change to ${meant}`,
      });

export const sharedByAll = (path: string): Finding =>
  finding('shared-by-all', `\`${path}\` is the same in all trials of a sweep. Remove it from \`sweep\`.`);

export const overlappingAxes = (path: string, other: string): Finding =>
  finding(
    'overlapping-axes',
    `\`${path}\` and \`${other}\` are one within the other, so that one would undo the other. Sweep one of them.`,
  );

// Variants.

const variantExample = '`{ name: snip, sparsity: { distribution: snip } }`';

export const variantIsNoMapping = (): Finding =>
  finding('bad-variant', `A variant is a name with the keys that it sets: ${variantExample}.`);

export const variantWithoutName = (): Finding =>
  finding('bad-variant', `This variant has no name, by which its trials are told apart: ${variantExample}.`);

export const sameVariantTwice = (name: string): Finding =>
  finding('bad-variant', `There is a variant ${shown(name)} already, above. Each needs a name of its own.`);

/** `text`: the value in brackets. */
export const notAList = (path: string, text: string | undefined): Finding =>
  finding(
    'not-a-list',
    `\`sweep\` takes a list of at least one value for \`${path}\`: \`[...]\`.`,
    text === undefined ? undefined : change(text),
  );

export const sameValueTwice = (path: string, text: string): Finding =>
  finding(
    'same-value-twice',
    `\`sweep\` has ${shown(text)} twice for \`${path}\`: the trials would be the same. Remove one.`,
  );

export const tooManyTrials = (trials: number, most: number): Finding =>
  finding(
    'too-many-trials',
    `This sweep has ${count(trials)} trials; at most ${count(most)} are possible. Take fewer values, or several sweeps.`,
  );

export const noPlace = (path: string): Finding =>
  finding(
    'no-place',
    `There is no place for \`${path}\` in this config: what it is within is not written, or is no mapping or list with that item.`,
  );

/** After the sentence about a place that several trials share, where not all of them have it. */
export const someTrials = (id: string, values: string, trials: number, all: number, fail: boolean): string =>
  ` ${fail ? `So ${count(trials)} of ${count(all)} trials ${trials === 1 ? 'fails' : 'fail'}` : `So in ${count(trials)} of ${count(all)} trials`}, the first is ${id} (${values}).`;

/** Where one run is wanted. */
export const isSweep = (file: string, trials: number): SparseError =>
  new SparseError(
    'config.is-sweep',
    `${file} is a sweep of ${count(trials)} ${trials === 1 ? 'trial' : 'trials'}, not one run. Run it with ` +
      '`sparsescope sweep`, in the editor with Sweep Config, or remove `sweep` from it.',
  );
