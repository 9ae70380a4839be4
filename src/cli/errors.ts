/** Every sentence of the command line, and what an error means for the exit code. */
import { configInvalid } from '../config/invalid';
import type { ConfigIssue } from '../config/issues';
import { noMemory } from '../engine/errors';
import { forWantOfMemory } from '../engine/want-of-memory';
import { tooManyOpen } from '../formats/errors';
import { isSparseError, messageOf, SparseError } from '../core/errors';
import { RpcCancelled, RpcError } from '../protocol/rpc';
import type { InitDetails } from '../protocol/run';
import type { SweepStop } from '../protocol/sweep';
import { roseText } from '../protocol/words';
import { engineDiedCode } from '../sweep/errors';
import { lineOf } from './printable';
import { commandLine } from './program';

export const exitCode = { ok: 0, input: 1, program: 2, cancelled: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Codes for which the program, its installation or this machine is at fault, not what was asked for. */
const programCodes = new Set([
  engineDiedCode,
  'engine.internal',
  'engine.no-memory',
  'kernels.no-room',
  'engine.pruned-weight-changed',
  'engine.wasm-files-missing',
  'engine.backend-unavailable',
  'engine.version-mismatch',
  'file.too-many-open',
  'gpu.not-working',
  'runs.report-page-missing',
  'linalg.no-convergence',
  'eoi.no-end',
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
  const known = tooManyOpen(error) ?? (forWantOfMemory(error) ? noMemory(error) : undefined);
  if (known) return describe(known);
  const message = messageOf(error);
  return { code: internalCode, message: `Sparsescope met an error of its own: ${message}. Please report it.` };
};

/** What the command line said that is no command; the words are the parser's. */
export const usage = (sentence: string, command: string): SparseError =>
  new SparseError('cli.usage', `${sentence}. See: ${commandLine([...(command ? [command] : []), '--help'])}`);

/** Of `usage`. */
export const emptyPath = (argument: string): string => `${argument} is empty; a path was expected`;

/** Results that cannot be written: the destination is at fault. `code` is the system's. */
export const resultsLost = (code: string): SparseError =>
  new SparseError(
    'cli.results-lost',
    `Standard output could not be written (${code}): the rest of the results is lost. Send it to a place that takes it.`,
  );

/** As compilers say it, so that editors and scripts can jump to the place. Lines and columns count from 1. */
export const issueLine = (file: string, { range, severity, code, message, suggestion }: ConfigIssue): string => {
  const { line, column } = range.start;
  const hint = suggestion ? ` (${suggestion.title})` : '';
  return lineOf(`${file}:${line + 1}:${column + 1}: ${severity} ${code}: ${message}${hint}`);
};

/** `config.invalid` for a person: each mistake at its place, none of them said again as a whole. */
export class RefusedConfig extends SparseError {
  readonly lines: string;
  constructor(file: string, issues: readonly ConfigIssue[]) {
    const { code, message, details } = configInvalid(file, issues);
    super(code, message, details);
    this.lines = issues.map((issue) => issueLine(file, issue)).join('');
  }
}

export const badGain = (text: string): SparseError =>
  new SparseError(
    'cli.usage',
    `--gain is ${text}; expected a number above 0, the sigma_w that the weights were multiplied by.`,
  );

export const badGroups = (text: string): SparseError =>
  new SparseError(
    'cli.usage',
    `--groups is ${text}; expected a whole number above 0, the groups of a convolution or the matrices in a stack.`,
  );

export const outputIsInput = (path: string): SparseError =>
  new SparseError(
    'cli.output-is-input',
    `-o names ${path}, which is read: it would be overwritten. Give the output another name.`,
  );

export const outputOfOtherKind = (path: string, kinds: readonly string[]): SparseError =>
  new SparseError(
    'cli.output-other-kind',
    `-o names ${path}, which is there and is no ${kinds.join(' or ')} file: it would be overwritten. Give the output another name.`,
  );

export const badJobs = (text: string): SparseError =>
  new SparseError(
    'cli.usage',
    `--jobs is ${text}; expected a whole number from 1 to 256, the trials that run at once.`,
  );

export const badSeeds = (text: string): SparseError =>
  new SparseError(
    'cli.usage',
    `--seeds is ${text}; expected whole numbers from 0, each once, set apart by commas: 1,2,3.`,
  );

export const badNumbers = (option: string, text: string): SparseError =>
  new SparseError('cli.usage', `${option} is ${text}; expected numbers above 0, set apart by commas: 0.01,0.1.`);

export const badSteps = (text: string): SparseError =>
  new SparseError('cli.usage', `--steps is ${text}; expected a whole number above 0, the steps of each test.`);

export const noScaleToTest = (): SparseError =>
  new SparseError(
    'cli.usage',
    '--init-stds is for a method with an initStd; stable-rps has none. Leave it out and test learning rates with --rates.',
  );

export const noSweepInConfig = (file: string): SparseError =>
  new SparseError(
    'cli.no-sweep',
    `${file} has no \`sweep\`, so there is nothing to vary. Add one (docs/config.md), or run it with \`sparsescope run\`.`,
  );

export const sweepIsThere = (folder: string): SparseError =>
  new SparseError('cli.usage', `${folder} is a sweep to go on with, which stays in its folder. Leave out -o.`);

const stopped: Record<SweepStop, string> = { cancelled: 'Cancelled', interrupted: 'Interrupted' };

export const stoppedSweepLine = (how: SweepStop, done: number, total: number, directory: string): string =>
  `${stopped[how]} with ${done} of ${total} trials done. Go on with: ${commandLine(['sweep', directory])}\n`;

export const heldTrialsLine = (held: number, directory: string): string =>
  `${held === 1 ? 'One trial could' : `${held} trials could`} not go on and kept what ${held === 1 ? 'it' : 'they'} had. ` +
  `When the reason is gone, go on with: ${commandLine(['sweep', directory])}\n`;

/** `ids`: of trials that failed and can be run anew. Many are counted: the lines above name them. */
export const failedTrialsLine = (ids: readonly string[], directory: string): string => {
  const which = ids.length > 5 ? `the ${ids.length} trials` : `trial${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;
  return `Run ${which} that failed anew with: ${commandLine(['sweep', directory, '--retry-failed'])}\n`;
};

export const stoppedLine = (how: SweepStop, step: number, total: number, directory: string): string =>
  `${stopped[how]} at step ${step} of ${total}. Go on with: ${commandLine(['resume', directory])}\n`;

export const stoppingLine = (how: SweepStop): string =>
  `${how === 'cancelled' ? 'Cancelling' : 'Ending'}; press Ctrl+C again to end at once.\n`;

/** Of a file whose tensors are listed all the same. */
export const notRecovered = ({ code, message }: { code: string; message: string }): string =>
  `the weights that are shared cannot be recovered (${code}): ${message}`;

export const warningLine = (message: string): string => lineOf(`warning: ${message}`);

/** What a method has to say against the layers that it drew: a line each. */
export const layerWarnings = (layers: readonly { name: string; details?: InitDetails }[]): string =>
  layers
    .map(({ name, details }) => ({ name, text: roseText(details) }))
    .map(({ name, text }) => (text === undefined ? '' : warningLine(`${name}: ${text}`)))
    .join('');

export const errorLine = ({ code, message }: { code: string; message: string }): string =>
  lineOf(`error ${code}: ${message}`);

/** What stderr gets of anything that was thrown. */
export const thrownText = (error: unknown): string =>
  error instanceof RefusedConfig ? error.lines : errorLine(describe(error));
