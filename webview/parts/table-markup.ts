/** A table as HTML: numbers right-aligned and in figures of one width, exact on hover. */
import { h } from '../dom';
import { cellText } from '../format';
import type { Cell, TableColumn } from './table';

export const renderTable = (
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly (Cell | Node)[])[],
  show: (cell: Cell) => string = cellText,
): HTMLTableElement =>
  h(
    'table',
    {},
    h('caption', {}, caption),
    h('thead', {}, h('tr', {}, ...columns.map(({ title, kind }) => h('th', { scope: 'col', class: kind }, title)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell, i) => tableCell(cell, columns[i], show))))),
  );

const tableCell = (cell: Cell | Node, { kind }: TableColumn, show: (cell: Cell) => string): HTMLElement => {
  if (cell instanceof Node) return h('td', { class: kind }, cell);
  const shown = show(cell);
  return h('td', { class: kind, title: shown === String(cell) ? undefined : String(cell) }, shown);
};
