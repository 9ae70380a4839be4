/** The tables behind a picture: for screen readers, for reading numbers off, page by page. */
import { button, segmented } from '../controls';
import { h } from '../dom';
import { isCancelled, sentence } from '../errors';
import { cellText } from '../format';
import { words } from '../words';
import { renderTable } from './table-markup';
import type { Cell, Table } from './table';

const pageLength = 200;

export class TableTwin {
  readonly element: HTMLElement;
  private readonly head = h('div', { class: 'table-head' });
  private readonly body = h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': words.table });
  private readonly where = h('span', { class: 'table-where' });
  private readonly before = button(words.previousRows, () => this.go(this.start - pageLength));
  private readonly after = button(words.nextRows, () => this.go(this.start + pageLength));
  private readonly pager = h('div', { class: 'pager' }, this.where, this.before.element, this.after.element);
  /** First row of the shown page. */
  private start = 0;
  private shown: Table;
  private offered = '';
  private loading = new AbortController();

  /** `tables`: at least one; the first is shown. */
  constructor(private tables: readonly Table[]) {
    this.element = h('section', { class: 'table-twin' }, this.head, this.body, this.pager);
    this.shown = tables[0];
    this.update(tables);
  }

  /** The table that is read, and exported. */
  get table(): Table {
    return this.shown;
  }

  /** The numbers changed: the same table and page of it, as far as they are still there. */
  update(tables: readonly Table[]): void {
    this.tables = tables;
    this.shown = tables.find(({ name }) => name === this.shown.name) ?? tables[0];
    this.offer();
    const page = Math.min(this.start, Math.max(0, this.shown.length - 1));
    this.go(page - (page % pageLength));
  }

  dispose(): void {
    this.loading.abort();
    this.element.remove();
  }

  private offer(): void {
    const names = this.tables.map(({ name }) => name);
    if (names.join('\n') === this.offered) return;
    this.offered = names.join('\n');
    this.head.hidden = names.length < 2;
    const options = names.map((name) => ({ value: name, text: name }));
    this.head.replaceChildren(
      segmented(words.whichTable, options, this.shown.name, (name) => {
        this.shown = this.tables.find((table) => table.name === name) ?? this.shown;
        this.go(0);
      }).element,
    );
  }

  private go(start: number): void {
    const { length } = this.shown;
    if (start !== this.start) this.body.scrollTop = 0;
    this.start = start;
    const end = Math.min(length, start + pageLength);
    this.pager.hidden = length <= pageLength;
    this.where.textContent = words.rows(start + 1, end, length);
    this.before.enabled = start > 0;
    this.after.enabled = end < length;
    this.loading.abort();
    this.loading = new AbortController();
    void this.load(start, end, this.loading.signal);
  }

  private async load(start: number, end: number, signal: AbortSignal): Promise<void> {
    const { shown } = this;
    try {
      const rows = await shown.rows(start, end, signal);
      if (!signal.aborted) this.show(shown, rows);
    } catch (error) {
      if (isCancelled(error) || signal.aborted) return;
      this.body.replaceChildren(h('p', { class: 'table-empty', role: 'alert' }, sentence(error).message));
    }
  }

  private show(table: Table, rows: readonly Cell[][]): void {
    this.body.replaceChildren(
      table.length === 0
        ? h('p', { class: 'table-empty' }, words.noRows(table.caption))
        : renderTable(table.caption, table.columns, rows, cellText),
    );
  }
}
