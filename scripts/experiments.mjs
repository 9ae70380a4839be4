/**
 * npm run experiments [-- NAME...] [--jobs N]: runs small experiments of examples/experiments, all without a name, and writes what
 * they came to between their marks in docs/experiments.md and docs/experiments-rps.md. What has been run is not run again: the sweep of a config
 * that has not changed goes on where it was stopped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { configHash, configMark } from './lib/config-mark.mjs';
import { experiments, pageOf } from './lib/experiments.mjs';
import { Failure, childProcessorSeconds, hostDirectory, root, run, say, start } from './lib/process.mjs';
import { effortText, readCurves, tableText, withResults } from './lib/result-tables.mjs';
import { checkNode, ensureBuild, ensureModules } from './lib/setup.mjs';

const usage = `npm run experiments [-- NAME...] [--jobs N] [--retry-failed]

Experiments: ${Object.keys(experiments).join(', ')}`;

const cli = join(root, 'dist/cli.js');

/** @typedef {import('./lib/result-tables.mjs').Effort} Effort */

/** The sweep of a config as it is now: of another one it would be another folder. @param {string} name */
const placeOf = (name) => {
  const config = join(root, 'examples/experiments', `${name}.sparse.yaml`);
  const text = readFileSync(config, 'utf8');
  const folder = join(hostDirectory, 'experiments', `${name}-${configHash(text)}`);
  return { config, mark: configMark(text), folder, effortFile: `${folder}.effort.json` };
};

/** @param {string} file @returns {Effort[]} */
const readEfforts = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);

/** Whether a sweep has nothing left to run. @param {string} folder @param {boolean} retryFailed */
const isOver = (folder, retryFailed) => {
  const file = join(folder, 'sweep.json');
  const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).state : 'missing';
  return state === 'completed' || (state === 'failed' && !retryFailed);
};

/**
 * What a sweep that is over came to. @param {string} folder
 * @returns {import('./lib/result-tables.mjs').Results & { state: string; trials: (import('../src/protocol/sweep').TrialResult & { directory: string })[] }}
 */
const resultsOf = (folder) => {
  // Not more than one engine, which is started and has nothing to do.
  const { stdout } = spawnSync(process.execPath, [cli, 'sweep', folder, '--json', '--jobs', '1'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(stdout);
};

/** @param {string} name @param {{ jobs: string; retryFailed: boolean }} options */
const runExperiment = async (name, { jobs, retryFailed }) => {
  const { config, mark, folder, effortFile } = placeOf(name);
  say(`\n== ${name}`);
  mkdirSync(dirname(folder), { recursive: true });
  if (!isOver(folder, retryFailed)) {
    const [began, processor] = [Date.now(), childProcessorSeconds()];
    const target = existsSync(folder) ? [folder] : [config, '-o', folder];
    const flags = ['--jobs', jobs, ...(retryFailed ? ['--retry-failed'] : [])];
    await run(process.execPath, [cli, 'sweep', ...target, ...flags]);
    const now = childProcessorSeconds();
    const effort = {
      wallSeconds: (Date.now() - began) / 1000,
      ...(processor !== undefined && now !== undefined && { processorSeconds: now - processor }),
      jobs: Number(jobs),
    };
    if (existsSync(folder))
      writeFileSync(effortFile, `${JSON.stringify([...readEfforts(effortFile), effort], null, 2)}\n`);
  }
  if (!isOver(folder, false))
    throw new Failure(`${name} has trials left to run; what it said stands above. The same command goes on with it.`);
  return { mark, results: resultsOf(folder), efforts: readEfforts(effortFile) };
};

const readArguments = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        jobs: { type: 'string', default: '2' },
        'retry-failed': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
};

start(async () => {
  checkNode();
  const { values, positionals } = readArguments();
  if (values.help) {
    say(usage);
    return 0;
  }
  const names = positionals.map((name) => (name.endsWith('-small') ? name : `${name}-small`));
  const unknown = names.find((name) => !Object.hasOwn(experiments, name));
  if (unknown) throw new Failure(`There is no experiment ${unknown}.\n\n${usage}`);
  await ensureModules();
  await ensureBuild();
  const { format, resolveConfig } = await import('prettier');
  for (const name of names.length > 0 ? names : Object.keys(experiments)) {
    const { mark, results, efforts } = await runExperiment(name, {
      jobs: values.jobs,
      retryFailed: values['retry-failed'],
    });
    const curves = experiments[name].some((table) => 'curves' in table) ? readCurves(results) : [];
    const tables = experiments[name].map((table) => tableText({ ...results, curves }, table));
    const text = [mark, ...tables, effortText(results, efforts)].join('\n\n');
    // Read anew each time: a sweep takes minutes, in which somebody may write the text around it.
    const page = join(root, pageOf(name));
    const written = withResults(readFileSync(page, 'utf8'), name, text);
    writeFileSync(page, await format(written, { ...(await resolveConfig(page)), parser: 'markdown' }));
    say(`Wrote the results of ${name} into ${pageOf(name)}`);
  }
  return 0;
});
