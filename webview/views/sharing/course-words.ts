/** What the course of a run that shares its weights says. */
import { isOfLayers } from '../../../src/core/rps/diagnosis/finding';
import type { SharingFailure } from '../../../src/protocol/sharing';
import { warningTitle } from '../../../src/protocol/sharing-words';
import { count, figure } from '../../format';
import type { CourseStep } from './course-steps';

export const courseWords = {
  help: [
    'Loss, and by layer, with those that are not shared where trouble began there, the norm of a step over that of the weights: healthy training stays near 0.001, and above the dotted line, 0.1, a layer is thrown about. The last chart is the norm of the memory over that before the first step. Of a run that ended before its second recorded step the kept steps are drawn.',
    'Where a run failed, or was warned of, the steps before are kept: Before the Trouble shows them one by one. Of several troubles, each of which is kept once, and a leap once of each layer, the list beside it chooses: the first failure comes first, and what came on top of it. What grows over decades is drawn on a logarithmic axis.',
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
  warning: ', a warning',
  leap: (layer: string) => `Leap of ${layer}`,
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

/** What tells it from the others: leaps are kept by layers. */
export const failureKey = ({ code, layer }: SharingFailure): string => `${code}/${isOfLayers(code) ? layer : ''}`;

/** `Step 5: Not a number`, `Step 3: Leap of fc1`: short, for a list beside other controls. */
export const failureOption = ({ code, step, layer, steps }: SharingFailure): string =>
  `Step ${count(steps.at(-1)?.step ?? step)}: ${isOfLayers(code) && layer !== null ? courseWords.leap(layer) : warningTitle(code)}`;

type KeptStep = SharingFailure['steps'][number];

/** The loss is that of before the update, which may have left the numbers itself. */
const lostAfter = ({ loss, memoryNorm, layers }: KeptStep): boolean =>
  loss !== null &&
  (memoryNorm === null || layers.some(({ updateRatio, norm }) => updateRatio === null || norm === null));

/** `, the weights after the update of step 5`; where the loss is none that says it. */
const afterText = ({ code, steps }: SharingFailure): string => {
  const last = steps.at(-1);
  if (code !== 'sharing.not-finite' || !last || last.loss === null) return '';
  if (last.gradientNorm === null) return `, the gradient of step ${count(last.step)}`;
  return lostAfter(last) ? `, the weights after the update of step ${count(last.step)}` : '';
};

/** `Not a number: it began in fc3 at step 1; steps 1 to 5 are kept`. */
export const failureText = (failure: SharingFailure): string => {
  const { code, verdict, step, layer, steps } = failure;
  const [first, last] = [steps.at(0), steps.at(-1)];
  const kept =
    !first || !last
      ? 'no steps are kept'
      : first === last
        ? `step ${count(first.step)} is kept`
        : `steps ${count(first.step)} to ${count(last.step)} are kept`;
  return `${warningTitle(code)}${afterText(failure)}${measuredText(failure)}${verdict === 'fail' ? '' : courseWords.warning}: it began ${layer === null ? '' : `in ${layer} `}at step ${count(step)}; ${kept}`;
};

const largest = (layers: readonly { layer: string; updateRatio: number | null }[]): string => {
  const known = layers.filter(({ updateRatio }) => updateRatio !== null);
  if (known.length === 0) return '';
  const most = known.reduce((best, one) => (one.updateRatio! > best.updateRatio! ? one : best));
  return `largest update ratio ${figure(most.updateRatio!)} in ${most.layer}`;
};

export const courseText = ({ step, layers, memoryGrowth }: CourseStep): string =>
  [
    `step ${count(step)}`,
    largest(layers) || 'no update ratio is finite',
    memoryGrowth === null ? '' : `memory ${figure(memoryGrowth)}x its first norm`,
  ]
    .filter((part) => part !== '')
    .join(' · ');

export const failureStepText = (kept: KeptStep): string =>
  [
    `step ${count(kept.step)}`,
    `loss ${kept.loss === null ? 'not finite' : figure(kept.loss)}`,
    lostAfter(kept) ? 'weights not finite after its update' : '',
    largest(kept.layers),
  ]
    .filter((part) => part !== '')
    .join(' · ');
