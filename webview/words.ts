/** What the parts that all views share say. Each view has a file of its own words beside it. */
import { count, density, figure } from './format';

/** How many are kept of a row or a column. */
interface Margin {
  at: number;
  kept: number;
  of: number;
}

export const words = {
  table: 'Table',
  whichTable: 'Table',
  previousRows: 'Previous',
  nextRows: 'Next',
  rows: (first: number, last: number, all: number) => `Rows ${count(first)} to ${count(last)} of ${count(all)}`,
  noRows: (caption: string) => `${caption}: no rows yet.`,
  rowCount: (rows: number) => `${count(rows)} rows`,
  exportPicture: 'Export the picture (PNG)',
  exportTable: 'Export the table (CSV)',
  showTable: 'Show as a table',
  showPicture: 'Show as a picture',
  help: 'Help',
  close: 'Close',
  viewTools: 'View',
  saved: (name: string) => `Saved ${name}`,
  notExported: (reason: string) => `Not exported: ${reason}`,
  stageKeys: [
    ['t', 'Table instead of the picture, and back'],
    ['e', 'Export the picture (PNG)'],
    ['Shift+E', 'Export the table (CSV): the open one, else the first'],
    ['?', 'This help'],
  ] satisfies readonly (readonly [key: string, what: string])[],
  work: {
    cancel: 'Cancel',
    /** `left`: how long it may still take; `next`: what waits for its turn. */
    going: (what: string, message: string, left: string | undefined, next: readonly string[]) =>
      [
        what,
        ...(message === '' ? [] : [message]),
        ...(left === undefined ? [] : [`about ${left} left`]),
        ...(next.length === 0 ? [] : [`next: ${next.join('; ')}`]),
      ].join(' · '),
    failed: (what: string, reason: string) => `${what}: ${reason}`,
  },
  matrix: {
    show: 'Show',
    mask: 'Mask',
    weights: 'Weights',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Fit',
    /** Names of the tables of a matrix; `what`: kept, non-zero. */
    elements: 'Elements',
    byRow: 'By row',
    byColumn: 'By column',
    whatIs: (name: string, what: string) => `${name}: what is ${what}`,
    perRow: (name: string, what: string) => `${name}: ${what} by row`,
    perColumn: (name: string, what: string) => `${name}: ${what} by column`,
    area: (name: string, rows: readonly [number, number], columns: readonly [number, number]) =>
      `${name}, rows ${rows[0]} to ${rows[1]}, columns ${columns[0]} to ${columns[1]}`,
    whole: (matrix: string, kept: number, all: number, what: string) =>
      `${matrix} · ${count(kept)} of ${count(all)} ${what} · density ${density(kept / all)}`,
    /** `value`: none while it is being read; `what`: kept or pruned, as far as it is known. */
    element: (
      name: string,
      { row, column }: { row: number; column: number },
      value: number | undefined,
      what: string | undefined,
    ) =>
      `${name} [row ${row}, column ${column}] weight ${value === undefined ? '…' : figure(value)}${what === undefined ? '' : ` · ${what}`}`,
    exact: (value: number) => `weight ${value}`,
    margins: (row: Margin, column: Margin, what: string) =>
      `row ${count(row.at)}: ${count(row.kept)} of ${count(row.of)} · ` +
      `column ${count(column.at)}: ${count(column.kept)} of ${count(column.of)} ${what}`,
    cells: (side: number) => `${side} × ${side} weights a cell`,
    rowsLookedAt: (every: number) => `1 of ${count(every)} rows looked at`,
  },
  timeline: {
    label: 'Timeline',
    step: 'Step',
    first: 'First step',
    previous: 'Previous step',
    next: 'Next step',
    last: 'Last step',
    initialisation: 'initialisation',
    checkpoint: 'checkpoint',
    newest: 'newest checkpoint',
    spoken: (step: number, name: string) => `step ${step}, ${name}`,
    place: (step: number, total: number, name: string) => `step ${count(step)} of ${count(total)} · ${name}`,
  },
} as const;
