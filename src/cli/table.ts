/** Tables of text and numbers for a terminal. */
import { figureText } from '../core/figure';
import { oneLine } from './printable';

type Alignment = 'left' | 'right';

/** Lines of one table: columns as wide as their widest cell, two spaces apart, no trailing blanks. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Alignment[],
): string {
  const all = [header, ...rows].map((row) => row.map(oneLine));
  const widths = header.map((_, c) => Math.max(...all.map((row) => row[c].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => (align[c] === 'right' ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** Significant digits, as `figureText` has them. */
export const significant = (value: number, digits = 4): string => figureText(value, digits);

/** Decimal places, but of numbers too long for a column, which get an exponent: at most 12 characters with 5 places. */
export const fixed = (value: number, places: number): string =>
  Math.abs(value) < 1e6 ? value.toFixed(places) : value.toExponential(places);

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** `[#####-----]` */
export const bar = (share: number, width = 24): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
};
