/** What is said of batches, of the sharpness, of a run and of a file: D6 to D10 and D13. */
import type { Finding, Measure } from '../core/rps/diagnosis/finding';
import { bad, fact, figure, ifBad, of, percent, portion, share } from './finding-figures';
import type { FindingWords } from './finding-figures';
import { wiringSentence } from './wiring-words';

/** Where it began, and when it was seen if that was later. */
function since(finding: Finding): string {
  const { layer, step } = finding;
  const guessed = finding.facts?.['likeliest'] === undefined ? '' : ', most likely';
  const where = layer === undefined ? '' : `${guessed} in layer "${layer}"`;
  const seen = Number(finding.facts?.['at']);
  if (step === undefined) return `It began${where}.`;
  return `It began${where}${guessed && ','} at step ${step}${seen > step ? ` and was seen at step ${seen}` : ''}.`;
}

/** What is no number, by what a finding says of it, and which step's. */
const lostTexts: Record<string, (step: string) => string> = {
  loss: (step) => `The loss of step ${step} is not finite.`,
  gradient: (step) => `The gradient of step ${step} is not finite, nor are the weights after its update.`,
  weights: (step) => `The weights are not finite after the update of step ${step}, whose loss still was.`,
  probe: (step) =>
    `After the update of step ${step} the weights are so large that what a probe computes by them is not finite.`,
};

function lostText({ facts }: Finding): string {
  const what = String(facts?.['what']);
  return Object.hasOwn(lostTexts, what) ? lostTexts[what](String(facts?.['at'])) : 'Loss or weights are not finite.';
}

/** Of what is looked at now and then. */
const notBefore = ({ facts }: Finding): string => {
  const before = facts?.['before'];
  return before === undefined ? ',' : `, and not yet at step ${before},`;
};

/** What is not told to be scaled may be so already. */
function slower({ facts }: Finding): string {
  if (facts?.['unshared'] !== undefined) return 'That layer is not shared: use a smaller learning rate.';
  return facts?.['scaled'] === undefined
    ? 'Use method: stable-rps or scaler: theory; where one of them is used, a smaller learning rate.'
    : 'Use a smaller learning rate.';
}

/** What makes the first step shorter. */
function shorter(finding: Finding): string {
  const { fix } = finding;
  if (fix?.kind === 'theory') return 'Use scaler: theory.';
  return fix?.kind === 'learning-rate' ? `Use a learning rate of ${String(fix.edits[0].value)}.` : slower(finding);
}

const followMore = ({ fix }: Finding): string =>
  fix?.kind === 'fold' ? 'Use mapping: fold, or a smaller compression.' : 'A smaller compression follows more of it.';

export const measuredWords = {
  'update-ratio': {
    title: 'Step over weights',
    sentence: (f) =>
      `The weights${of(f)} move by ${portion(f.value)} their norm in ${f.step === undefined ? 'the first step' : `step ${f.step}`}` +
      `${f.facts?.['dense'] === undefined ? '' : `; those of the dense layer would by ${portion(Number(f.facts['dense']))} theirs`}.` +
      ifBad(f, `More than 10 % is a leap. ${shorter(f)}`),
  },
  amplification: {
    title: 'Amplification',
    sentence: (f) => `The step${of(f)} is ${figure(f.value)} times that of the dense layer.${ifBad(f, shorter(f))}`,
  },
  'kept-energy': {
    title: 'Gradient that is kept',
    sentence: (f) =>
      `The memory can follow ${percent(f.value)} of the squared gradient; of a gradient without order it would be ${share(f, 'expected')}.${ifBad(f, followMore(f))}`,
  },
  'cross-talk': {
    title: 'Cross-talk',
    sentence: (f) =>
      `The cosine between the dense step and the shared one is ${figure(f.value)}; about ${fact(f, 'expected')} is expected.${ifBad(f, followMore(f))}`,
  },
  curvature: {
    title: 'Curvature along the step',
    sentence: (f) =>
      `The learning rate${f.facts?.['ahead'] === undefined ? '' : `, ${fact(f, 'ahead')} times as long at first by Nesterov's momentum,`} times the curvature along the first step is ${figure(f.value)}.` +
      ifBad(f, `Above 2 this very step raises the loss; it falls for learning rates below ${fact(f, 'largest')}.`),
  },
  sharpness: {
    title: 'Sharpness',
    sentence: (f) => {
      const rest = f.facts?.['rest'] === undefined ? '' : ` in the memory and ${fact(f, 'rest')} in what is not shared`;
      const found = f.facts?.['converged'] === undefined;
      const said = `The sharpness is ${found ? '' : 'at least '}${fact(f, 'sharpness')}${rest}`;
      const open = found
        ? ''
        : ' The iteration ran out of products before it settled, so no learning rate is safe by it.';
      if (f.threshold === null)
        return `${said}.${open} No limit is known of it for this optimizer, or along a direction of no positive curvature.`;
      return (
        `${said}; the learning rate times it is ${figure(f.value)}, and the optimizer is stable below ${figure(f.threshold)}${Number(f.facts?.['proved']) < f.threshold ? ` on a quadratic by its momentum (proved of gradient descent: ${fact(f, 'proved')})` : ''}.${open}` +
        (f.verdict === 'fail'
          ? ` Runs above ${fact(f, 'failure')} diverged or collapsed: this one is predicted to fail. ${shorter(f)}`
          : f.verdict === 'warn'
            ? ` Up to ${fact(f, 'failure')} runs went either way.${found ? ` Learning rates below ${fact(f, 'largest')} are proved.` : ' Use Test Prediction to see which way this one goes.'}`
            : '')
      );
    },
  },
  conservative: {
    title: 'A longer learning rate',
    sentence: (f) =>
      `Sharing made the loss ${figure(f.value)} times flatter than that of the full network: a learning rate of up to ${fact(f, 'learningRate')} is still stable, and trains faster.`,
  },
  'not-finite': {
    title: 'Not a number',
    // Before the first step nothing has gone too far yet.
    sentence: (f) =>
      f.step === undefined
        ? `The gradient${of(f)} is not finite at the beginning. See to the initialisation and the scale of the data.`
        : `${lostText(f)} ${since(f)} ${slower(f)}`,
  },
  'loss-growth': {
    title: 'Growing loss',
    sentence: (f) => `The loss is ${figure(f.value)} times that of the first step. ${since(f)} ${slower(f)}`,
  },
  plateau: {
    title: 'Loss of chance',
    sentence: (f) =>
      `The loss stays at ${figure(f.value)}, the logarithm of the number of classes: the network says nothing of its input. ${since(f)} Units may be dead: lower the learning rate.`,
  },
  'memory-growth': {
    title: 'Growing memory',
    sentence: (f) =>
      `The norm of the memory is ${figure(f.value)} times that of the beginning. ${since(f)} ${slower(f)}`,
  },
  'gradient-growth': {
    title: 'Growing gradient',
    sentence: (f) =>
      `The norm of the gradient rose ${figure(f.value)} times within ten steps. ${since(f)} ${slower(f)}`,
  },
  'zero-activations': {
    title: 'Dead layer',
    sentence: (f) =>
      `At step ${f.step}${notBefore(f)} ${figure(100 * (f.value ?? 0))} % of the activations${of(f)} are zero: hardly anything goes through it, and hardly a gradient comes back. ` +
      (f.facts?.['before'] === undefined ? 'See to the initialisation, biases and the scale of the data.' : slower(f)),
  },
  'running-variance': {
    title: 'Running variance of a batch norm',
    sentence: (f) =>
      `At step ${f.step}${notBefore(f)} the running variance of batch norm "${f.layer}" is ` +
      (f.value === null
        ? 'not finite, and stays so: what it gives in evaluation says nothing of its input. '
        : `${figure(f.value)} times that of step ${f.facts?.['first']}. Where the weights before it have grown as far, a step turns them by as many times less. `) +
      slower(f),
  },
  wiring: {
    title: 'Memory and mapping',
    sentence: (f) =>
      bad(f)
        ? wiringSentence(f)
        : f.facts?.['file'] === undefined
          ? 'What a run of this config writes beside its memory recovers the same mapping.'
          : `The mapping of the config is the one that the memory of ${fact(f, 'file')} was written with.`,
  },
} satisfies Partial<Record<Measure, FindingWords>>;
