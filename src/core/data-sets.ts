/** What is known of the data sets before a file is read: enough to check a config and to plan a network. */

export const dataSets = {
  'synthetic-digits': { inputs: 784, shape: [1, 28, 28], classes: 10, examples: 6_000, tests: 1_000 },
  'synthetic-images': { inputs: 3_072, shape: [3, 32, 32], classes: 10, examples: 6_000, tests: 1_000 },
  mnist: { inputs: 784, shape: [1, 28, 28], classes: 10, examples: 60_000, tests: 10_000 },
  'cifar-10': { inputs: 3_072, shape: [3, 32, 32], classes: 10, examples: 50_000, tests: 10_000 },
  'cifar-100': { inputs: 3_072, shape: [3, 32, 32], classes: 100, examples: 50_000, tests: 10_000 },
} as const;

export type DataSource = keyof typeof dataSets;

/** Drawn by the project itself (digits.ts, synthetic-images.ts): nothing is read from `data.path`. */
export type DrawnSource = 'synthetic-digits' | 'synthetic-images';

/** Their pictures mean something else in a mirror. */
export const isOfDigits = (source: DataSource): boolean => source === 'synthetic-digits' || source === 'mnist';

export const isDrawn = (source: DataSource): source is DrawnSource =>
  source === 'synthetic-digits' || source === 'synthetic-images';
