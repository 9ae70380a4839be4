/** What a sentence about a config is made of. */
import { count } from '../core/figure';
import type { Suggestion } from './issues';

/** A mistake, before it has a place. */
export interface Finding {
  code: string;
  message: string;
  /** An error unless it says so. */
  severity?: 'warning';
  suggestion?: Suggestion | undefined;
  others?: Suggestion[];
}

/** A finding about a place that has a path. */
export interface PathFinding extends Finding {
  path: string;
}

export const finding = (code: string, message: string, suggestion?: Suggestion): Finding => ({
  code: `config.${code}`,
  message,
  ...(suggestion && { suggestion }),
});

export const warning = (code: string, message: string, suggestion?: Suggestion): Finding => ({
  ...finding(code, message, suggestion),
  severity: 'warning',
});

/** What a person typed, short enough for a sentence. */
export const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
export { count };
export const size = (layer: { rows: number; columns: number }): string =>
  `${count(layer.rows)} x ${count(layer.columns)}`;
export const change = (text: string): Suggestion => ({ text, title: `Change to ${shown(text)}` });
