/** Everything measured, as one table. Started by `npm run bench`, which has built the extension. */
import * as os from 'node:os';
import { benchCore } from './core';
import { benchEditor } from './editor';
import { benchEngine } from './engine';
import { benchFiles } from './files';
import { benchKernels } from './kernels';
import { benchMethods } from './methods';
import type { BenchRow } from './row';
import { benchSharing } from './sharing';

const milliseconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);

/** Columns of numbers. */
const right = new Set([1, 2, 4, 5]);

const table = (rows: readonly BenchRow[]): string => {
  const cells = rows.map(({ name, milliseconds: own, runs, beside, note }) => [
    ...[name, milliseconds(own), String(runs), beside?.name ?? ''],
    ...(beside ? [milliseconds(beside.milliseconds), `${(own / beside.milliseconds).toFixed(3)} x`] : ['', '']),
    note ?? '',
  ]);
  const all = [['what', 'ms (median)', 'runs', 'beside', 'its ms', 'ratio', 'note'], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, i) => (right.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (right.has(i) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(all[0]), rule, ...all.slice(1).map(line)].join('\n');
};

const cpus = os.cpus();
console.log(
  `Node ${process.versions.node}, ${cpus.length} x ${cpus[0]?.model ?? 'unknown processor'}, ${os.platform()}\n`,
);
const rows: BenchRow[] = [];
for (const bench of [benchCore, benchKernels, benchMethods, benchFiles, benchSharing, benchEngine, benchEditor])
  rows.push(...(await bench()));
console.log(table(rows));
process.exit(0);
