/** Where a command writes. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { outputIsInput } from './errors';

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    // What is not there yet is no other file.
    return resolve(path);
  }
};

/** Absolute. @throws SparseError `cli.output-is-input` when it is the file that the command reads */
export function outputPath(output: string, input: string): string {
  if (realPath(output) === realPath(input)) throw outputIsInput(output);
  return resolve(output);
}
