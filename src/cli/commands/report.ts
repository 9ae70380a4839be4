/** `sparsescope report FOLDER -o FILE.html`: a run or a sweep as one page that opens without a network. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RunFolder } from '../../runs/folder';
import { writeSweepAgain } from '../../runs/report/sweep';
import { SweepFolder } from '../../runs/sweep-folder';
import { exitCode, warningLine } from '../errors';
import type { ExitCode } from '../errors';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { lineOf } from '../printable';
import { outputPath } from '../output-path';
import { reportMaker, writeReport } from '../report';

export async function report(name: string, options: { output: string }, output: Output): Promise<ExitCode> {
  const file = outputPath(options.output, ['.html', '.htm']);
  const sweep = new SweepFolder(name);
  const warning = await interruptible(output, (signal) =>
    existsSync(sweep.recordFile)
      ? writeSweepAgain(sweep, file, reportMaker, signal).then(() => undefined)
      : writeReport(new RunFolder(resolve(name)), file, signal),
  );
  if (warning !== undefined) output.err(warningLine(warning));
  output.out(lineOf(file));
  return exitCode.ok;
}
