/** What the course of a run that shares its weights says. */
import type { SharingEvent, SharingFailure } from '../../../src/protocol/sharing';
import { warningTitle } from '../../../src/protocol/sharing-words';
import { count, figure } from '../../format';

export const courseWords = {
  help: [
    'Loss, and by layer the norm of a step over that of the weights: healthy training stays near 0.001, and above the dotted line, 0.1, a layer is thrown about. The last chart is the norm of the memory over that before the first step.',
    'Where a run failed, or was warned of, the steps before are kept: Before the Trouble shows them one by one. Of several troubles, each of which is kept once, the list beside it chooses: the first failure comes first, and what came on top of it. What grows over decades is drawn on a logarithmic axis.',
  ],
  keys: [
    ['← →', 'Move the cursor in a chart (Shift: far)'],
    ['r', 'Whole run, or the steps before the failure or the first warning'],
  ],
  which: 'Steps',
  failures: 'Warning or failure',
  whole: 'Whole Run',
  before: 'Before the Trouble',
  loss: { label: 'Loss of each step', title: 'Loss' },
  ratio: { label: 'Norm of a step over that of the weights, by layer', title: 'Update ratio' },
  growth: { label: 'Norm of the memory over that before the first step', title: 'Memory growth' },
  memory: { label: 'Norm of the memory', title: 'Memory norm' },
  step: 'step',
  limit: '0.1',
  failed: 'it began here',
  warning: 'warning',
  nothing: 'The run has recorded nothing of its shared weights yet: `probes.divergence` says how often it looks.',
  eventsTable: { name: 'Course', caption: (name: string) => `Update ratios of ${name}` },
  failureTable: {
    name: 'Before the trouble',
    caption: (name: string, trouble: string) => `The steps of ${name} before: ${trouble}`,
  },
  columns: {
    step: 'step',
    loss: 'loss',
    growth: 'memory growth',
    memory: 'memory norm',
    gradient: 'gradient norm',
    ratio: (layer: string) => `${layer} step / weights`,
    norm: (layer: string) => `${layer} norm`,
  },
} as const;

/** What a watch measures, by the code of its warning. */
const measured: Record<string, (value: string) => string> = {
  'sharing.update-ratio': (value) => `${value} times the weights`,
  'sharing.loss-growth': (value) => `${value} times the first loss`,
  'sharing.memory-growth': (value) => `${value} times the first norm`,
  'sharing.gradient-growth': (value) => `${value} times within ten steps`,
  'sharing.plateau': (value) => value,
};

/** ` (16,300 times the first loss, limit 3)`; nothing where nothing was measured. */
const measuredText = ({ code, value, threshold }: SharingFailure): string => {
  if (value === null) return '';
  const said = Object.hasOwn(measured, code) ? measured[code](figure(value)) : figure(value);
  // The loss of chance is near its limit, not over it.
  return ` (${said}${threshold === null || threshold === value ? '' : `, limit ${threshold}`})`;
};

/** `Step 5: Not a number`, `Step 1: Growing memory (warning)`. */
export const failureOption = ({ code, verdict, step, steps }: SharingFailure): string =>
  `Step ${count(steps.at(-1)?.step ?? step)}: ${warningTitle(code)}${verdict === 'fail' ? '' : ` (${courseWords.warning})`}`;

/** `Not a number: it began in fc3 at step 1; steps 1 to 5 are kept`. */
export const failureText = (failure: SharingFailure): string => {
  const { code, step, layer, steps } = failure;
  const [first, last] = [steps.at(0), steps.at(-1)];
  const kept =
    !first || !last
      ? 'no steps are kept'
      : first === last
        ? `step ${count(first.step)} is kept`
        : `steps ${count(first.step)} to ${count(last.step)} are kept`;
  return `${warningTitle(code)}${measuredText(failure)}: it began ${layer === null ? '' : `in ${layer} `}at step ${count(step)}; ${kept}`;
};

const largest = (layers: readonly { layer: string; updateRatio: number | null }[]): string => {
  const known = layers.filter(({ updateRatio }) => updateRatio !== null);
  if (known.length === 0) return '';
  const most = known.reduce((best, one) => (one.updateRatio! > best.updateRatio! ? one : best));
  return `largest update ratio ${figure(most.updateRatio!)} in ${most.layer}`;
};

export const eventText = ({ step, layers, memoryGrowth }: SharingEvent): string =>
  `step ${count(step)} · ${largest(layers)} · memory ${figure(memoryGrowth)}x its first norm`;

export const failureStepText = ({ step, loss, layers }: SharingFailure['steps'][number]): string =>
  `step ${count(step)} · loss ${loss === null ? 'not finite' : figure(loss)} · ${largest(layers)}`;
