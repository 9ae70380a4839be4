/** A table as data: what a picture says in numbers, and what becomes CSV. */

export type Cell = string | number;

export interface TableColumn {
  title: string;
  kind: 'text' | 'number';
}

export interface Table {
  caption: string;
  columns: readonly TableColumn[];
  /** Number of rows. */
  length: number;
  /** Rows `[start, end)`. */
  rows(start: number, end: number, signal: AbortSignal): readonly Cell[][] | Promise<readonly Cell[][]>;
}

/** A table whose rows are there already. */
export const tableOf = (caption: string, columns: readonly TableColumn[], all: readonly Cell[][]): Table => ({
  caption,
  columns,
  length: all.length,
  rows: (start, end) => all.slice(start, end),
});

export const text = (title: string): TableColumn => ({ title, kind: 'text' });
export const numeric = (title: string): TableColumn => ({ title, kind: 'number' });
