/** What a report says. */
import type { ReportData } from '../../src/protocol/report';
import { backendText, executorText, stateWords, usageText } from '../../src/protocol/words';
import { count, duration, figure, percent } from '../format';
import { stepName } from '../views/run/words';

export const sections = {
  layers: 'Layers at initialisation',
  masks: 'Masks',
  training: 'Training',
  epochs: 'Epochs',
  maskChanges: 'Changes of the masks',
  spectra: 'Singular values of the layers',
  jacobians: 'Singular values of the input-output Jacobian',
  signals: 'Signals and gradients by layer',
  config: 'Config',
};

export const masksNote = 'Rows are outputs, columns inputs; kept weights are drawn, pruned ones are background.';
export const maskLabel = (layer: string): string => `Mask of ${layer}`;

/** Name and text of what is told of the run as a whole. */
export const runFacts = (data: ReportData): (readonly [string, string])[] => {
  const { record, step, elapsed, generatedAt } = data;
  const { dataset, versions, backend, executor } = record;
  const last = data.epochs.at(-1);
  const state = `${stateWords[record.state]}, step ${count(step)} of ${count(record.totalSteps)}, ${duration(elapsed)}`;
  const result = last && [
    [
      'result',
      `validation loss ${figure(last.validationLoss)}, accuracy ${percent(last.validationAccuracy)} after epoch ${count(last.epoch)}`,
    ] as const,
  ];
  return [
    ['state', state],
    ...(result ?? []),
    ['data', `${dataset.source}: ${count(dataset.train)} train, ${count(dataset.validation)} validation`],
    ...(data.usage ? [['speed and memory', usageText(data.usage)] as const] : []),
    ['seed', String(record.seed)],
    ['backend', backendText(backend)],
    ...(executor ? [['executor', executorText(executor)] as const] : []),
    ['versions', `Sparsescope ${versions.sparsescope}, Node ${versions.node}, TensorFlow.js ${versions.tfjs}`],
    ['report', `${generatedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}, Sparsescope ${data.sparsescope}`],
  ];
};

export const thinnedSteps = (drawn: number, all: number): string => `${count(drawn)} of ${count(all)} steps are drawn.`;

export const spectrumLabel = (layer: string, step: number): string =>
  `Singular values of ${layer} at initialisation and at ${stepName(step)}`;
