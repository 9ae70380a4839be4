/** One row a method; a method that could not be run says why in its row. */
import type { ComparedMethod } from '../../../src/protocol/compare';
import { methodName } from '../../../src/protocol/words';
import { h } from '../../dom';
import { cellText } from '../../format';
import { SortableTable, type SortableRow } from '../../parts/sortable-table';
import { summaryRow } from './series';
import { summaryColumns, words } from './words';

const row = (method: ComparedMethod): SortableRow => {
  const cells = summaryRow(method);
  const { error } = method;
  const failed = error && [
    h('td', {}, methodName(method)),
    h('td', { colspan: cells.length - 1, title: error.code }, h('span', {}, error.message)),
  ];
  const shown = (): HTMLElement[] =>
    cells.map((cell, i) => h('td', { class: summaryColumns[i].kind, title: String(cell) }, cellText(cell)));
  return {
    cells,
    elements: () => [failed ? h('tr', { class: 'failed' }, ...failed) : h('tr', {}, ...shown())],
  };
};

export const summaryTable = (methods: readonly ComparedMethod[]): SortableTable =>
  new SortableTable(words.methods, summaryColumns, methods.map(row));
