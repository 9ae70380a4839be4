/**
 * From a config or a run folder to work that can begin: everything that can fail does so before anything is written.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { checkConfig } from '../config/check';
import { configFormat, maxConfigBytes } from '../config/format';
import { configInvalid, configTooLarge } from '../config/invalid';
import { lastTicket, laterTarget, sharedBy } from '../config/methods';
import type { NetworkPlan } from '../config/plan';
import { isSweep } from '../config/sweep-errors';
import type { Config } from '../config/types';
import type { SparseError } from '../core/errors';
import type { StepPlan } from '../core/step-memory';
import { lookAtData } from '../formats/own-data';
import { isTemporary } from '../formats/atomic-file';
import { readText } from '../formats/text-file';
import type { StartRun } from '../protocol/engine';
import type { CallContext } from '../protocol/rpc';
import { runRecordVersion } from '../protocol/run';
import type { RunEvent, RunRecord } from '../protocol/run';
import { RunFolder } from '../runs/folder';
import { readJournal } from '../runs/journal';
import { besideRun, rootOfRun, rootOfSweep, spareFor, sweepOfTrial } from '../runs/project';
import { split } from './data/data-set';
import { loadData } from './data/load';
import * as errors from './errors';
import { tooLittleMemory } from './free-memory';
import { lastStates, setAside } from './last-states';
import type { LastStates } from './last-states';
import { slotNames } from './optimizer';
import type { Emit } from './recorder';
import { Recorder } from './recorder';
import type { Work } from './run';
import { courseOf } from './course';
import type { Course } from './course';
import { ruleOf, sharingSummary } from './rps/rule';
import { chooseExecutor, executorAgain } from './sparse/choose';
import { wantedPatterns } from './wanted-patterns';

/** What of the engine goes into a record. */
export type Circumstances = Pick<RunRecord, 'versions' | 'backend'>;

/** Of the text, not the bytes: a byte order mark is dropped by some readers and means nothing. */
const hashOf = (text: string): string =>
  createHash('sha256')
    .update(text.replace(/^\uFEFF/, ''))
    .digest('hex');

/**
 * Looks at the data where only its files tell what the network is for; `folders`: those that `data.path` may start
 * from.
 * @throws SparseError `config.invalid` with the first problem's place and sentence, `config.is-sweep`, `data.*`,
 * `npy.*`, `picture.*`, `file.*`
 */
export async function checkedConfig(
  text: string,
  path: string,
  folders: readonly string[] = [dirname(path)],
): Promise<{ config: Config; plan: NetworkPlan }> {
  const format = configFormat(path);
  // What is wrong with the config itself is said before what is wrong with the data.
  const written = checkConfig(text, format);
  const { config: said } = written;
  const facts = said && (await lookAtData(said.data, folders));
  const looked = facts && [{ data: said.data, facts }];
  const { config, plan, sweep, issues } = looked ? checkConfig(text, format, { looked }) : written;
  if (issues.some(({ severity }) => severity === 'error')) throw configInvalid(path, issues);
  if (sweep) throw isSweep(path, sweep.count);
  if (!config || !plan) throw errors.internal();
  return { config, plan };
}

export interface Prepared {
  recorder: Recorder;
  work: Work;
  events: RunEvent[];
}

/** To how many weights the masks come while the network is trained, and when. */
function laterIn(config: Config, course: Course): RunRecord['laterTarget'] {
  const pruned = laterTarget(config.sparsity);
  if (pruned) {
    const step = Math.max(1, Math.round(pruned.until * course.total));
    return { density: pruned.density, method: pruned.method, step };
  }
  const ticket = lastTicket(config);
  return ticket && { density: ticket.density, method: 'rewind', step: course.lastLevel };
}

/**
 * Makes the run folder. Config, data and folder are tried in this order; a failure leaves no folder behind.
 * @throws SparseError `engine.*`, `file.*`, `runs.*`, `idx.*`, `cifar.*`, `gzip.*`; RpcCancelled
 */
export async function prepareStart(
  params: StartRun,
  circumstances: Circumstances,
  emit: Emit,
  context: CallContext,
): Promise<Prepared> {
  const { configPath, configText, root, directory } = params;
  const { config, plan } = await checkedConfig(configText, configPath);
  const rule = ruleOf({ config, plan });
  const spare = directory === undefined ? undefined : spareFor(root, besideRun(directory));
  const data = await loadData(config.data, { root, spare, configFolders: [dirname(configPath)], ...context });
  const wanted = await wantedPatterns(config, plan, dirname(configPath));
  const parts = split(data, config.data.validation, config.seed);
  const train = parts.train.indices.length;
  const { folder, lock } = await RunFolder.create({ root, name: config.name, configText, directory });
  try {
    const course = courseOf(config, train);
    const later = laterIn(config, course);
    const executor = chooseExecutor({ config, plan }, circumstances.backend.name);
    const step = stepOf(plan, executor);
    const distribution = config.sharing ? undefined : sharedBy(config.sparsity);
    const recorder = await Recorder.open(
      folder,
      lock,
      {
        version: runRecordVersion,
        id: folder.id,
        name: config.name,
        configPath,
        configFromRun: fromRun(folder, configPath),
        configSha256: hashOf(configText),
        seed: config.seed,
        state: 'starting',
        createdAt: new Date().toISOString(),
        ...circumstances,
        executor,
        pid: process.pid,
        dataset: {
          source: data.source,
          train,
          validation: parts.validation.indices.length,
          sha256: data.sha256,
        },
        network: { inputs: plan.network.inputs, classes: plan.network.classes },
        step: { batchSize: config.train.batchSize, ...step },
        totalSteps: course.total,
        ...(distribution && { distribution }),
        ...(later && { laterTarget: later }),
        ...(rule && { sharing: sharingSummary({ config, plan, rule }) }),
        layers: [],
      },
      emit,
    );
    for (const warning of [...(data.warnings ?? []), ...memoryWarnings(step)]) recorder.warn(warning);
    return { recorder, work: { config, plan, rule, data, wanted, from: { step: 0 } }, events: [] };
  } catch (error) {
    await rm(folder.directory, { recursive: true, force: true });
    throw error;
  }
}

/** The step as what computes the run takes it. */
const stepOf = ({ step, sparseStep }: NetworkPlan, executor: RunRecord['executor']): StepPlan =>
  executor?.name === 'sparse' ? sparseStep : step;

/**
 * Of a run that goes on, maybe on another machine: the executor it began with, or where its backend is gone what `auto`
 * takes.
 */
function executorNow(
  { config, plan }: { config: Config; plan: NetworkPlan },
  { executor, backend: began }: RunRecord,
  other: OtherBackend | undefined,
): Pick<RunRecord, 'executor' | 'step'> {
  const { compute } = config;
  if (other) {
    const backend = compute.backend === 'sparse' ? 'sparse' : 'auto';
    const chosen = chooseExecutor(
      { config: { ...config, compute: { ...compute, backend } }, plan },
      other.backend.name,
    );
    return { executor: chosen, step: { batchSize: config.train.batchSize, ...stepOf(plan, chosen) } };
  }
  return executor ? { executor: executorAgain(executor, began.name, compute.threads) } : {};
}

/** The word of other kernels than a run was computed with, which are not told of where its backend changes. */
function kernelsWarning(
  { executor: began }: RunRecord,
  { executor: now }: RunRecord,
  from: LastStates['from'],
): SparseError[] {
  if (began?.kernels === undefined || began.kernels === now?.kernels) return [];
  return [errors.kernelsChanged(began.kernels, now?.kernels, from)];
}

const memoryWarnings = (step: StepPlan): SparseError[] => {
  const warning = tooLittleMemory(step);
  return warning ? [warning] : [];
};

/**
 * Where the config of a run lies now, and the folders that a relative `data.path` may start from, the likeliest first.
 * A project that was moved or copied whole has its config at the same place from the run folder; a run folder that was
 * moved alone still has it where it was. Which of them has the right data is told by its hash.
 */
const placeOf = (folder: RunFolder, record: RunRecord): { configPath: string; configFolders: string[] } => {
  const { configPath, configFromRun } = record;
  if (configFromRun === undefined) return { configPath, configFolders: [dirname(configPath)] };
  const beside = resolve(folder.directory, configFromRun);
  const paths = existsSync(beside) ? [beside, configPath] : [configPath, beside];
  return { configPath: paths[0], configFolders: paths.map((path) => dirname(path)) };
};

/** As it is recorded: with `/` on every system, absolute where there is no way from one to the other (two drives). */
const fromRun = (folder: RunFolder, configPath: string): string =>
  relative(folder.directory, configPath).replaceAll(sep, '/');

/** Of a process that was killed while it wrote a file. */
const clearTemporaries = async (folder: RunFolder): Promise<void> => {
  for (const directory of [
    folder.directory,
    folder.checkpoints,
    folder.updates,
    folder.masks,
    dirname(folder.rotationsFile),
  ]) {
    const names = await readdir(directory).catch((): string[] => []);
    for (const name of names) if (isTemporary(name)) await rm(join(directory, name), { force: true });
  }
};

/** A run folder with something left to do. @throws SparseError `engine.run-is-complete`, `runs.*`, `file.*` */
export async function resumable(directory: string): Promise<{ folder: RunFolder; record: RunRecord }> {
  const folder = new RunFolder(directory);
  const record = await folder.readRecord();
  if (record.state === 'completed') throw errors.runIsComplete(directory);
  return { folder, record };
}

/** What a run goes on with in place of what it began with, and the word of it. */
export interface OtherBackend {
  backend: RunRecord['backend'];
  warning: (from: LastStates['from']) => SparseError;
}

/**
 * Locks the folder first: loading takes seconds, in which another window may do the same.
 * @throws as `prepareStart`, and `engine.data-changed`, `engine.checkpoint-mismatch`, `safetensors.*`
 */
export async function prepareResume(
  { folder }: { folder: RunFolder },
  versions: RunRecord['versions'],
  emit: Emit,
  context: CallContext,
  other?: OtherBackend,
): Promise<Prepared> {
  const lock = await folder.lock();
  try {
    // Read again: until the lock was ours another process may have gone on with the run, and ended it.
    const { record } = await resumable(folder.directory);
    const text = await readText(folder.configFile, maxConfigBytes, configTooLarge);
    if (record.configSha256 !== undefined && record.configSha256 !== hashOf(text))
      throw errors.configChanged(folder.configFile);
    // The copy in the folder keeps the format of the file it was copied from.
    const { configPath, configFolders } = placeOf(folder, record);
    const { config, plan } = await checkedConfig(text, configPath, configFolders);
    const { directory } = folder;
    const root = rootOfRun(directory) ?? rootOfSweep(sweepOfTrial(directory) ?? '') ?? dirname(configPath);
    const spare = spareFor(root, besideRun(directory));
    const data = await loadData(config.data, { root, spare, configFolders, ...context });
    if (data.sha256 !== record.dataset.sha256) throw errors.dataChanged(data.source);
    const rule = ruleOf({ config, plan });
    const { from, damaged, warnings } = await lastStates(folder, record, {
      plan: { ...plan, rule },
      slots: slotNames(config.train.optimizer),
    });
    // Once the weights are drawn nothing is led by a pattern any more.
    const wanted = from.state ? new Map() : await wantedPatterns(config, plan, dirname(configPath));
    await clearTemporaries(folder);
    await setAside(damaged);
    const moved = { configPath, configFromRun: fromRun(folder, configPath) };
    const recorder = await Recorder.open(
      folder,
      lock,
      {
        ...record,
        ...moved,
        ...executorNow({ config, plan }, record, other),
        ...(other && { backend: other.backend }),
        state: 'starting',
        versions,
        pid: process.pid,
      },
      emit,
      { truncateAfterStep: from.step },
    );
    const events = await readJournal(folder.journalFile);
    const told = other ? [other.warning(from)] : kernelsWarning(record, recorder.record, from);
    const missing = from.step - new Set(events.flatMap((event) => (event.type === 'step' ? event.step : []))).size;
    const lost = errors.stepsMissing(missing, from.step);
    const isTold = events.some((event) => event.type === 'warning' && event.message === lost.message);
    if (missing > 0 && !isTold) told.push(lost);
    for (const warning of [...told, ...warnings, ...memoryWarnings(stepOf(plan, recorder.record.executor))])
      events.push(recorder.warn(warning));
    return { recorder, work: { config, plan, rule, data, wanted, from }, events };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
