/**
 * `sparsescope inspect FILE`: the tensors of a safetensors file. Data is read in pieces, one tensor after the other.
 */
import { isSparseError } from '../../core/errors';
import { count } from '../../core/figure';
import { openFile } from '../../formats/byte-source';
import { tensorStatistics } from '../../formats/statistics';
import { elementCount, openSafetensors } from '../../formats/safetensors';
import type { SafetensorsFile, TensorEntry } from '../../formats/safetensors';
import { asFarAsShared } from '../../formats/shared-weights';
import { changeIn } from '../../formats/unchanged';
import { exitCode, notRecovered, warningLine } from '../errors';
import type { ExitCode } from '../errors';
import type { Output } from '../output';
import { printJson } from '../output';
import { lineOf } from '../printable';
import { bar, significant, table } from '../table';
import { headings, recoveredText } from '../words';

interface Options {
  json?: boolean;
  /** `--header`: leave the data unread. */
  header?: boolean;
}

interface Inspected {
  entry: TensorEntry;
  figures: { density: number; nonZeros: number; min: number; max: number; mean: number; nonFinite: number } | null;
}

/** Of no finite value there is no range and no mean. */
const figuresJson = ({ shape }: TensorEntry, figures: NonNullable<Inspected['figures']>): object => {
  const { density, nonZeros, min, max, mean, nonFinite } = figures;
  const none = nonFinite === elementCount(shape);
  return { density, nonZeros, ...(none ? { min: null, max: null, mean: null } : { min, max, mean }), nonFinite };
};

/** A dtype that is known but not decoded (FP8) leaves its tensor without figures; the others still have theirs. */
const listedOnly = (error: unknown): null => {
  if (isSparseError(error) && error.code === 'safetensors.not-decodable') return null;
  throw error;
};

async function inspectAll(file: SafetensorsFile, options: Options, output: Output): Promise<Inspected[]> {
  const total = file.tensors.reduce((sum, { start, end }) => sum + end - start, 0);
  const result: Inspected[] = [];
  let done = 0;
  for (const entry of file.tensors) {
    if (options.header) {
      result.push({ entry, figures: null });
      continue;
    }
    const bytes = entry.end - entry.start;
    const before = done;
    const figures = await tensorStatistics(file, entry, undefined, (read, of) =>
      output.progress(`${bar((before + (bytes * read) / Math.max(1, of)) / Math.max(1, total))} ${entry.name}`),
    ).catch(listedOnly);
    done += bytes;
    result.push({ entry, figures });
  }
  output.progress(undefined);
  return result;
}

export async function inspect(name: string, options: Options, output: Output): Promise<ExitCode> {
  const source = await openFile(name);
  const { found: file, problem } = await openSafetensors(source).then(asFarAsShared);
  try {
    const change = options.header ? undefined : await changeIn(source, file);
    const tensors = await inspectAll(file, options, output);
    if (options.json)
      printJson(output, 'inspect', {
        ok: true,
        file: name,
        size: file.size,
        headerBytes: file.headerBytes,
        metadata: file.metadata,
        ...(problem && { problem: { code: problem.code, message: problem.message } }),
        ...(change && { changed: { code: change.code, message: change.message } }),
        tensors: tensors.map(({ entry, figures }) => ({
          name: entry.name,
          dtype: entry.dtype,
          shape: entry.shape,
          // What a memory in the file stands for takes none of its own.
          bytes: entry.recovered ? 0 : entry.end - entry.start,
          ...(entry.recovered && { recovered: true }),
          ...(figures && figuresJson(entry, figures)),
        })),
      });
    else {
      for (const [key, value] of Object.entries(file.metadata)) output.out(lineOf(`${key}: ${value}`));
      // NaN and infinities are left out of the figures: where there are any, the table says so.
      const notFinite = tensors.some(({ figures }) => figures && figures.nonFinite > 0);
      const rows = tensors.map(({ entry, figures }) => [
        entry.name,
        entry.dtype,
        entry.shape.join(' x '),
        entry.recovered ? recoveredText : count(entry.end - entry.start),
        figures ? significant(figures.density) : '',
        figures ? count(figures.nonZeros) : '',
        ...(notFinite ? [figures ? count(figures.nonFinite) : ''] : []),
      ]);
      const columns = [...headings.tensors, ...(notFinite ? [headings.notFinite] : [])];
      output.out(
        table(
          columns,
          rows,
          columns.map((_, i) => (i < 2 ? 'left' : 'right')),
        ),
      );
    }
    if (change) output.err(warningLine(change.message));
    if (problem) output.err(warningLine(notRecovered(problem)));
    return exitCode.ok;
  } finally {
    await file.close();
  }
}
