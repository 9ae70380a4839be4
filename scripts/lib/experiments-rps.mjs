/** The same of the experiments of docs/experiments-rps.md: randomized parameter sharing. */

/** @typedef {import('./result-tables.mjs').Table} Table */

const rate = { 'learning rate': 'train.optimizer.learningRate' };
/** Variants are named METHOD-TIMES. */
const method = { method: 'variants.method' };
const times = { 'times fewer weights': 'variants.times' };
const map = { rows: { method: 'variants', 'init-std': 'sharing.initStd' }, columns: rate };
const under = { rows: { compression: 'sharing.compression' }, columns: rate };

/** By the names of their configs in examples/experiments, in the order of the page. @type {Record<string, Table[]>} */
export const sharingExperiments = {
  'rps/pareto-small': [
    {
      title: 'Validation accuracy, %, by how many times fewer weights are stored:',
      rows: method,
      columns: times,
      figure: 'accuracy',
    },
    { title: 'Validation loss:', rows: method, columns: times, figure: 'loss' },
  ],
  'rps/divergence-map-small': [
    { title: 'What came of each run, by init-std and learning rate:', ...map, figure: 'outcome' },
    { title: 'Validation loss at the end:', ...map, figure: 'loss' },
  ],
  'rps/continuity-small': [
    {
      title: 'The largest difference from the loss of the dense run of the same seed, up to each step, over all seeds:',
      curves: 'variants',
      against: 'dense',
      steps: [1, 2, 5, 10, 20, 40, 60],
    },
    { title: 'At the end:', rows: { network: 'variants' }, figures: ['firstLoss', 'accuracy', 'loss'] },
  ],
  'rps/under-training-small': [
    { title: 'Validation accuracy, %, by compression and learning rate:', ...under, figure: 'accuracy' },
    { title: 'Validation loss:', ...under, figure: 'loss' },
    { title: 'What came of each run:', ...under, figure: 'outcome' },
  ],
};
