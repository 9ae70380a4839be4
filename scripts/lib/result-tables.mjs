/** Tables of Markdown from what a sweep came to, as `sparsescope sweep --json` tells it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { largestDifferences, pairsOf } from './curve-table.mjs';
import { Failure } from './process.mjs';

/**
 * @typedef {import('../../src/protocol/sweep').Figure} Figure
 * @typedef {Pick<import('../../src/protocol/sweep').SweepReportData, 'keys' | 'groups' | 'trials'> & { curves?: readonly Curve[] }} Results
 * @typedef {import('./curve-table.mjs').Curve} Curve
 * @typedef {import('../../src/protocol/sweep').TrialGroup} Group
 * @typedef {import('../../src/core/stats').Spread} Spread
 * @typedef {Record<string, string>} Axes Paths of what was varied, by their headings. A path may lead into a value of the grid: `model.preset`
 *   where whole `model`s take turns, and `variants.method` and `variants.times` are the parts of names like `snip-10`.
 * @typedef {Figure | 'outcome'} Shown
 * @typedef {{ title?: string; rows: Axes; figures: Shown[] }} ListTable A row for each setting, a column for each figure.
 * @typedef {{ title: string; rows: Axes; columns: Axes; figure: Shown }} CrossTable One figure, settings along both sides.
 * @typedef {{ title: string; curves: string; against: string; steps: number[] }} CurveTable How far losses are from those of another setting of that key.
 * @typedef {ListTable | CrossTable | CurveTable} Table
 * @typedef {{ wallSeconds: number; processorSeconds?: number; jobs: number }} Effort Of one call; without `processorSeconds` where the system
 *   does not tell them.
 */

const absent = '–';

/** @typedef {(mean: number, deviation: number | undefined) => string} Written */

/** @param {(value: number) => string} text @returns {Written} */
const both = (text) => (mean, deviation) =>
  deviation === undefined ? text(mean) : `${text(mean)} ± ${text(deviation)}`;

/** @param {number} digits @param {number} [unit] @returns {Written} */
const fixed = (digits, unit = 1) => both((value) => (unit * value).toFixed(digits));

/** The deviation has the decimals of the mean. @param {number} digits @param {number} [unit] @returns {Written} */
const significant =
  (digits, unit = 1) =>
  (mean, deviation) => {
    const size = Math.abs(unit * mean);
    if (size === 0) return both((value) => String(unit * value))(mean, deviation);
    // Rounded before: 0.9999 is written as 1.0, as what is a little above 1.
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Number(size.toPrecision(digits)))));
    if (size >= 1e-3) return fixed(decimals, unit)(mean, deviation);
    return both((value) => (value === 0 ? '0' : (unit * value).toExponential(digits - 1)))(mean, deviation);
  };

/** @type {Record<Figure, { heading: string; text: Written }>} */
const figures = {
  accuracy: { heading: 'validation accuracy, %', text: fixed(1, 100) },
  loss: { heading: 'validation loss', text: fixed(3) },
  firstLoss: { heading: 'first loss', text: fixed(3) },
  density: { heading: 'density', text: significant(3) },
  stored: { heading: 'stored weights', text: both((value) => Math.round(value).toLocaleString('en-GB')) },
  orthogonalityError: { heading: 'largest \\|WWᵀ − I\\|', text: significant(2) },
  isometryError: { heading: 'largest \\|s − 1\\|', text: significant(2) },
  dead: { heading: 'dead directions', text: fixed(0) },
  jacobianMin: { heading: 'Jacobian: smallest s', text: significant(2) },
  jacobianMean: { heading: 'Jacobian: mean s', text: significant(2) },
  jacobianMax: { heading: 'Jacobian: largest s', text: significant(2) },
  initSeconds: { heading: 'initialisation, ms', text: significant(2, 1000) },
  seconds: { heading: 'time of a trial, s', text: significant(2) },
};

/** @param {Group | undefined} group */
const outcomeText = (group) => {
  const found = Object.entries(group?.outcomes ?? {});
  if (found.length === 0) return absent;
  return found.length === 1 ? found[0][0] : found.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
};

/** How many trials stand behind a figure is said where it is not all of them. @param {Group | undefined} group @param {Shown} figure */
const cell = (group, figure) => {
  if (figure === 'outcome') return outcomeText(group);
  const found = group?.spread[figure];
  if (!group || !found) return group?.failed ? 'failed' : absent;
  const few = found.count < group.trials.length ? ` (${found.count} of ${group.trials.length})` : '';
  // What is not finite comes as its name: JSON has no number for it.
  const text = typeof found.mean === 'number' ? figures[figure].text(found.mean, found.deviation) : String(found.mean);
  return text + few;
};

/** Of a variant's name like `stable-rps-10`. @param {string} name @param {string} part */
const partOfName = (name, part) => {
  const at = name.lastIndexOf('-');
  return part === 'times' ? name.slice(at + 1) : name.slice(0, at);
};

/**
 * The value of a group at a path, in words; the whole value where it has no such part.
 * @param {readonly string[]} keys @param {Group} group @param {string} path
 */
const valueAt = (keys, group, path) => {
  const at = keys.findIndex((key) => path === key || path.startsWith(`${key}.`));
  if (at < 0) throw new Failure(`The sweep does not vary ${path}; it varies ${keys.join(', ')}.`);
  /** @type {unknown} */
  let value = group.values[at];
  for (const part of path.slice(keys[at].length).split('.').filter(Boolean))
    if (typeof value === 'object' && value !== null && part in value)
      value = /** @type {Record<string, unknown>} */ (value)[part];
    else if (typeof value === 'string' && keys[at] === 'variants') value = partOfName(value, part);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** @param {readonly (readonly string[])[]} lines The first is the heading. @param {number} texts Columns of text; the others are figures. */
const markdown = ([heading, ...lines], texts) => {
  const rule = heading.map((_, column) => (column < texts ? '---' : '---:'));
  return [heading, rule, ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
};

/** Groups by what they have at these paths, in the order of the grid. @param {Results} results @param {Axes} axes */
const grouped = ({ keys, groups }, axes) => {
  const paths = Object.values(axes);
  /** @type {Map<string, { values: string[]; groups: Group[] }>} */
  const found = new Map();
  for (const group of groups) {
    const values = paths.map((path) => valueAt(keys, group, path));
    const name = values.join(' ');
    const same = found.get(name) ?? { values, groups: [] };
    same.groups.push(group);
    found.set(name, same);
  }
  return [...found].map(([name, same]) => ({ name, ...same }));
};

/** @param {string[]} values */
const code = (values) => values.map((value) => `\`${value}\``);

/** @param {Results} results @param {Table} table */
export const tableText = (results, table) => {
  if ('curves' in table) return curveText(results, table);
  const rows = grouped(results, table.rows);
  const heading = Object.keys(table.rows);
  const title = table.title ? `${table.title}\n\n` : '';
  if ('figures' in table) {
    const lines = rows.flatMap(({ values, groups }) =>
      groups.map((group) => [...code(values), ...table.figures.map((figure) => cell(group, figure))]),
    );
    const named = table.figures.map((figure) => (figure === 'outcome' ? figure : figures[figure].heading));
    return title + markdown([[...heading, ...named], ...lines], heading.length);
  }
  const columns = grouped(results, table.columns);
  const lines = rows.map(({ values, groups }) => [
    ...code(values),
    ...columns.map((column) =>
      cell(
        groups.find((group) => column.groups.includes(group)),
        table.figure,
      ),
    ),
  ]);
  return title + markdown([[...heading, ...columns.map(({ name }) => name)], ...lines], heading.length);
};

/** A row for each setting, a column for each step. @param {Results} results @param {CurveTable} table */
const curveText = ({ curves = [] }, { title, curves: what, against, steps }) => {
  const names = [...new Set(curves.map(({ values }) => String(values[0])))].filter((name) => name !== against);
  const lines = names.map((name) => [
    `\`${name}\``,
    ...largestDifferences(pairsOf(curves, 0, name, against), steps).map((value) =>
      value === 0 ? '0' : Number.isNaN(value) ? absent : value.toExponential(1),
    ),
  ]);
  return `${title}\n\n${markdown([[what, ...steps.map(String)], ...lines], 1)}`;
};

/** The loss of each step of each trial. @param {{ trials: readonly { values: unknown[]; directory: string }[] }} results @returns {Curve[]} */
export const readCurves = ({ trials }) =>
  trials.map(({ values, directory }) => {
    const lines = readFileSync(join(directory, 'events.jsonl'), 'utf8').split('\n').filter(Boolean);
    const events = lines.map((line) => JSON.parse(line));
    return { values, losses: events.filter(({ type }) => type === 'step').map(({ loss }) => Number(loss)) };
  });

/** @param {number} seconds */
const minutes = (seconds) => (seconds / 60).toFixed(1);

/** How many trials there were, of how many seeds, what failed, and what it cost. @param {Results} results @param {Effort[]} efforts One for each call that ran trials; none of a sweep that was run by hand. */
export const effortText = ({ groups, trials }, efforts) => {
  const seeds = Math.max(...groups.map((group) => group.trials.length));
  const failed = trials.filter(({ state }) => state === 'failed');
  const codes = [...new Set(failed.map(({ error }) => error?.code ?? 'unknown'))].map(
    (one) => `\`${one}\` ${failed.filter(({ error }) => (error?.code ?? 'unknown') === one).length}`,
  );
  const wall = efforts.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  const processor = efforts.reduce((sum, { processorSeconds = NaN }) => sum + processorSeconds, 0);
  const jobs = [...new Set(efforts.map((effort) => effort.jobs))].join(' and ');
  return [
    `${trials.length} trials, ${seeds === 1 ? 'one seed' : `${seeds} seeds: mean ± standard deviation of the sample`}.`,
    failed.length > 0 ? `${failed.length} failed (${codes.join(', ')}).` : 'None failed.',
    ...(Number.isNaN(processor) || efforts.length === 0
      ? []
      : [`${minutes(processor)} minutes of processor time, half of it on two cores: ${minutes(processor / 2)}.`]),
    ...(efforts.length > 0 ? [`Here it took ${minutes(wall)} minutes with ${jobs} at once.`] : []),
  ].join(' ');
};

/** The page with other results between the marks of an experiment. @param {string} page @param {string} name @param {string} results */
export const withResults = (page, name, results) => {
  const marks = [`<!-- results: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = marks.map((mark) => page.indexOf(mark));
  if (from < 0 || to < from) throw new Failure(`The page has no place for results between ${marks.join(' and ')}.`);
  return `${page.slice(0, from + marks[0].length)}\n\n${results}\n\n${page.slice(to)}`;
};
