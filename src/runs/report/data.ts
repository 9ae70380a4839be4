/** Gathers what a report shows from a run folder, thinned to a bounded size. */
import { maxConfigBytes } from '../../config/format';
import { configTooLarge } from '../../config/invalid';
import { isSparseError } from '../../core/errors';
import { readText } from '../../formats/text-file';
import { maxReportMaskSide, maxReportPoints, maxReportSpectra, reportDataVersion } from '../../protocol/report';
import type { ReportData, ReportMask, ReportMetrics } from '../../protocol/report';
import type { JacobianEvent, LayerSummary, SignalsEvent, SpectrumEvent } from '../../protocol/run';
import type { RunFolder } from '../folder';
import { RunReader } from '../reader';
import { thin, thinned } from '../thin';

/** All items of a paged answer. */
async function allPages<T>(read: (start: number) => Promise<{ total: number; items: T[] }>): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const page = await read(items.length);
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= page.total) return items;
  }
}

async function readMetrics(reader: RunReader): Promise<ReportMetrics> {
  const columns = ['step', 'loss', 'accuracy', 'gradientNorm', 'learningRate'] as const;
  const result: ReportMetrics = { total: 0, step: [], loss: [], accuracy: [], gradientNorm: [], learningRate: [] };
  let page = await reader.metrics({ start: 0, end: Number.MAX_SAFE_INTEGER });
  result.total = page.total;
  let start = 0;
  for (const index of thinned(page.total, maxReportPoints)) {
    while (index >= start + page.step.length && page.step.length > 0) {
      start += page.step.length;
      page = await reader.metrics({ start, end: Number.MAX_SAFE_INTEGER });
    }
    for (const column of columns) result[column].push(page[column][index - start]);
  }
  return result;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Bits read at once, in rows: well below what one answer carries. */
const bitsAtOnce = 1 << 22;

async function readMask(reader: RunReader, { name, shape: [rows, columns] }: LayerSummary): Promise<ReportMask> {
  const full = { columnStart: 0, columnEnd: columns };
  if (rows <= maxReportMaskSide && columns <= maxReportMaskSide) {
    const { bits } = await reader.maskTile({ layer: name, rowStart: 0, rowEnd: rows, ...full });
    return { layer: name, rows, columns, form: 'bits', data: base64(bits) };
  }
  const cellRows = Math.min(rows, maxReportMaskSide);
  const cellColumns = Math.min(columns, maxReportMaskSide);
  const kept = new Float64Array(cellRows * cellColumns);
  const size = new Float64Array(cellRows * cellColumns);
  const stride = Math.ceil(columns / 8);
  const rowsAtOnce = Math.max(1, Math.floor(bitsAtOnce / columns));
  for (let rowStart = 0; rowStart < rows; rowStart += rowsAtOnce) {
    const rowEnd = Math.min(rows, rowStart + rowsAtOnce);
    const { bits } = await reader.maskTile({ layer: name, rowStart, rowEnd, ...full });
    for (let r = rowStart; r < rowEnd; r++) {
      const cellRow = Math.floor((r * cellRows) / rows) * cellColumns;
      for (let c = 0; c < columns; c++) {
        const cell = cellRow + Math.floor((c * cellColumns) / columns);
        kept[cell] += (bits[(r - rowStart) * stride + (c >> 3)] >> (c & 7)) & 1;
        size[cell]++;
      }
    }
  }
  const cells = Uint8Array.from(kept, (count, i) => Math.round((255 * count) / size[i]));
  return { layer: name, rows, columns, form: 'cells', cellRows, cellColumns, data: base64(cells) };
}

/** A run that ended while it was initialising has no masks; a file that is there and damaged is to be told. */
const unlessMissing = (error: unknown): undefined => {
  if (!isSparseError(error) || !['runs.not-written-yet', 'file.not-found'].includes(error.code)) throw error;
};

/** @throws SparseError `runs.*`, `file.*`, `safetensors.*` */
export async function gatherReport(folder: RunFolder, about: { version: string; now: Date }): Promise<ReportData> {
  const reader = new RunReader(folder);
  const { record, step, elapsed, missingSteps, epochs, maskChanges, usage } = await reader.snapshot();
  const config = await readText(folder.configFile, maxConfigBytes, configTooLarge);
  const end = Number.MAX_SAFE_INTEGER;
  const spectra: SpectrumEvent[] = [];
  const masks: ReportMask[] = [];
  for (const layer of record.layers) {
    const all = await allPages((start) => reader.spectra({ layer: layer.name, start, end }));
    spectra.push(...thin(all, maxReportSpectra));
    const mask = await readMask(reader, layer).catch(unlessMissing);
    if (mask) masks.push(mask);
  }
  const jacobians = await allPages<JacobianEvent>((start) => reader.jacobians({ start, end }));
  const signals = await allPages<SignalsEvent>((start) => reader.signals({ start, end }));
  return {
    version: reportDataVersion,
    generatedAt: about.now.toISOString(),
    sparsescope: about.version,
    record,
    config,
    step,
    elapsed,
    ...(missingSteps !== undefined && { missingSteps }),
    epochs,
    maskChanges,
    ...(usage && { usage }),
    metrics: await readMetrics(reader),
    spectra,
    jacobians: thin(jacobians, maxReportSpectra),
    signals: thin(signals, 2),
    masks,
  };
}
