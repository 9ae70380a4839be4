/** A table as data: what a picture says in numbers, and what becomes CSV. */

export type Cell = string | number;

export interface TableColumn {
  title: string;
  kind: 'text' | 'number';
}

export interface Table {
  /** Told from the other tables of the same picture by one or two words. */
  name: string;
  caption: string;
  columns: readonly TableColumn[];
  /** Number of rows. */
  length: number;
  /** Rows `[start, end)`. */
  rows(start: number, end: number, signal: AbortSignal): readonly Cell[][] | Promise<readonly Cell[][]>;
}

/** A table whose rows are there already. */
export const tableOf = (
  { name, caption }: Pick<Table, 'name' | 'caption'>,
  columns: readonly TableColumn[],
  all: readonly Cell[][],
): Table => ({
  name,
  caption,
  columns,
  length: all.length,
  rows: (start, end) => all.slice(start, end),
});

export const text = (title: string): TableColumn => ({ title, kind: 'text' });
export const numeric = (title: string): TableColumn => ({ title, kind: 'number' });
