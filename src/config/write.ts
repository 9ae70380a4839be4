/** Writes values as a person would, for suggestions: the one place that knows what YAML and JSON look like. */
import type { ConfigFormat } from './format';
import type { TextLines } from './text';
import type { Place } from './tree';

/** Plain YAML words that stay strings. */
const safe = /^(?:\.{0,2}\/)?[A-Za-z][A-Za-z0-9 ._/-]*$/;
const special = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

export function scalarText(value: string | number | boolean, format: ConfigFormat): string {
  if (typeof value !== 'string') return String(value);
  return format === 'yaml' && safe.test(value) && !special.test(value) ? value : JSON.stringify(value);
}

/** `{ fixed: 45 }`; `inner` is written already. */
export const mapText = (key: string, inner: string, format: ConfigFormat): string =>
  `{ ${scalarText(key, format)}: ${inner} }`;

/**
 * The text of a scalar's span with a pair added after it, in the manner of the map that holds it; nothing where a sweep
 * puts the scalar there, since it is written elsewhere.
 */
export function withPairAfter(
  place: Place,
  key: string,
  value: string,
  lines: TextLines,
  format: ConfigFormat,
): string | undefined {
  const home = place.parent?.span;
  if (home && (place.node.span.start < home.start || place.node.span.end > home.end)) return undefined;
  const old = lines.slice(place.node.span);
  const pair = `${scalarText(key, format)}: ${scalarText(value, format)}`;
  if (!place.pair || place.parent?.flow !== false) return `${old}, ${pair}`;
  return `${old}\n${' '.repeat(lines.position(place.pair.keySpan.start).column)}${pair}`;
}
