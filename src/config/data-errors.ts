/** The sentences about a config's data. */
import { change, count, finding, warning } from './finding';
import type { Finding } from './finding';
import type { Suggestion } from './issues';

/** `published`: there to be downloaded. */
export const dataPathMissing = (source: string, published: boolean, suggestion?: Suggestion): Finding =>
  finding(
    'data-path-missing',
    `${source} is read from files: add data.path with their folder, for example \`path: ./data\`.${
      published ? ' "Sparsescope: Download Data Set" fetches them.' : ''
    }`,
    suggestion,
  );

export const maybeChannelsLast = (
  [channels, height, width]: readonly [number, number, number],
  suggestion?: Suggestion,
): Finding => ({
  ...finding(
    'maybe-channels-last',
    `Each picture is taken as ${channels} channels of ${height} x ${width}, but (n, ${channels}, ${height}, ${width}) looks like channels last: add ` +
      '`layout: channels-last`, or `layout: channels-first` if it is right so.',
    suggestion,
  ),
  severity: 'warning',
});

export const augmentNeedsPictures = (source: string, values: number): Finding =>
  finding(
    'augment-needs-pictures',
    `\`data.augment\` varies pictures, but the examples of ${source} are ${count(values)} values each. Remove it, or give inputs of shape (n, channels, height, width).`,
  );

export const noTests = (source: string): Finding =>
  finding(
    'no-test-examples',
    `data.validation is 0, so the test examples validate, but this ${source} has none. Use for example 0.1.`,
    change('0.1'),
  );

export const validationEmpty = (share: number, examples: number, source: string): Finding =>
  finding(
    'validation-empty',
    `data.validation is ${share}, which of the ${count(examples)} training examples of ${source} leaves none to ${
      share < 0.5 ? 'validate' : 'train'
    } with. Use for example 0.1, or 0 to validate with the test examples.`,
    change('0.1'),
  );

export const mirroredDigits = (source: string): Finding =>
  warning(
    'mirrored-digits',
    `\`data.augment\` mirrors the digits of ${source}, but a digit in a mirror is none, and nothing like it is validated with. Use crop alone.`,
  );
