/** The table behind a picture: for screen readers, for reading numbers off, page by page. */
import { button } from '../controls';
import { h } from '../dom';
import { isCancelled, sentence } from '../errors';
import { cellText, count } from '../format';
import { renderTable } from './table-markup';
import type { Cell, Table } from './table';

const pageLength = 200;

export class TableTwin {
  readonly element: HTMLElement;
  private readonly body = h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Table' });
  private readonly where = h('span', { class: 'table-where' });
  private readonly before = button('Previous', () => this.go(this.start - pageLength));
  private readonly after = button('Next', () => this.go(this.start + pageLength));
  /** First row of the shown page. */
  start = 0;
  private loading = new AbortController();

  /** `start`: a row of the page to begin with. */
  constructor(
    private readonly table: Table,
    start = 0,
  ) {
    const pager = h('div', { class: 'pager' }, this.where, this.before.element, this.after.element);
    this.element = h('section', { class: 'table-twin' }, this.body, table.length > pageLength && pager);
    const page = Math.min(start, Math.max(0, table.length - 1));
    this.go(page - (page % pageLength));
  }

  dispose(): void {
    this.loading.abort();
    this.element.remove();
  }

  private go(start: number): void {
    if (start !== this.start) this.body.scrollTop = 0;
    this.start = start;
    const end = Math.min(this.table.length, start + pageLength);
    this.where.textContent = `Rows ${count(start + 1)} to ${count(end)} of ${count(this.table.length)}`;
    this.before.enabled = start > 0;
    this.after.enabled = end < this.table.length;
    this.loading.abort();
    this.loading = new AbortController();
    void this.load(start, end, this.loading.signal);
  }

  private async load(start: number, end: number, signal: AbortSignal): Promise<void> {
    try {
      const rows = await this.table.rows(start, end, signal);
      if (signal.aborted) return;
      this.show(rows);
    } catch (error) {
      if (isCancelled(error) || signal.aborted) return;
      this.body.replaceChildren(h('p', { class: 'table-empty', role: 'alert' }, sentence(error).message));
    }
  }

  private show(rows: readonly Cell[][]): void {
    this.body.replaceChildren(
      this.table.length === 0
        ? h('p', { class: 'table-empty' }, `${this.table.caption}: no rows yet.`)
        : renderTable(this.table.caption, this.table.columns, rows, cellText),
    );
  }
}
