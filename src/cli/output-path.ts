/** Where a command writes. */
import { existsSync, realpathSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { outputIsInput, outputOfOtherKind } from './errors';

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    // What is not there yet is no other file.
    return resolve(path);
  }
};

/**
 * Absolute. `kinds`: endings that a file has which may be replaced; data and records of runs have others.
 * @throws SparseError `cli.output-is-input` when it is a file that the command reads, `cli.output-other-kind`
 */
export function outputPath(output: string, kinds: readonly string[], ...inputs: readonly string[]): string {
  if (inputs.some((input) => realPath(output) === realPath(input))) throw outputIsInput(output);
  if (existsSync(output) && !kinds.includes(extname(output).toLowerCase())) throw outputOfOtherKind(output, kinds);
  return resolve(output);
}
