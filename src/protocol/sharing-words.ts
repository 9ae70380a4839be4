/** The sentences of a diagnosis of shared weights: what was found, what it means, and what a person can do. */
import type { Finding, Fix, Measure } from '../core/rps/diagnosis/finding';
import { ownOf } from '../core/rps/names';
import { figure } from './finding-figures';
import type { FindingWords } from './finding-figures';
import { measuredWords } from './measured-words';
import type { SharingFinding, SharingSummary } from './sharing';
import { staticWords } from './static-words';

const scopeWords = { global: 'one memory for all layers', local: 'each layer by itself' } as const;

/**
 * `stable-rps`, `roast by fold`, `roast, each layer by itself`: a mapping or a scope is said where it is not the
 * method's own.
 */
export const methodText = ({
  method,
  mapping,
  scope,
}: Pick<SharingSummary, 'method' | 'mapping' | 'scope'>): string => {
  const own = ownOf[method];
  return `${method}${mapping === own.mapping ? '' : ` by ${mapping}`}${scope === own.scope ? '' : `, ${scopeWords[scope]}`}`;
};

/** What the value of a finding is held against: `10`, `0.1 to 10`, `from 0.05`; empty where nothing is known. */
export function thresholdText({ threshold, least }: Pick<Finding, 'threshold' | 'least'>): string {
  if (least === undefined) return threshold === null ? '' : figure(threshold);
  if (threshold === null) return `from ${figure(least)}`;
  return least === threshold ? figure(least) : `${figure(least)} to ${figure(threshold)}`;
}

const words: Record<Measure, FindingWords> = { ...staticWords, ...measuredWords };

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
