/** The numbers of the experiment: what a person may type, and which of them a kind of data has. Pure. */
import { dataDefaults, type DataKind } from '../../../src/core/rps/theory/data';

/** `n` weights, `m` of the memory that is looked at, what shapes the data, and the seed. */
export const numbersOf = ['n', 'm', 'group', 'noise', 'rank', 'exponent', 'seed'] as const;
export type NumberName = (typeof numbersOf)[number];
export type Numbers = Record<NumberName, number>;

export interface NumberRule {
  fewest: number;
  /** What a page draws within seconds; none of a seed. */
  most: number;
  whole: boolean;
}

/** Weights that a page draws within seconds. */
const mostWeights = 512;

export const defaults: Numbers = { n: 128, m: 16, ...dataDefaults, seed: 1 };

/** Memories are smaller than the model, or hold all of it. */
export const ruleOf = (name: NumberName, { n }: Pick<Numbers, 'n'>): NumberRule => {
  switch (name) {
    case 'n':
      return { fewest: 4, most: mostWeights, whole: true };
    case 'm':
      return { fewest: 1, most: n, whole: true };
    case 'group':
      return { fewest: 2, most: mostWeights, whole: true };
    case 'noise':
      return { fewest: 0, most: 1, whole: false };
    case 'rank':
      return { fewest: 1, most: mostWeights, whole: true };
    case 'exponent':
      // Beyond it the last of 512 variances is nothing but rounding beside the first.
      return { fewest: 0, most: 3, whole: false };
    case 'seed':
      return { fewest: 0, most: Number.MAX_SAFE_INTEGER, whole: true };
  }
};

/** What was typed; `undefined` where the rule does not allow it. */
export const readNumber = (text: string, { fewest, most, whole }: NumberRule): number | undefined => {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= fewest && value <= most)) return undefined;
  return whole && !Number.isSafeInteger(value) ? undefined : value;
};

const ofData: Record<DataKind, readonly NumberName[]> = {
  isotropic: [],
  'power-law': ['exponent'],
  duplicated: ['group', 'noise'],
  'low-rank': ['rank'],
};

/** The numbers that count for a kind of data, in the order of their fields. */
export const numbersFor = (kind: DataKind): NumberName[] => ['n', 'm', ...ofData[kind], 'seed'];
