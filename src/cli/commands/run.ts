/** `sparsescope run CONFIG` and `sparsescope resume RUN`: the same run, told on stdout. */
import { dirname, join, resolve } from 'node:path';
import { count } from '../../core/figure';
import { goesOnText, weightShape } from '../../protocol/words';
import type { BackendChoice } from '../../protocol/engine';
import type { EpochEvent, LayerSummary, RunRecord } from '../../protocol/run';
import type { RunSnapshot } from '../../protocol/views';
import { RunFolder } from '../../runs/folder';
import { stopOf } from '../../runs/interruption';
import { RunReader } from '../../runs/reader';
import { usableConfig } from '../config-file';
import {
  describe,
  errorLine,
  exitCode,
  exitCodeOfCode,
  issueLine,
  layerWarnings,
  stoppedLine,
  warningLine,
} from '../errors';
import type { ExitCode } from '../errors';
import type { Followed, Listener } from '../follow';
import { follow } from '../follow';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { printJson } from '../output';
import { writeReport } from '../report';
import { fixed, percent, significant, table } from '../table';
import { headings, placesText, runHeading, usageLine } from '../words';

interface Options {
  json?: boolean;
  backend?: BackendChoice;
  output?: string;
}

const layerTable = (layers: readonly LayerSummary[]): string =>
  table(
    headings.layers,
    layers.map(({ name, shape, kernel, targetDensity, density, nonZeros, orthogonalityError, singularValues }) => [
      name,
      weightShape({ shape, ...(kernel && { kernel }) }).join(' x '),
      significant(targetDensity),
      significant(density),
      count(nonZeros),
      orthogonalityError.toExponential(1),
      ...[singularValues.min, singularValues.mean, singularValues.max].map((value) => fixed(value, 6)),
      count(singularValues.dead),
    ]),
    ['left', ...Array<'right'>(9).fill('right')],
  );

/** Epochs come one by one, so their columns have fixed widths. */
const epochWidths = [5, 10, 13, 13, 14, 14];
const epochRow = (cells: readonly string[]): string =>
  `${cells.map((cell, i) => (i === 0 ? cell : ` ${cell}`).padStart(epochWidths[i])).join('')}\n`;
const epochLine = ({ epoch, step, ...event }: EpochEvent): string =>
  epochRow([
    String(epoch),
    String(step),
    fixed(event.trainLoss, 5),
    percent(event.trainAccuracy),
    fixed(event.validationLoss, 5),
    percent(event.validationAccuracy),
  ]);

const silent: Listener = {
  layers: () => undefined,
  step: () => undefined,
  epoch: () => undefined,
  ended: () => undefined,
};

/**
 * Prints results as they come; silent for `--json`, which answers once at the end. `earlier`: epochs of before a
 * resume. Only what comes next tells from where the run went on, and which of them are not told again.
 */
const teller = (output: Output, json: boolean, earlier: readonly EpochEvent[] = []): Listener => {
  const warn = ({ layers }: RunRecord): void => output.err(layerWarnings(layers));
  if (json) return { ...silent, layers: warn };
  let begun = false;
  let untold = earlier;
  const tellBefore = (step: number): void => {
    if (begun) for (const event of untold) if (event.step < step) output.out(epochLine(event));
    untold = [];
  };
  return {
    layers: (record) => {
      begun = true;
      warn(record);
      output.out(`${runHeading(record)}${layerTable(record.layers)}\n${epochRow(headings.epochs)}`);
    },
    step: ({ step }) => tellBefore(step),
    epoch: (event) => {
      tellBefore(event.step);
      output.out(epochLine(event));
    },
    ended: () => tellBefore(Infinity),
  };
};

const answer = (
  { record, step, missingSteps, epochs, usage, elapsed }: RunSnapshot,
  directory: string,
  report: string | null,
  resumedFrom: number | undefined,
): object => ({
  ok: record.state === 'completed',
  state: record.state,
  ...(record.error && { error: record.error }),
  run: { id: record.id, directory, name: record.name, seed: record.seed, createdAt: record.createdAt, elapsed },
  backend: record.backend,
  ...(record.executor && { executor: record.executor }),
  versions: record.versions,
  dataset: record.dataset,
  steps: {
    completed: step,
    total: record.totalSteps,
    ...(resumedFrom !== undefined && { resumedFrom }),
    ...(missingSteps !== undefined && { missing: missingSteps }),
  },
  ...(record.sharing && { sharing: record.sharing }),
  layers: record.layers,
  epochs: epochs.map((event) => ({
    epoch: event.epoch,
    step: event.step,
    trainLoss: event.trainLoss,
    trainAccuracy: event.trainAccuracy,
    validationLoss: event.validationLoss,
    validationAccuracy: event.validationAccuracy,
  })),
  usage: usage ? { examplesPerSecond: usage.examplesPerSecond, rss: usage.rss, tensorBytes: usage.tensorBytes } : null,
  report,
});

/** After the end of a run: report, last lines, exit code. */
async function conclude(
  { handle, snapshot }: Followed,
  command: string,
  { json, output, signal, resumedFrom }: { json: boolean; output: Output; signal: AbortSignal; resumedFrom?: number },
): Promise<ExitCode> {
  const { record, step } = snapshot;
  const { directory } = handle;
  const file = join(directory, 'report.html');
  const report = await writeReport(new RunFolder(directory), file).then(
    (warning) => {
      if (warning !== undefined) output.err(warningLine(warning));
      return file;
    },
    (error: unknown) => {
      // The run itself is safe on disk: a report that cannot be written is worth a warning only.
      output.err(warningLine(describe(error).message));
      return null;
    },
  );
  if (json) printJson(output, command, answer(snapshot, directory, report, resumedFrom));
  else output.out((snapshot.usage ? usageLine(snapshot.usage) : '\n') + placesText(directory, report));
  if (record.state === 'completed') return exitCode.ok;
  if (signal.aborted && record.state === stopOf(signal)) {
    output.err(stoppedLine(record.state, step, record.totalSteps, directory));
    return exitCode.cancelled;
  }
  const error = record.error ?? describe(undefined);
  if (!json) output.err(errorLine(error));
  return exitCodeOfCode(error.code);
}

export async function run(name: string, options: Options, output: Output): Promise<ExitCode> {
  const { path, text } = await usableConfig(name, (issue) => output.err(issueLine(name, issue)));
  const json = options.json ?? false;
  const request = {
    configPath: path,
    configText: text,
    root: dirname(path),
    ...(options.output !== undefined && { directory: resolve(options.output) }),
  };
  return interruptible(output, async (signal) => {
    const followed = await follow(
      { backend: options.backend ?? 'auto', output, listener: teller(output, json), signal },
      (api, context) => api.startRun(request, context),
    );
    return conclude(followed, 'run', { json, output, signal });
  });
}

export async function resume(name: string, options: Pick<Options, 'json'>, output: Output): Promise<ExitCode> {
  const directory = resolve(name);
  const before = await new RunReader(new RunFolder(directory)).snapshot();
  const json = options.json ?? false;
  return interruptible(output, async (signal) => {
    const followed = await follow(
      { backend: 'auto', output, listener: teller(output, json, before.epochs), signal },
      async (api, context) => {
        const handle = await api.resumeRun({ directory }, context);
        // Before any event of the run.
        if (!json) output.out(`${goesOnText(handle.from)}.\n`);
        return handle;
      },
    );
    return conclude(followed, 'resume', { json, output, signal, resumedFrom: followed.handle.from.step });
  });
}
