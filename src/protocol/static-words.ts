/** What is said of a config without data: D1 to D5, D11 and D12. */
import { plural } from '../core/figure';
import type { Finding, Measure } from '../core/rps/diagnosis/finding';
import { bad, fact, figure, ifBad, of, percent, share } from './finding-figures';
import type { FindingWords } from './finding-figures';

const gammaAside = ({ facts }: Finding): string =>
  facts?.['adam'] === 1
    ? 'under Adam steps go by lambda, which D11 judges, and not by it'
    : 'it does not lengthen the steps of this run';

/** Of the form that has no lambda: sigma is divided by what makes Gamma 1. */
const isNormalised = ({ facts }: Finding): boolean => facts?.['normalised'] === 1;

const largestSigma = (f: Finding): string =>
  `The largest sigma is ${figure(f.value)},${of(f)}; each location divides it by the root of the sum of sigma² over its sharers, so it does not lengthen the steps of this run.`;

const unitGamma =
  'Gamma is 1 at every location, as the factors of stable-rps are made: it does not lengthen the steps of this run.';

/** Of the scalers that leave a power of the scale of the memory in the steps. */
const underScaler = (f: Finding, when: string): string =>
  f.facts?.['scaler'] === undefined ? '' : ` under scaler ${fact(f, 'scaler')}${when}`;

const meanwhile = (f: Finding, which: string): string => `; the ${which} Gamma is ${fact(f, 'gamma')}`;

const tooFew = 'The memory is too small for this layer or unevenly used';

/** As its button has it. */
function normRepair({ fix }: Finding): string {
  if (!fix) return 'No memory is larger: another seed draws other numbers.';
  if (fix.kind === 'no-compat') return 'A factor of 0.577 is that of the public code: use compat: false.';
  return `${tooFew}: use ${fix.kind === 'fold' ? 'mapping: fold' : 'a smaller compression'}.`;
}

export const staticWords = {
  'largest-lambda': {
    title: 'Largest scale of a layer',
    sentence: (f) =>
      isNormalised(f)
        ? largestSigma(f)
        : f.verdict === 'info'
          ? `The largest lambda is ${figure(f.value)},${of(f)}; ` +
            (f.facts?.['multiplier'] === undefined
              ? 'it does not lengthen the steps of this run.'
              : `under Adam its weights move ${fact(f, 'multiplier')} times as far as by the learning rate, which D11 judges.`)
          : `The largest lambda is ${figure(f.value)},${of(f)}: its weights move ${fact(f, 'multiplier')} times as far as by the learning rate${underScaler(f, ', where they are alone at their location')}.` +
            ifBad(
              f,
              f.facts?.['neutral'] === undefined
                ? 'Use method: stable-rps, which has no scale of the memory to choose.'
                : `A memory with a standard deviation of ${fact(f, 'neutral')} would bring the mean to 1; stable-rps has none to choose.`,
            ),
  },
  'lambda-range': {
    title: 'Range of scales',
    sentence: (f) =>
      `${isNormalised(f) ? 'Sigma' : 'Lambda'} of "${fact(f, 'most')}" is ${figure(f.value)} times that of "${fact(f, 'least')}".${ifBad(f, 'No initStd suits both: use scaler: theory.')}`,
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
      `${percent(f.value)} of the weights share a location with another of their own layer; ${share(f, 'expected')} are expected of this mapping, ${share(f, 'fold')} of a fold, and at least ${share(f, 'unavoidable')} must under any.` +
      ifBad(
        f,
        `That is more than chance makes of it: use ${f.fix ? 'mapping: fold, or ' : ''}another seed, or a smaller compression.`,
      ),
  },
  'cache-lines': {
    title: 'Cache lines',
    sentence: (f) =>
      `Of weights that lie side by side in their layer, ${fact(f, 'pieceSize')} touch ${figure(f.value)} cache ${plural(f.value ?? 0, 'line')} of the memory (${fact(f, 'expected')} by the formula).${f.verdict === 'info' ? ' Slices touch fewer: use mapping: fold where a step is to be fast.' : ''}`,
  },
  'mean-gamma': {
    title: 'Mean Gamma',
    sentence: (f) =>
      isNormalised(f)
        ? unitGamma
        : f.verdict === 'info'
          ? `The mean Gamma is ${figure(f.value)}; ${gammaAside(f)}.`
          : `On average a location steps ${f.facts?.['gamma'] === undefined ? 'Gamma = ' : ''}${figure(f.value)} times as far as by the learning rate${underScaler(f, meanwhile(f, 'mean'))}.` +
            ifBad(f, `Set initStd to ${fact(f, 'neutral')} for a mean of 1, or let scaler: theory divide by it.`),
  },
  'largest-gamma': {
    title: 'Largest Gamma',
    sentence: (f) =>
      isNormalised(f)
        ? unitGamma
        : f.verdict === 'info'
          ? `The largest Gamma is ${figure(f.value)}; ${gammaAside(f)}.`
          : `Where all sharers agree, a location steps up to ${figure(f.value)} times as far as by the learning rate${underScaler(f, meanwhile(f, 'largest'))}.` +
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
        `${fact(f, 'layers')} ${plural(Number(f.facts?.['layers']), 'layer')} ${f.facts?.['layers'] === 1 ? 'is' : 'are'} off by more than chance. ${normRepair(f)}`,
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
  'adam-scaler': {
    title: 'A scaler under Adam',
    sentence: (f) =>
      `Scaler ${fact(f, 'scaler')} does nothing under Adam, which divides by the size of each gradient. Use scaler: theory, which scales the learning rate instead.`,
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
} satisfies Partial<Record<Measure, FindingWords>>;
