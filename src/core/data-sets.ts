/** What is known of the data sets before a file is read: enough to check a config and to plan a network. */
import type { PictureSize } from './network';

/** What a network, and a check of how it is trained, has to know of the examples. */
export interface DataFacts {
  /** Values per example. */
  inputs: number;
  /** Whether the files hold integers. */
  whole?: true;
  /** What they are a picture of, if they are one. */
  picture?: PictureSize;
  classes: number;
  /** To train and to validate with. */
  examples: number;
  /** Test examples; 0 where there are none. */
  tests: number;
}

export const dataSets = {
  'synthetic-digits': { inputs: 784, shape: [1, 28, 28], classes: 10, examples: 6_000, tests: 1_000 },
  'synthetic-images': { inputs: 3_072, shape: [3, 32, 32], classes: 10, examples: 6_000, tests: 1_000 },
  mnist: { inputs: 784, shape: [1, 28, 28], classes: 10, examples: 60_000, tests: 10_000 },
  'cifar-10': { inputs: 3_072, shape: [3, 32, 32], classes: 10, examples: 50_000, tests: 10_000 },
  'cifar-100': { inputs: 3_072, shape: [3, 32, 32], classes: 100, examples: 50_000, tests: 10_000 },
} as const;

export type NamedSource = keyof typeof dataSets;

/** Files of the person's own, whose facts only a look at them can tell. */
export const fileSources = ['npy', 'image-folder'] as const;
export type FileSource = (typeof fileSources)[number];

export type DataSource = NamedSource | FileSource;

export const isNamed = (source: DataSource): source is NamedSource => Object.hasOwn(dataSets, source);

/** Facts that need no look at files. */
export const knownFacts = (source: DataSource): DataFacts | undefined => {
  if (!isNamed(source)) return undefined;
  const { shape, ...facts } = dataSets[source];
  return { ...facts, picture: shape };
};

/** Drawn by the project itself (digits.ts, synthetic-images.ts): nothing is read from `data.path`. */
export type DrawnSource = 'synthetic-digits' | 'synthetic-images';

/** Their pictures mean something else in a mirror. */
export const isOfDigits = (source: DataSource): boolean => source === 'synthetic-digits' || source === 'mnist';

export const isDrawn = (source: DataSource): source is DrawnSource =>
  source === 'synthetic-digits' || source === 'synthetic-images';
