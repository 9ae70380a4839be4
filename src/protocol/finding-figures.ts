/** How the sentences of a diagnosis say numbers, and what is only said where something is wrong. */
import { figureText } from '../core/figure';
import type { Finding } from '../core/rps/diagnosis/finding';

/** What a measure is called, and what is told of a finding of it. */
export interface FindingWords {
  title: string;
  sentence: (finding: Finding) => string;
}

/** Three digits. */
export const figure = (value: number | null): string => (value === null ? '-' : figureText(value, 3));

/** `37 %`, `0.4 %`. */
export const percent = (value: number | null): string => (value === null ? '-' : `${figureText(100 * value, 2)} %`);

/** `14 % of`, `2.8 times`. */
export const portion = (value: number | null): string =>
  value !== null && value >= 1 ? `${figure(value)} times` : `${percent(value)} of`;

export const fact = ({ facts }: Finding, key: string): string => {
  const value = facts?.[key];
  return typeof value === 'number' ? figure(value) : (value ?? '-');
};
export const share = ({ facts }: Finding, key: string): string => percent(Number(facts?.[key]));

export const of = ({ layer }: Finding): string => (layer === undefined ? '' : ` of layer "${layer}"`);
export const bad = ({ verdict }: Finding): boolean => verdict === 'warn' || verdict === 'fail';
/** Adds what is only said where something is wrong. */
export const ifBad = (finding: Finding, text: string): string => (bad(finding) ? ` ${text}` : '');
