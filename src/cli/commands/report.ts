/** `sparsescope report RUN -o FILE.html`: a run as one page that opens without a network. */
import { resolve } from 'node:path';
import { RunFolder } from '../../runs/folder';
import { exitCode } from '../errors';
import type { ExitCode } from '../errors';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { writeReport } from '../report';

export async function report(name: string, options: { output: string }, output: Output): Promise<ExitCode> {
  const file = resolve(options.output);
  await interruptible(output, (signal) => writeReport(new RunFolder(resolve(name)), file, signal));
  output.out(`${file}\n`);
  return exitCode.ok;
}
