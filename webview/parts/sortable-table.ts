/** A table of few rows that a click on a column sorts. */
import { h } from '../dom';
import type { Cell, TableColumn } from './table';

export interface SortableRow {
  /** What it is sorted by, one a column; '' where there is no figure. */
  cells: Cell[];
  /** Its elements: the row itself, and what belongs below it. */
  elements(): HTMLElement[];
}

/** By one column; rows without a figure come last, whichever way. */
const sortedRows = <T extends { cells: Cell[] }>(rows: readonly T[], column: number, down: boolean): T[] =>
  [...rows].sort((one, other) => {
    const [a, b] = [one.cells[column], other.cells[column]];
    if (a === '' || b === '') return Number(a === '') - Number(b === '');
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
    return down ? -order : order;
  });

export class SortableTable {
  readonly element: HTMLElement;
  private column: number | undefined;
  private down = false;

  constructor(
    label: string,
    private columns: readonly TableColumn[],
    private rows: readonly SortableRow[],
  ) {
    this.element = h('div', { class: 'compare-summary', tabindex: 0, role: 'region', 'aria-label': label });
    this.draw();
  }

  /** The figures changed; the order chosen stays, as far as its column does. */
  update(columns: readonly TableColumn[], rows: readonly SortableRow[]): void {
    if (columns.map(({ title }) => title).join('\n') !== this.columns.map(({ title }) => title).join('\n'))
      this.column = undefined;
    this.columns = columns;
    this.rows = rows;
    this.draw();
  }

  private sort(column: number): void {
    this.down = this.column === column && !this.down;
    this.column = column;
    this.draw();
    // The button that was pressed is a new one: the keyboard stays on it.
    this.element.querySelectorAll<HTMLElement>('th button')[column].focus();
  }

  private draw(): void {
    const { column, down } = this;
    const rows = column === undefined ? this.rows : sortedRows(this.rows, column, down);
    const head = this.columns.map(({ title, kind }, i) => {
      const sorted = i !== column ? undefined : down ? 'descending' : 'ascending';
      const arrow = sorted === undefined ? '' : down ? ' ↓' : ' ↑';
      const press = h('button', { type: 'button', on: { click: () => this.sort(i) } }, title + arrow);
      return h('th', { scope: 'col', class: kind, 'aria-sort': sorted }, press);
    });
    const body = rows.flatMap((row) => row.elements());
    this.element.replaceChildren(h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...body)));
  }
}
