/** The sentences of a diagnosis of shared weights: what was found, what it means, and what a person can do. */
import { figureText } from '../core/figure';
import type { Finding, Fix, Measure } from '../core/rps/diagnosis/finding';
import { ownOf } from '../core/rps/names';
import type { SharingFinding, SharingSummary } from './sharing';
import { wiringSentence } from './wiring-words';

const scopeWords = { global: 'one memory for all layers', local: 'each layer by itself' } as const;

/** `stable-rps`, `roast by fold`, `roast, each layer by itself`: a mapping or a scope is said where it is not the method's own. */
export const methodText = ({
  method,
  mapping,
  scope,
}: Pick<SharingSummary, 'method' | 'mapping' | 'scope'>): string => {
  const own = ownOf[method];
  return `${method}${mapping === own.mapping ? '' : ` by ${mapping}`}${scope === own.scope ? '' : `, ${scopeWords[scope]}`}`;
};

/** Three digits; of what is a hundred thousand or more with an exponent. */
const figure = (value: number | null): string => {
  if (value === null) return '-';
  return Math.abs(value) < 1e5 ? figureText(value, 3) : Number(value.toPrecision(3)).toExponential();
};

/** `37 %`, `0.4 %`. */
const percent = (value: number | null): string => (value === null ? '-' : `${figureText(100 * value, 2)} %`);

/** `14 % of`, `2.8 times`. */
const portion = (value: number | null): string =>
  value !== null && value >= 1 ? `${figure(value)} times` : `${percent(value)} of`;

const fact = ({ facts }: Finding, key: string): string => {
  const value = facts?.[key];
  return typeof value === 'number' ? figure(value) : (value ?? '-');
};
const share = ({ facts }: Finding, key: string): string => percent(Number(facts?.[key]));

const of = ({ layer }: Finding): string => (layer === undefined ? '' : ` of layer "${layer}"`);
const bad = ({ verdict }: Finding): boolean => verdict === 'warn' || verdict === 'fail';
/** Adds what is only said where something is wrong. */
const ifBad = (finding: Finding, text: string): string => (bad(finding) ? ` ${text}` : '');

/** Where it began, and when it was seen if that was later. */
function since(finding: Finding): string {
  const { layer, step } = finding;
  const guessed = finding.facts?.['likeliest'] === undefined ? '' : ', most likely';
  const where = layer === undefined ? '' : `${guessed} in layer "${layer}"`;
  const seen = Number(finding.facts?.['at']);
  if (step === undefined) return `It began${where}.`;
  return `It began${where}${guessed && ','} at step ${step}${seen > step ? ` and was seen at step ${seen}` : ''}.`;
}

/** Of what is looked at now and then. */
const notBefore = ({ facts }: Finding): string => {
  const before = facts?.['before'];
  return before === undefined ? ',' : `, and not yet at step ${before},`;
};

/** A run may have the scaler already. */
const slower = 'Use method: stable-rps or scaler: theory; where one of them is used, a smaller learning rate.';

/** What the value of a finding is held against: `10`, `0.1 to 10`, `from 0.05`; empty where nothing is known. */
export function thresholdText({ threshold, least }: Pick<Finding, 'threshold' | 'least'>): string {
  if (least === undefined) return threshold === null ? '' : figure(threshold);
  if (threshold === null) return `from ${figure(least)}`;
  return least === threshold ? figure(least) : `${figure(least)} to ${figure(threshold)}`;
}

/** What makes the first step shorter. */
function shorter({ fix }: Finding): string {
  if (fix?.kind === 'theory') return 'Use scaler: theory.';
  return fix?.kind === 'learning-rate' ? `Use a learning rate of ${String(fix.edits[0].value)}.` : slower;
}

const followMore = ({ fix }: Finding): string =>
  fix?.kind === 'fold' ? 'Use mapping: fold, or a smaller compression.' : 'A smaller compression follows more of it.';

const gammaAside = ({ facts }: Finding): string =>
  facts?.['adam'] === 1
    ? 'under Adam steps go by lambda, which D11 judges, and not by it'
    : 'it does not lengthen the steps of this run';

const words: Record<Measure, { title: string; sentence: (finding: Finding) => string }> = {
  'largest-lambda': {
    title: 'Largest scale of a layer',
    sentence: (f) =>
      f.verdict === 'info'
        ? `The largest lambda is ${figure(f.value)},${of(f)}; ` +
          (f.facts?.['multiplier'] === undefined
            ? 'it does not lengthen the steps of this run.'
            : `under Adam its weights move ${fact(f, 'multiplier')} times as far as by the learning rate, which D11 judges.`)
        : `The largest lambda is ${figure(f.value)},${of(f)}: its weights move ${fact(f, 'multiplier')} times as far as by the learning rate.` +
          ifBad(
            f,
            `A memory with a standard deviation of ${fact(f, 'neutral')} would bring the mean to 1; stable-rps has none to choose.`,
          ),
  },
  'lambda-range': {
    title: 'Range of scales',
    sentence: (f) =>
      `Lambda of "${fact(f, 'most')}" is ${figure(f.value)} times that of "${fact(f, 'least')}".${ifBad(f, 'No initStd suits both: use scaler: theory.')}`,
  },
  unused: {
    title: 'Unused memory',
    sentence: (f) =>
      `${percent(f.value)} of the memory is used by no weight; ${share(f, 'expected')} are expected of this mapping.${ifBad(f, 'A fold uses all of it.')}`,
  },
  load: {
    title: 'Evenness of loads',
    sentence: (f) =>
      `Loads differ by ${percent(f.value)} of their mean (${share(f, 'expected')} expected); the most sharers of a location are ${fact(f, 'most')}, and any mapping has one with ${fact(f, 'least')}.${ifBad(f, 'A fold has even loads.')}`,
  },
  collisions: {
    title: 'Sharing within a layer',
    sentence: (f) =>
      `${percent(f.value)} of the weights share a location with another of their own layer; at least ${share(f, 'unavoidable')} must under any mapping. Where that is much less, mapping: fold shares less within a layer.`,
  },
  'cache-lines': {
    title: 'Cache lines',
    sentence: (f) =>
      `${fact(f, 'pieceSize')} weights that lie side by side in their layer touch ${figure(f.value)} cache lines of the memory (${fact(f, 'expected')} by the formula).${f.verdict === 'info' ? ' Slices touch fewer: use mapping: fold where a step is to be fast.' : ''}`,
  },
  'mean-gamma': {
    title: 'Mean Gamma',
    sentence: (f) =>
      f.verdict === 'info'
        ? `The mean Gamma is ${figure(f.value)}; ${gammaAside(f)}.`
        : `On average a location steps Gamma = ${figure(f.value)} times as far as by the learning rate.` +
          ifBad(f, `Set initStd to ${fact(f, 'neutral')} for a mean of 1, or let scaler: theory divide by it.`),
  },
  'largest-gamma': {
    title: 'Largest Gamma',
    sentence: (f) =>
      f.verdict === 'info'
        ? `The largest Gamma is ${figure(f.value)}; ${gammaAside(f)}.`
        : `Where all sharers agree, a location steps up to ${figure(f.value)} times as far as by the learning rate.` +
          ifBad(f, 'The learning rates that are proved stable are shorter by as much at worst. Use scaler: theory.'),
  },
  'scaler-gap': {
    title: 'Steps of scaler v1',
    sentence: (f) =>
      `Steps under v1 are up to ${figure(f.value)} times longer than the ones that are proved stable.${ifBad(f, 'Use scaler: theory.')}`,
  },
  'norm-ratio': {
    title: 'Norm of the recovered weights',
    sentence: (f) =>
      `The weights${of(f)} begin ${figure(f.value)} times as large as without sharing.` +
      ifBad(
        f,
        `That is so of ${fact(f, 'layers')} layers. A factor of 0.577 is that of the public code (compat: true); otherwise the memory is too small for this layer or unevenly used: ${f.fix?.kind === 'fold' ? 'use mapping: fold' : 'use a smaller compression'}.`,
      ),
  },
  continuity: {
    title: 'Locations at compression 1',
    sentence: (f) =>
      bad(f)
        ? `At compression 1 this mapping is not the dense network: up to ${fact(f, 'most')} weights share a location, and ${percent(f.value)} of given weights are lost. Use mapping: fold.`
        : `At compression 1 every weight has a location of its own${f.facts?.['dense'] === 1 ? ', and begins and steps as without sharing: this is the dense network.' : ', but the network does not begin or step as the dense one does.'}`,
  },
  'dense-step': {
    title: 'The dense step at compression 1',
    sentence: (f) =>
      bad(f)
        ? `At compression 1 the weights${of(f)} move ${figure(f.value)} times as far in the first step as those of the dense network. Use scaler: theory.`
        : 'At compression 1 the first step is that of the dense network.',
  },
  'dense-start': {
    title: 'The dense start at compression 1',
    sentence: (f) =>
      `At compression 1 the weights begin ${figure(f.value)} times as large as those of the dense network, as in the public code. Use compat: false.`,
  },
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
      `The learning rate times the curvature along the first step is ${figure(f.value)}.` +
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
          ? ` Runs above ${fact(f, 'failure')} diverged or collapsed: this one is predicted to fail.`
          : f.verdict === 'warn'
            ? ` Up to ${fact(f, 'failure')} runs went either way.${found ? ` Learning rates below ${fact(f, 'largest')} are proved.` : ''}`
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
    sentence: (f) => `Loss or weights are not finite. ${since(f)} ${slower}`,
  },
  'loss-growth': {
    title: 'Growing loss',
    sentence: (f) => `The loss is ${figure(f.value)} times that of the first step. ${since(f)} ${slower}`,
  },
  plateau: {
    title: 'Loss of chance',
    sentence: (f) =>
      `The loss stays at ${figure(f.value)}, the logarithm of the number of classes: the network says nothing of its input. ${since(f)} Units may be dead: lower the learning rate.`,
  },
  'memory-growth': {
    title: 'Growing memory',
    sentence: (f) => `The norm of the memory is ${figure(f.value)} times that of the beginning. ${since(f)}`,
  },
  'gradient-growth': {
    title: 'Growing gradient',
    sentence: (f) => `The norm of the gradient rose ${figure(f.value)} times within ten steps. ${since(f)}`,
  },
  'zero-activations': {
    title: 'Dead layer',
    sentence: (f) =>
      `At step ${f.step}${notBefore(f)} ${figure(100 * (f.value ?? 0))} % of the activations${of(f)} are zero: hardly anything goes through it, and hardly a gradient comes back. ` +
      (f.facts?.['before'] === undefined ? 'See to the initialisation, biases and the scale of the data.' : slower),
  },
  'running-variance': {
    title: 'Running variance of a batch norm',
    sentence: (f) =>
      `At step ${f.step}${notBefore(f)} the running variance of batch norm "${f.layer}" is ` +
      (f.value === null
        ? 'not finite, and stays so: what it gives in evaluation says nothing of its input. '
        : `${figure(f.value)} times that of step ${f.facts?.['first']}. Where the weights before it have grown as far, a step turns them by as many times less. `) +
      slower,
  },
  'adam-scaler': {
    title: 'A scaler under Adam',
    sentence: (f) =>
      `Scaler ${fact(f, 'scaler')} does nothing under Adam, which divides by the size of each gradient. With scaler: theory the learning rate is scaled instead.`,
  },
  'adam-lambda': {
    title: 'Steps under Adam',
    sentence: (f) =>
      f.layer === undefined
        ? 'The learning rate of each location is scaled by its sharers, so weights move as those of a dense network.'
        : `Under Adam the weights${of(f)} move ${figure(f.value)} times as far as by the learning rate.${ifBad(f, `Set initStd to ${fact(f, 'neutral')}, or use scaler: theory.`)}`,
  },
  'half-precision': {
    title: 'Half precision',
    sentence: (f) =>
      `Gradients of the memory sum to up to ${figure(f.value)} times those of weights, so half precision overflows at gradients of ${fact(f, 'largest')}. Training here is in single precision; elsewhere unscale before dividing by Gamma.`,
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
};

/** What a warning of a run, `sharing.loss-growth`, is called; of a code that is not known the code. */
export const warningTitle = (code: string): string => {
  const measure = code.replace(/^sharing\./, '');
  return Object.hasOwn(words, measure) ? words[measure as Measure].title : code;
};

const fixTitles: Record<Fix['kind'], (fix: Fix) => string> = {
  fold: () => 'Use mapping: fold',
  theory: () => 'Use scaler: theory',
  'stable-rps': () => 'Use method: stable-rps',
  'init-std': ({ edits }) => `Set initStd to ${String(edits[0].value)}`,
  'learning-rate': ({ edits }) => `Set the learning rate to ${String(edits[0].value)}`,
  compression: ({ edits }) => `Set the compression to ${String(edits[0].value)}`,
  'no-compat': () => 'Begin with the full scale (compat: false)',
};

/** What is told of a finding. */
export function findingText(finding: Finding): SharingFinding {
  const { id, measure, value, threshold, least, verdict, layer, fix } = finding;
  const { title, sentence } = words[measure];
  return {
    ...{ id, measure, title, value, threshold },
    ...(least !== undefined && { least }),
    ...{ verdict, sentence: sentence(finding) },
    ...(layer !== undefined && { layer }),
    ...(fix && { fix: { title: fixTitles[fix.kind](fix), edits: fix.edits } }),
  };
}
