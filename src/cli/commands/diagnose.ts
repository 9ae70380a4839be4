/** `sparsescope diagnose CONFIG`: what the weights that a config shares come to, and whether they will diverge. */
import { count } from '../../core/figure';
import { finish } from '../../core/parts';
import type { SharingLevel, SharingPoint, SharingReport } from '../../protocol/sharing';
import { staticReport } from '../../runs/sharing/report';
import { usableConfig } from '../config-file';
import { badNumbers, badSteps, exitCode, issueLine, noScaleToTest } from '../errors';
import type { ExitCode } from '../errors';
import { quietContext } from '../follow';
import type { Output } from '../output';
import { printJson } from '../output';
import { percent, significant, table } from '../table';
import { findingLine, headings, notFinite, sharingHeading, testedLine } from '../words';
import { withConfig } from '../with-config';

export interface DiagnoseOptions {
  level: SharingLevel;
  test?: boolean;
  rates?: string;
  initStds?: string;
  steps?: string;
  json?: boolean;
}

/** Of a tested point, by default: as in the editor. */
const usualSteps = 100;
/** In place of a scale of the memory where there is none. */
const anyScale = 1;

/** What a batch measures is missing where none was looked at, and where a layer has no gradient. */
const measured = (value: number | null): string => (value === null ? '-' : significant(value, 3));

const layersTable = ({ layers }: SharingReport): string => {
  const batch = layers.some((layer) => layer.batch);
  return table(
    [...headings.diagnosed, ...(batch ? headings.diagnosedByBatch : [])],
    layers.map(({ name, shape, weights, deviation, factor, normRatio, collisions, batch: own }) => [
      name,
      shape.join(' x '),
      count(weights),
      significant(deviation),
      significant(factor),
      significant(normRatio),
      percent(collisions),
      ...(own ? [own.updateRatio, own.denseUpdateRatio, own.amplification, own.cosine].map(measured) : []),
    ]),
    ['left', ...new Array<'right'>(10).fill('right')],
  );
};

/** Without a scale of the memory there is no column of it. */
const testedTable = ({ tested, initStd }: SharingReport): string => {
  const scaled = initStd !== undefined;
  const rows = tested.map((point) => [
    ...(scaled ? [significant(point.initStd)] : []),
    significant(point.learningRate),
    point.predicted,
    point.outcome,
    significant(point.firstLoss),
    point.lastLoss === null ? notFinite : significant(point.lastLoss),
  ]);
  const head = [...(scaled ? [headings.testedScale] : []), ...headings.tested];
  const sides = [...(scaled ? (['right'] as const) : []), ...(['right', 'left', 'left', 'right', 'right'] as const)];
  return tested.length === 0 ? '' : `\n${table(head, rows, sides)}${testedLine(tested[0].steps)}`;
};

/** `0.01,0.1`: numbers above 0. */
function numbersOf(option: string, text: string): number[] {
  const numbers = text.split(',').map(Number);
  if (!numbers.every((value) => value > 0 && Number.isFinite(value))) throw badNumbers(option, text);
  return numbers;
}

/** The config's own, where the options name no others. */
function pointsOf({ initStd, learningRate }: SharingReport, { rates, initStds }: DiagnoseOptions): SharingPoint[] {
  if (initStds !== undefined && initStd === undefined) throw noScaleToTest();
  const scales = initStds === undefined ? [initStd ?? anyScale] : numbersOf('--init-stds', initStds);
  const all = rates === undefined ? [learningRate] : numbersOf('--rates', rates);
  return scales.flatMap((scale) => all.map((rate) => ({ initStd: scale, learningRate: rate })));
}

function stepsOf({ steps }: DiagnoseOptions): number {
  if (steps === undefined) return usualSteps;
  const count = Number(steps);
  if (!Number.isSafeInteger(count) || count < 1) throw badSteps(steps);
  return count;
}

/** What a test is to be like asks for one. */
const tests = ({ test, rates, initStds, steps }: DiagnoseOptions): boolean =>
  test === true || [rates, initStds, steps].some((option) => option !== undefined);

/** Of the config alone, at once and without an engine. */
async function fromConfig(name: string, output: Output): Promise<SharingReport> {
  const { config, plan } = (await usableConfig(name, (issue) => output.err(issueLine(name, issue)))).checked;
  return finish(staticReport(config, plan));
}

const fromEngine = (
  name: string,
  level: SharingLevel,
  options: DiagnoseOptions,
  output: Output,
): Promise<SharingReport> =>
  withConfig(name, output, async ({ api }, source, signal) => {
    const context = quietContext(signal, output);
    // What cannot be tested is said before anything is measured.
    const alone = await api.diagnoseSharing({ ...source, level: 'static' }, context);
    const points = tests(options) ? pointsOf(alone, options) : [];
    const report = await api.diagnoseSharing({ ...source, level }, context);
    const { sharpness } = report;
    if (!sharpness || points.length === 0) return report;
    const tested = await api.testSharing({ ...source, points, steps: stepsOf(options), sharpness }, context);
    return { ...report, tested };
  });

export async function diagnose(name: string, options: DiagnoseOptions, output: Output): Promise<ExitCode> {
  stepsOf(options);
  // A prediction is tested against the sharpness.
  const level = tests(options) ? 'sharpness' : options.level;
  const report = level === 'static' ? await fromConfig(name, output) : await fromEngine(name, level, options, output);
  if (options.json) printJson(output, 'diagnose', { ok: true, file: name, level, report });
  else {
    const tables = layersTable(report) + testedTable(report);
    output.out(sharingHeading(report) + tables + report.findings.map(findingLine).join(''));
  }
  return exitCode.ok;
}
