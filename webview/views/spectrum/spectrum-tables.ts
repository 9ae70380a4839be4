/** What the charts of the Spectrum tab show, in numbers. */
import { numeric, tableOf, text, type Table } from '../../parts/table';
import { bins } from './spectrum-charts';
import { tableWords } from './words';

const { columns: head } = tableWords;

/** Singular values of a layer or of the Jacobian, by name. */
interface Shown {
  of: string;
  event: { step: number; values: number[] };
}

export const valuesTable = (step: number, shown: readonly Shown[]): Table =>
  tableOf(
    { name: tableWords.values.name, caption: tableWords.values.caption(step) },
    [text(head.of), numeric(head.step), numeric(head.index), numeric(head.value)],
    shown.flatMap(({ of, event }) => event.values.map((value, i) => [of, event.step, i + 1, value])),
  );

export const binsTable = (step: number, shown: readonly Shown[]): Table =>
  tableOf(
    { name: tableWords.bins.name, caption: tableWords.bins.caption(step) },
    [text(head.of), numeric(head.step), numeric(head.from), numeric(head.to), numeric(head.values)],
    shown.flatMap(({ of, event }) =>
      bins(event.values).map(({ from, to, count }) => [of, event.step, from, to, count]),
    ),
  );
