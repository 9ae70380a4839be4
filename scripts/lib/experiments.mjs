/** What is told of each small experiment: the tables that its page has between its marks. */
import { sharingExperiments } from './experiments-rps.mjs';

/** @typedef {import('./result-tables.mjs').Table} Table */

const init = { init: 'sparsity.init' };
const density = { density: 'sparsity.density' };
const figure3 = {
  rows: { activation: 'model.activation', distribution: 'sparsity.distribution' },
  columns: { ...init, ...density },
};
/** Variants are named by the width of their one layer that is not dense. */
const size = { width: 'variants', ...density };

/** By the names of their configs in examples/experiments, in the order of the page. @type {Record<string, Table[]>} */
export const experiments = {
  'fig3-densities-small': [
    {
      title: 'Mean singular value of the Jacobian before training, by init and density:',
      ...figure3,
      figure: 'jacobianMean',
    },
    { title: 'The largest one:', ...figure3, figure: 'jacobianMax' },
    { title: 'Validation accuracy, %:', ...figure3, figure: 'accuracy' },
  ],
  'table1-mlp-small': [
    { rows: init, figures: ['firstLoss', 'accuracy', 'loss', 'jacobianMean', 'jacobianMax', 'isometryError'] },
  ],
  'table1-cnn-small': [{ rows: init, figures: ['firstLoss', 'accuracy', 'loss', 'isometryError'] }],
  'angles-small': [
    {
      rows: { 'angles, degrees': 'sparsity.eoi.angles.fixed' },
      figures: ['firstLoss', 'accuracy', 'loss', 'isometryError'],
    },
  ],
  'resnet56-densities-small': [
    { title: 'Validation accuracy, %:', rows: density, columns: init, figure: 'accuracy' },
    { title: 'Validation loss:', rows: density, columns: init, figure: 'loss' },
    { title: 'Loss of the first batch:', rows: density, columns: init, figure: 'firstLoss' },
  ],
  'dynamic-small': [
    { rows: { update: 'sparsity.update.method', ...init }, figures: ['accuracy', 'loss', 'jacobianMean'] },
  ],
  'generation-time-small': [
    { title: 'Drawing of the matrix, ms:', rows: size, columns: init, figure: 'initSeconds' },
    { title: 'Density that came out:', rows: size, columns: init, figure: 'density' },
  ],
  'contemporary-small': [{ rows: { model: 'model.preset', ...init }, figures: ['firstLoss', 'accuracy', 'loss'] }],
  ...sharingExperiments,
};

/** The page that has the results of an experiment. @param {string} name */
export const pageOf = (name) =>
  Object.hasOwn(sharingExperiments, name) ? 'docs/experiments-rps.md' : 'docs/experiments.md';
