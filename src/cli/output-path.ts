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

/** @throws SparseError `cli.output-is-input` when it is one of these, which the command reads */
export function refuseInputs(output: string, inputs: readonly string[]): void {
  if (inputs.some((input) => realPath(output) === realPath(input))) throw outputIsInput(output);
}

/**
 * Absolute. `kinds`: endings that a file has which may be replaced; data and records of runs have others.
 * @throws SparseError `cli.output-is-input`, `cli.output-other-kind`
 */
export function outputPath(output: string, kinds: readonly string[], ...inputs: readonly string[]): string {
  refuseInputs(output, inputs);
  if (existsSync(output) && !kinds.includes(extname(output).toLowerCase())) throw outputOfOtherKind(output, kinds);
  return resolve(output);
}
