/** Headings and labels of what the command line prints as results; sentences about problems are in errors.ts. */
import { bytesText, partText, stepText } from '../config/memory-errors';
import type { SharingPlan } from '../config/sharing-plan';
import { sharingTexts } from '../config/sharing-words';
import { count, plural } from '../core/figure';
import type { StepPlan } from '../core/step-memory';
import { hanging } from '../protocol/facts';
import type { SharingFinding, SharingReport, SharingSummary } from '../protocol/sharing';
import { methodText, thresholdText } from '../protocol/sharing-words';
import type { RunRecord, UsageEvent } from '../protocol/run';
import { backendText, backendTitle, executorText, threadsText, usageText } from '../protocol/words';
import { lineOf, oneLine } from './printable';
import { percent, significant } from './table';

/** Of tables. The keys are theirs, the order is that of the columns. */
export const headings = {
  plan: ['layer', 'shape', 'density', 'non-zeros', 'of'],
  sharing: ['layer', 'shape', 'sigma', 'shared'],
  diagnosed: ['layer', 'shape', 'weights', 'sigma', 'factor', 'norm', 'collisions'],
  diagnosedByBatch: ['update', 'dense update', 'amplified', 'cosine'],
  testedScale: 'initStd',
  tested: ['rate', 'predicted', 'outcome', 'first loss', 'last loss'],
  variants: ['variant', 'stored', 'off'],
  layers: ['layer', 'shape', 'target', 'density', 'non-zeros', 'max|WWᵀ-I|', 's min', 's mean', 's max', 'dead'],
  densities: ['layer', 'shape', 'target', 'density', 'non-zeros', 'of'],
  overlap: 'overlap',
  epochs: ['epoch', 'step', 'train loss', 'train acc.', 'valid. loss', 'valid. acc.'],
  tensors: ['tensor', 'dtype', 'shape', 'bytes', 'density', 'non-zeros'],
  notFinite: 'not finite',
  shared: ['layer', 'shape', 'not held'],
  expanded: ['layer', 'shape'],
} as const;

/** Of weights put into a memory: how many, and what of them it does not hold. */
export const sharedText = ({ n, m, error }: { n: number; m: number; error: number }): string =>
  `${count(n)} ${plural(n, 'weight')} in ${count(m)} ${plural(m, 'number')}; not held: ${significant(error)} of their norm\n`;

/** In place of the bytes of a tensor that a shared memory in the file stands for. */
export const recoveredText = 'shared';

/** Before the plan of a sweep, which is that of its first trial. */
export const sweepText = (trials: number, keys: readonly string[]): string =>
  `sweep of ${count(trials)} ${plural(trials, 'trial')} over ${keys.join(', ')}; the first:\n`;

/** While the data is looked at. */
export const picturesText = (bar: string, done: number, total: number): string =>
  `${bar} ${count(done)} of ${count(total)} pictures`;

/** Last row of the plan. */
export const allLayers = 'all';

export const parametersLine = (n: number): string => `${count(n)} parameters with biases and norms\n`;

/** In place of a deviation: the layer keeps weights of its own. */
export const notShared = 'dense';

/** In place of a loss. */
export const notFinite = 'not finite';

/** What is diagnosed, before its layers and findings. */
export const sharingHeading = ({ scaler, initStd, n, m, learningRate, ...how }: SharingReport): string =>
  `${methodText(how)}: ${count(n)} ${plural(n, 'weight')} in ${count(m)} ${plural(m, 'location')}, scaler ${scaler}` +
  `${initStd === undefined ? '' : `, initStd ${initStd}`}, learning rate ${learningRate}\n\n`;

const verdicts = { ok: 'ok', info: '', warn: 'warning', fail: 'failure' } as const;

/** `: 3.54, threshold 0.316 to 3.16`, as far as there is something to tell. */
function heldAgainst({ value, threshold, least }: Pick<SharingFinding, 'value' | 'threshold' | 'least'>): string {
  if (value === null) return '';
  const limit = thresholdText({ threshold, ...(least !== undefined && { least }) });
  return `: ${significant(value, 3)}${limit === '' ? '' : `, threshold ${limit}`}`;
}

/** One finding of a diagnosis: number, verdict, sentence, and what would help. */
export const findingLine = ({ id, verdict, title, sentence, fix, ...held }: SharingFinding): string =>
  `\n${id.padEnd(3)} ${verdicts[verdict].padEnd(7)} ${title}${heldAgainst(held)}\n            ${sentence}\n${fix ? `            ${fix.title}\n` : ''}`;

/** Under what came of tested points: which of it is a prediction, which was measured. */
export const testedLine = (steps: number): string =>
  `predicted: by D9, from the sharpness before the first step; outcome: measured in ${count(steps)} ${plural(steps, 'step')}\n`;

/** Of a comparison at equal memory. */
export const budgetLine = (budget: number): string => `${count(budget)} stored parameters each\n\n`;

export const offText = (off: number): string => `${off < 0 ? '-' : '+'}${percent(Math.abs(off))}`;

export const leftOutLine = ({ names, reason }: { names: readonly string[]; reason: string }): string =>
  `without ${names.join(', ')}: ${reason}\n`;

export const writtenLine = (file: string): string => `\n${lineOf(file)}`;

/** Of the plan of shared weights. */
export const sharingLines = (plan: SharingPlan): string => `${sharingTexts(plan).join('\n')}\n`;

/** The folder as it is left, and what computes from now on. */
export const gpuInstalledText = (
  packageName: string,
  folder: string,
  backend: Pick<RunRecord['backend'], 'name' | 'device'>,
): string =>
  `${lineOf(`${packageName} is installed in ${folder}`)}backend     ${backendTitle(backend)}, which auto takes from now on\n`;

export const gpuRemovedText = (removed: readonly string[], folder: string): string =>
  removed.length === 0
    ? lineOf(`No GPU engine is installed in ${folder}`)
    : lineOf(`Removed ${removed.join(' and ')} from ${folder}`);

/** Of the plan. */
export const stepLine = (step: StepPlan): string => `a step takes ${stepText(step)}\n`;

/** Where it is not known yet on what a run will be. */
export const eitherStepLine = (sparse: StepPlan, tensors: StepPlan): string =>
  `a step takes ${stepText(sparse)} where kept weights alone are computed, as on a processor; else ${stepText(tensors)}\n`;

/** Bytes that a run with shared weights really holds. */
const heldLine = ({ n, m, bytes, ...how }: SharingSummary): string =>
  `shares ${count(n)} ${plural(n, 'weight')} in ${count(m)} ${plural(m, 'number')} (${methodText(how)}); held: ${bytesText(bytes.memory)} of memory, ${partText(bytes.dense)} beside it, ` +
  `${partText(bytes.optimizer)} of the optimizer, ${partText(bytes.index)} of the mapping; within a step ${bytesText(bytes.weights)} of weights\n`;

export const runHeading = ({
  id,
  seed,
  backend,
  executor,
  dataset,
  network,
  totalSteps,
  step,
  sharing,
}: RunRecord): string =>
  `run ${id}  seed ${seed}\n` +
  `backend ${hanging(backendText(backend), 8)}\n` +
  (executor ? `executor ${executorText(executor)}\n` : '') +
  `data ${dataset.source}: ${count(dataset.train)} to train, ${count(dataset.validation)} to validate, ` +
  `${network.inputs} values, ${network.classes} classes; ${count(totalSteps)} steps\n${step ? stepLine(step) : ''}${sharing ? heldLine(sharing) : ''}\n`;

/** How fast the updates of the last epoch went, and what the process held. */
export const usageLine = (usage: UsageEvent): string => `\nspeed       ${usageText(usage)}\n`;

/** Where a run and its report are; without a report when it could not be written. */
export const placesText = (directory: string, report: string | null): string =>
  lineOf(`run folder  ${directory}`) + (report === null ? '' : lineOf(`report      ${report}`));

export const initialisedText = (layer: string): string => `initialised ${layer}`;

export const trainingText = (bar: string, step: number, total: number, epoch: number, loss: string): string =>
  `training ${bar} ${step}/${total}  epoch ${epoch}  loss ${loss}`;

export const rateText = (stepsPerSecond: number): string => `  ${stepsPerSecond.toFixed(0)} steps/s`;

/** Labels of `doctor`, by what they stand before. */
export const doctorLabels = {
  sparsescope: 'sparsescope',
  node: 'node',
  tfjs: 'tensorflow.js',
  backend: 'backend',
  available: 'available',
  kernels: 'kernels',
  sparseRuns: 'sparse runs',
  system: 'system',
  processor: 'processor',
  memory: 'memory',
} as const;

export const processorText = (model: string, threads: number): string => `${model}, ${threadsText(threads)}`;

/** In place of a density that is not known before the run begins. */
export const decidedBy = { scores: 'by scores', pattern: 'by the pattern' } as const;

export const factoringText = (bar: string, tensor: string): string => `${bar} factoring ${tensor}`;

/** `, times 1.414`, or `, times 1 to 1.414`; nothing where all are 1. */
const timesText = (gains: readonly number[]): string => {
  const text = (gain: number): string => String(Number(gain.toPrecision(4)));
  const [least, most] = [gains.reduce((a, b) => Math.min(a, b)), gains.reduce((a, b) => Math.max(a, b))];
  if (text(least) === '1' && text(most) === '1') return '';
  return `, times ${text(least)}${text(least) === text(most) ? '' : ` to ${text(most)}`}`;
};

export const factoredText = (p: {
  tensor: string;
  shape: readonly number[];
  groups: number;
  /** Where the matrix is the centre of kernels. */
  kernel?: readonly number[] | undefined;
  /** What each of the groups was divided by. */
  gains: readonly number[];
  rotations: number;
  orthogonalityError: number;
  difference: number;
  file: string;
}): string =>
  `${oneLine(p.tensor)}, ${p.kernel ? `the centre of its ${p.kernel.join(' x ')} kernels, ` : ''}` +
  `${p.groups > 1 ? `${count(p.groups)} groups of ` : ''}${p.shape.join(' x ')}: ${count(p.rotations)} ${p.rotations === 1 ? 'rotation' : 'rotations'}${timesText(p.gains)}\n` +
  `max|WWᵀ-I| of the matrix          ${p.orthogonalityError.toExponential(1)}\n` +
  `largest difference of the replay  ${p.difference.toExponential(1)}\n${lineOf(p.file)}`;
