/** The rows of compared runs: a box that shows the run, its name that opens it, its figures, and why there are none. */
import type { ComparedRun } from '../../../src/protocol/compare-runs';
import { runTitle } from '../../../src/protocol/words';
import { checkbox } from '../../controls';
import { h } from '../../dom';
import { cellText } from '../../format';
import type { SortableRow } from '../../parts/sortable-table';
import type { Cell, TableColumn } from '../../parts/table';
import { swatchOf } from '../compare/series';
import { words } from './words';

export interface RowHandlers {
  shown: boolean;
  show(shown: boolean): void;
  open(): void;
}

/** `place`: of its method, for colour and dash. */
export const runRow = (
  run: ComparedRun,
  place: number,
  { columns, cells, settings }: { columns: readonly TableColumn[]; cells: Cell[]; settings: number },
  handlers: RowHandlers,
): SortableRow => {
  const title = runTitle(run.id);
  const elements = (): HTMLElement[] => {
    const { element: box } = checkbox(title, handlers.shown, (shown) => handlers.show(shown));
    const press = { class: 'run-link', 'aria-label': words.openRun(title), on: { click: () => handlers.open() } };
    const link = h('button', { type: 'button', ...press }, words.open);
    const first = h(
      'td',
      { class: 'run-name' },
      h('span', {}, h('span', { class: `swatch ${swatchOf(place)}` }), box, link),
    );
    const rest = cells.slice(1).map((cell, i) => {
      // A setting as it was written; a figure with three digits.
      const text = i < settings ? String(cell) : cellText(cell);
      return h('td', { class: columns[i + 1].kind, title: text === String(cell) ? undefined : String(cell) }, text);
    });
    const row = h('tr', { class: handlers.shown ? undefined : 'left-out' }, first, ...rest);
    if (run.problem === undefined) return [row];
    return [row, h('tr', { class: 'failed' }, h('td', { colspan: cells.length }, h('span', {}, run.problem)))];
  };
  return { cells, elements };
};
