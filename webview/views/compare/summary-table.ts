/** One row a method; a method that could not be run says why in its row. */
import type { ComparedMethod } from '../../../src/protocol/compare';
import { methodName } from '../../../src/protocol/words';
import { h } from '../../dom';
import { cellText } from '../../format';
import { sortedRows, summaryRow } from './series';
import { summaryColumns, words } from './words';

export class SummaryTable {
  readonly element = h('div', { class: 'compare-summary', tabindex: 0, role: 'region', 'aria-label': words.methods });
  private column: number | undefined;
  private down = false;

  constructor(private readonly methods: readonly ComparedMethod[]) {
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
    const all = this.methods.map((method) => ({ method, cells: summaryRow(method) }));
    const rows = column === undefined ? all : sortedRows(all, column, down);
    const head = summaryColumns.map(({ title, kind }, i) => {
      const sorted = i !== column ? undefined : down ? 'descending' : 'ascending';
      const arrow = sorted === undefined ? '' : down ? ' ↓' : ' ↑';
      const press = h('button', { type: 'button', on: { click: () => this.sort(i) } }, title + arrow);
      return h('th', { scope: 'col', class: kind, 'aria-sort': sorted }, press);
    });
    const body = rows.map(({ method, cells }) => {
      if (method.error)
        return h(
          'tr',
          { class: 'failed' },
          h('td', {}, methodName(method)),
          h('td', { colspan: cells.length - 1, title: method.error.code }, h('span', {}, method.error.message)),
        );
      return h(
        'tr',
        {},
        ...cells.map((cell, i) => h('td', { class: summaryColumns[i].kind, title: String(cell) }, cellText(cell))),
      );
    });
    this.element.replaceChildren(h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...body)));
  }
}
