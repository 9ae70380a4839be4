/** What a trial is called: the values that it has, by the shortest names of their keys. */
import { valueText } from '../../core/plain-value';
import type { SweepRecord } from '../../protocol/sweep';

/** Of a value: a list of layers is none to read in a tree. */
const mostCharacters = 32;

const cut = (text: string): string => (text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text);

/** `density` of `sparsity.density`, as far as no other key ends so. */
const shortKeys = (keys: readonly string[]): string[] =>
  keys.map((key) => {
    const words = key.split('.');
    for (let from = words.length - 1; from > 0; from--) {
      const short = words.slice(from).join('.');
      if (keys.every((other) => other === key || !`.${other}`.endsWith(`.${short}`))) return short;
    }
    return key;
  });

/** `density 0.1, seed 2`, of each trial in turn. */
export const trialTitles = ({ keys, trials }: Pick<SweepRecord, 'keys' | 'trials'>): string[] => {
  const short = shortKeys(keys);
  return trials.map(({ values }) => values.map((value, k) => `${short[k]} ${cut(valueText(value))}`).join(', '));
};
