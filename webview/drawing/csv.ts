/** Tables as RFC 4180 text, piece by piece. */
import type { Cell, Table } from '../parts/table';

/** Rows asked for at once. */
const rowsAtOnce = 4096;

/** Numbers keep all their digits; text is quoted when it has to be. */
const field = (cell: Cell): string => {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const line = (cells: readonly Cell[]): string => `${cells.map(field).join(',')}\r\n`;

/** The header, then all rows, as UTF-8. */
export async function* csvChunks(table: Table, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  yield encoder.encode(line(table.columns.map(({ title }) => title)));
  for (let start = 0; start < table.length; start += rowsAtOnce) {
    const rows = await table.rows(start, Math.min(table.length, start + rowsAtOnce), signal);
    yield encoder.encode(rows.map(line).join(''));
  }
}
