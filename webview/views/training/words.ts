/** What the Training tab says. */
import type { EpochEvent, MaskTotals, StepEvent } from '../../../src/protocol/run';
import type { RunSnapshot } from '../../../src/protocol/views';
import { runTitle, stateWords } from '../../../src/protocol/words';
import { count, figure, many } from '../../format';

export const help = {
  title: 'Training',
  text: [
    'Each point of the thin line is one update, measured on its batch. Points are means over the whole epoch on the training set, the strong line is the validation set.',
    'Dotted lines are changes of the masks (`sparsity.update`, `train.rewind`); the table lists what each dropped and grew.',
    'The gradient norm is over all kept weights and biases.',
    'A click chooses the recorded step nearest to it for all views.',
  ],
  keys: [
    ['← →', 'Move the cursor in a chart (Shift: far)'],
    ['l', 'Logarithmic gradient norm'],
  ],
} as const;

export const logWord = 'Log gradient norm';
export const noStep = 'No step has been recorded yet.';
export const usageTitle =
  'Of the last epoch: updates alone, without probes and evaluation; memory of the whole process';

export const waiting = { title: 'Waiting for the first step', explanation: '' };

export const madeNoStep = (reason: string | undefined): { title: string; explanation: string } => ({
  title: 'This run made no training step',
  explanation: reason ?? 'It was stopped before its first step. Resume it to train it.',
});

type Figures = Pick<StepEvent, 'step' | 'loss' | 'accuracy' | 'gradientNorm' | 'learningRate'>;

export const stepWords = ({ step, loss, accuracy, gradientNorm, learningRate }: Figures): string =>
  `step ${count(step)} · loss ${figure(loss)} · accuracy ${figure(accuracy)} · ` +
  `gradient norm ${figure(gradientNorm)} · learning rate ${figure(learningRate)}`;

export const exactStep = (loss: number, accuracy: number, gradientNorm: number): string =>
  `loss ${loss}, accuracy ${accuracy}, gradient norm ${gradientNorm}`;

export const epochWords = ({ epoch, validationLoss, validationAccuracy }: EpochEvent): string =>
  `epoch ${count(epoch)}: validation loss ${figure(validationLoss)}, accuracy ${figure(validationAccuracy)}`;

export const maskWords = ({ step, method, dropped, grown }: MaskTotals): string =>
  `${method} at step ${count(step)}: ${count(dropped)} dropped, ${count(grown)} grown`;

/** `4 changes of the masks`; of too many to be drawn, where to find them. */
export const maskLegend = (changes: number, marked: boolean): string =>
  `${many(changes, 'change')} of the masks${marked ? '' : ', too many to mark: the table lists them'}`;

/** Under a picture, where no legend says it. */
export const maskNote = (changes: number): string => `Dotted lines: ${maskLegend(changes, true)}`;

/** `marked`: changes of the masks with a line of their own. */
export const caption = (run: string, snapshot: RunSnapshot | undefined, marked: number): string[] => [
  `${runTitle(run)} · training`,
  snapshot ? `${stateWords[snapshot.record.state]} · step ${count(snapshot.step)}` : '',
  ...(marked > 0 ? [maskNote(marked)] : []),
];

export const tableWords = {
  steps: { name: 'Steps', caption: 'Training, by step' },
  masks: { name: 'Mask changes', caption: 'Changes of the masks, all layers together' },
  epochs: { name: 'Epochs', caption: 'Training and validation, by epoch' },
  stepColumns: ['step', 'loss', 'accuracy', 'gradient norm', 'learning rate'],
  maskColumns: [
    'layers',
    'dropped',
    'grown',
    'kept',
    'largest |w| dropped',
    'smallest |dL/dw| grown',
    'overlap with before',
    'overlap with the first',
  ],
  maskStep: 'step',
  maskMethod: 'method',
  epochColumns: ['epoch', 'step', 'train loss', 'train accuracy', 'validation loss', 'validation accuracy'],
};

/** Titles of the charts, what they show for who cannot see them, and their lines. */
export const chartWords = {
  loss: { label: 'Loss by step', title: 'Loss (nats)' },
  accuracy: { label: 'Accuracy by step', title: 'Accuracy' },
  gradient: { label: 'Gradient norm by step', title: 'Gradient norm', line: 'gradient norm' },
  batch: 'train, batch',
  train: 'train, epoch',
  validation: 'validation',
  step: 'step',
} as const;
