/** The course in numbers. */
import type { SharingEvent, SharingFailure } from '../../../src/protocol/sharing';
import { warningTitle } from '../../../src/protocol/sharing-words';
import { numeric, tableOf, type Cell, type Table, type TableColumn } from '../../parts/table';
import { courseWords as words } from './course-words';

interface LayerRow {
  layer: string;
  updateRatio: number | null;
  norm: number | null;
}

const layerColumns = (layers: readonly string[]): TableColumn[] =>
  layers.flatMap((name) => [numeric(words.columns.ratio(name)), numeric(words.columns.norm(name))]);

const layerCells = (rows: readonly LayerRow[], layers: readonly string[]): Cell[] =>
  layers.flatMap((name) => {
    const row = rows.find(({ layer }) => layer === name);
    return [row?.updateRatio ?? '', row?.norm ?? ''];
  });

export const eventsTable = (events: readonly SharingEvent[], name: string, layers: readonly string[]): Table =>
  tableOf(
    { name: words.eventsTable.name, caption: words.eventsTable.caption(name) },
    [numeric(words.columns.step), numeric(words.columns.growth), ...layerColumns(layers)],
    events.map((event) => [event.step, event.memoryGrowth, ...layerCells(event.layers, layers)]),
  );

export const failureTable = ({ code, steps }: SharingFailure, name: string, layers: readonly string[]): Table =>
  tableOf(
    { name: words.failureTable.name, caption: words.failureTable.caption(name, warningTitle(code)) },
    [
      numeric(words.columns.step),
      numeric(words.columns.loss),
      numeric(words.columns.memory),
      numeric(words.columns.gradient),
      ...layerColumns(layers),
    ],
    steps.map((step) => [
      step.step,
      step.loss ?? 'NaN',
      step.memoryNorm ?? 'NaN',
      step.gradientNorm ?? 'NaN',
      ...layerCells(step.layers, layers),
    ]),
  );
