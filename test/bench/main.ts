/** Everything measured, as one table. Started by `npm run bench`, which has built the extension. */
import * as os from 'node:os';
import { chosenTopics } from '../../scripts/lib/bench-topics.mjs';
import type { BenchTopic } from '../../scripts/lib/bench-topics.mjs';
import { processKernels } from '../../src/engine/kernels/process';
import { benchBreakEven } from './break-even';
import { benchCore } from './core';
import { benchEditor } from './editor';
import { benchEngine } from './engine';
import { benchFiles } from './files';
import { benchKernels } from './kernels';
import { benchMethods } from './methods';
import { benchReachedDense } from './reached-dense';
import { benchReachedEoi, benchReachedSpectra } from './reached-matrices';
import { benchReachedDensity, benchReachedMemory, benchReachedSteps } from './reached-steps';
import type { BenchRow } from './row';
import { benchSharing } from './sharing';

const milliseconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);

/** Columns of numbers. */
const right = new Set([1, 2, 4, 5]);

const times = (ratio: number): string => `${ratio >= 0.1 ? ratio.toFixed(2) : ratio.toPrecision(2)} x`;

/** What is to be reached, and whether it is. */
function goalOf({ goal, milliseconds: own, beside }: BenchRow): string {
  if (!goal) return '';
  if ('words' in goal) return `${goal.words}: ${goal.reached ? 'reached' : 'NOT reached'}`;
  const [text, found] =
    'most' in goal
      ? [`<= ${goal.most} ms`, own / goal.most]
      : [`<= ${times(goal.ratio)}`, own / (beside?.milliseconds ?? NaN) / goal.ratio];
  if ('ratio' in goal && beside?.slow !== undefined) return `${text}: cannot be said, ${beside.slow}`;
  return `${text}: ${Number.isNaN(found) ? 'not measured' : found <= 1 ? 'reached' : 'NOT reached'}`;
}

const table = (rows: readonly BenchRow[]): string => {
  const cells = rows.map(({ beside, ...row }) => [
    ...[row.name, milliseconds(row.milliseconds), String(row.runs), beside?.name ?? ''],
    ...(beside ? [milliseconds(beside.milliseconds), times(row.milliseconds / beside.milliseconds)] : ['', '']),
    ...[goalOf({ ...row, ...(beside && { beside }) }), row.note ?? ''],
  ]);
  const all = [['what', 'ms (median)', 'runs', 'beside', 'its ms', 'ratio', 'to reach', 'note'], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, i) => (right.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (right.has(i) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(all[0]), rule, ...all.slice(1).map(line)].join('\n');
};

/** In the order of the table. */
const topics: Readonly<Record<BenchTopic, () => BenchRow[] | Promise<BenchRow[]>>> = {
  'reached-eoi': benchReachedEoi,
  'reached-spectra': benchReachedSpectra,
  'reached-steps': benchReachedSteps,
  'reached-density': benchReachedDensity,
  'reached-dense': benchReachedDense,
  'reached-memory': benchReachedMemory,
  core: benchCore,
  kernels: async () => [...(await benchKernels()), ...(await benchBreakEven())],
  methods: benchMethods,
  files: benchFiles,
  sharing: benchSharing,
  engine: benchEngine,
  editor: benchEditor,
};

const cpus = os.cpus();
const { kernels, reason } = processKernels();
const conditions = [
  `${new Date().toISOString().slice(0, 16)}Z`,
  `Node ${process.versions.node}`,
  `${cpus.length} x ${cpus[0]?.model ?? 'unknown processor'}`,
  os.platform(),
  `load ${os.loadavg()[0].toFixed(1)}`,
  `kernels ${kernels.kind}${reason === undefined ? '' : ` (${reason})`}`,
];
console.log(`${conditions.join(', ')}\n`);
const rows: BenchRow[] = [];
for (const topic of chosenTopics(process.argv.slice(2))) rows.push(...(await topics[topic]()));
console.log(table(rows));
process.exit(0);
