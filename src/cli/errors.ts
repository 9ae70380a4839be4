/** Every sentence of the command line, and what an error means for the exit code. */
import type { ConfigIssue } from '../config/issues';
import { isSparseError, SparseError } from '../core/errors';
import { RpcCancelled, RpcError } from '../protocol/rpc';

export const exitCode = { ok: 0, input: 1, program: 2, cancelled: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Codes for which the program, its installation or this machine is at fault, not what was asked for. */
const programCodes = new Set([
  'engine.internal',
  'engine.pruned-weight-changed',
  'engine.wasm-files-missing',
  'engine.backend-unavailable',
  'engine.version-mismatch',
  'cli.report-page-missing',
]);

export const exitCodeOfCode = (code: string): ExitCode => (programCodes.has(code) ? exitCode.program : exitCode.input);

export const exitCodeOf = (error: unknown): ExitCode => {
  if (error instanceof RpcCancelled) return exitCode.cancelled;
  if (isSparseError(error) || error instanceof RpcError) return exitCodeOfCode(error.code);
  return exitCode.program;
};

interface Described {
  code: string;
  message: string;
  /** Facts behind the sentence, for scripts. */
  details?: Record<string, unknown>;
}

export const internalCode = 'cli.internal';

/** Code and sentence of anything that was thrown; an error of the program keeps its own words, for the report of it. */
export const describe = (error: unknown): Described => {
  if (isSparseError(error))
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }) };
  if (error instanceof RpcError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: internalCode, message: `Sparsescope met an error of its own: ${message}. Please report it.` };
};

export const reportPageMissing = (file: string): SparseError =>
  new SparseError(
    'cli.report-page-missing',
    `${file} is not there, so no report can be written. Build Sparsescope again.`,
  );

/** `issues`: all of them, warnings too, as `check --json` answers them. */
export const configInvalid = (file: string, errors: number, issues: readonly object[]): SparseError =>
  new SparseError(
    'cli.config-invalid',
    `${file} has ${errors} ${errors === 1 ? 'problem' : 'problems'}. Mend ${errors === 1 ? 'it' : 'them'} and try again.`,
    { issues },
  );

export const configTooLarge = (file: string, limit: number): SparseError =>
  new SparseError('cli.config-too-large', `${file} is over ${limit} bytes and no config. Check the path.`);

/** As compilers say it, so that editors and scripts can jump to the place. Lines and columns count from 1. */
export const issueLine = (file: string, { range, severity, code, message, suggestion }: ConfigIssue): string => {
  const { line, column } = range.start;
  const hint = suggestion ? ` (${suggestion.title})` : '';
  return `${file}:${line + 1}:${column + 1}: ${severity} ${code}: ${message}${hint}\n`;
};

export const cancelledLine = (step: number, total: number, directory: string): string =>
  `Cancelled at step ${step} of ${total}. Go on with: sparsescope resume ${directory}\n`;

export const cancellingLine = 'Cancelling after this step; press Ctrl+C again to end at once.\n';

export const warningLine = (message: string): string => `warning: ${message}\n`;

export const errorLine = ({ code, message }: { code: string; message: string }): string =>
  `error ${code}: ${message}\n`;
