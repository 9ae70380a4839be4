/** What a sweep prints as results; sentences about problems are in ../errors.ts. */
import { count } from '../core/figure';
import { valueText } from '../core/plain-value';
import type { PlainValue } from '../core/plain-value';
import type { Spread } from '../core/stats';
import type { Figure, SweepReportData, TrialResult } from '../protocol/sweep';
import { groupSize, outcomeWords, spreadWords } from '../protocol/words';
import { lineOf, oneLine } from './printable';
import { fixed, percent, significant, table } from './table';

/** Three digits; from a thousand on all of them, since they are counted. */
const thousands = (value: number): string => (value < 1000 ? significant(value, 3) : count(Math.round(value)));

/** Headings of figures, and how each is written. */
const figureWords: Record<Figure, { heading: string; text: (value: number) => string }> = {
  accuracy: { heading: 'valid. acc.', text: percent },
  loss: { heading: 'valid. loss', text: (value) => fixed(value, 4) },
  firstLoss: { heading: 'first loss', text: (value) => fixed(value, 4) },
  density: { heading: 'density', text: (value) => significant(value) },
  stored: { heading: 'stored', text: (value) => count(Math.round(value)) },
  orthogonalityError: { heading: 'max|WWᵀ-I|', text: (value) => value.toExponential(1) },
  isometryError: { heading: 'max|s-1|', text: (value) => value.toExponential(1) },
  dead: { heading: 'dead', text: thousands },
  jacobianMin: { heading: 'Jacobian min', text: (value) => significant(value, 3) },
  jacobianMean: { heading: 'mean', text: (value) => significant(value, 3) },
  jacobianMax: { heading: 'max', text: (value) => significant(value, 3) },
  initSeconds: { heading: 'init ms', text: (value) => thousands(1000 * value) },
  seconds: { heading: 'time s', text: (value) => value.toFixed(1) },
};

const absent = '-';
const widest = 32;
const cut = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);
const cell = (value: PlainValue): string => cut(oneLine(valueText(value)));

/** `93.21 % ± 0.4`; the deviation in the same units. */
const spreadText = (figure: Figure, found: Spread | undefined, n: number): string => {
  if (!found) return absent;
  const { text } = figureWords[figure];
  return spreadWords(figure, found, { n, mean: text, deviation: text });
};

/** Lines as trials end: columns have the widths that the whole grid needs. */
export class TrialLines {
  private readonly widths: number[];
  private readonly shown: readonly Figure[] = ['accuracy', 'loss', 'density', 'seconds'];
  private readonly count: number;

  constructor(
    private readonly keys: readonly string[],
    trials: readonly { values: readonly PlainValue[] }[],
  ) {
    this.count = trials.length;
    this.widths = keys.map((key, k) =>
      Math.max(cut(key).length, ...trials.map(({ values }) => cell(values[k]).length)),
    );
  }

  heading(): string {
    return this.line(
      '',
      'trial',
      this.keys.map(cut),
      this.shown.map((figure) => figureWords[figure].heading).map(wide),
    );
  }

  /** `ended`: trials that have ended so far, this one included. */
  of(trial: TrialResult, ended: number): string {
    const { id, values, state, error } = trial;
    const results =
      state === 'completed'
        ? this.shown.map((figure) => wide(figureText(figure, trial[figure])))
        : [oneLine(`${state}${error ? `: ${error.message}` : ''}`)];
    return this.line(`${ended}/${this.count}`, id, values.map(cell), results);
  }

  private line(number: string, id: string, values: readonly string[], results: readonly string[]): string {
    const digits = 2 * String(this.count).length + 1;
    const cells = values.map((value, k) => value.padEnd(this.widths[k]));
    return `${[number.padStart(digits), id.padEnd(5), ...cells, ...results].join('  ').trimEnd()}\n`;
  }
}

const wide = (text: string): string => text.padStart(11);

const figureText = (figure: Figure, value: number | undefined): string =>
  value === undefined ? absent : figureWords[figure].text(value);

/** Trials joined over seeds, with mean and standard deviation. */
export function groupTable({ keys, groups }: Pick<SweepReportData, 'keys' | 'groups'>): string {
  const all = Object.keys(figureWords) as Figure[];
  const shown = all.filter((figure) => groups.some(({ spread }) => spread[figure]));
  const failures = groups.some(({ failed }) => failed > 0);
  const outcomes = groups.some((group) => group.outcomes);
  return table(
    [
      ...keys.map(cut),
      ...(outcomes ? ['outcome'] : []),
      'n',
      ...(failures ? ['failed'] : []),
      ...shown.map((figure) => figureWords[figure].heading),
    ],
    groups.map((group) => {
      const { values, failed, spread } = group;
      const n = groupSize(group);
      return [
        ...values.map(cell),
        ...(outcomes ? [outcomeWords(group.outcomes)] : []),
        String(n),
        ...(failures ? [failed > 0 ? String(failed) : ''] : []),
        ...shown.map((figure) => spreadText(figure, spread[figure], n)),
      ];
    }),
    [
      ...Array<'left'>(keys.length + Number(outcomes)).fill('left'),
      ...Array<'right'>(1 + Number(failures) + shown.length).fill('right'),
    ],
  );
}

const fewIds = (ids: readonly string[]): string =>
  ids.length <= 6 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`;

/** Each sentence once, with the trials that it is of. */
export function failureText(trials: readonly TrialResult[]): string {
  const told = new Map<string, string[]>();
  for (const { id, state, error } of trials)
    if (state === 'failed') {
      const sentence = error ? `${error.code}: ${error.message}` : state;
      told.set(sentence, [...(told.get(sentence) ?? []), id]);
    }
  return [...told].map(([sentence, ids]) => lineOf(`failed ${fewIds(ids)}: ${sentence}`)).join('');
}

/**
 * What is to be known of the figures of trials: each kind once, with the trials that it is of and the sentence of the
 * first.
 */
export function trialWarnings(trials: readonly TrialResult[]): string {
  const told = new Map<string, { id: string; message: string }[]>();
  for (const { id, warnings = [] } of trials)
    for (const { code, message } of warnings) told.set(code, [...(told.get(code) ?? []), { id, message }]);
  return [...told]
    .flatMap(([code, all]) => {
      const ids = [...new Set(all.map(({ id }) => id))];
      if (ids.length === 1) return all.map(({ id, message }) => lineOf(`warning ${id}: ${code}: ${message}`));
      return lineOf(`warning ${fewIds(ids)}: ${code}: ${all[0].message} That is of ${ids[0]}; trials.csv has all.`);
    })
    .join('');
}

export const sweepHeading = (id: string, trials: number, before: number, jobs: number): string =>
  `sweep ${id}: ${trials} ${trials === 1 ? 'trial' : 'trials'}${before > 0 ? `, ${before} of them ended before` : ''}; ` +
  `${jobs} at once\n\n`;

export const progressText = (ended: number, all: number, running: readonly string[]): string =>
  `${ended} of ${all} trials; ${running.join(', ')}`;

export const runningText = (id: string, step: number | undefined): string =>
  step === undefined ? id : `${id} step ${step}`;

export const sweepPlaces = (directory: string, report: string | null, csv: string | null): string =>
  [
    `\n${lineOf(`sweep folder  ${directory}`)}`,
    ...(csv === null ? [] : [lineOf(`trials        ${csv}`)]),
    ...(report === null ? [] : [lineOf(`report        ${report}`)]),
  ].join('');
