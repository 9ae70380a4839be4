/**
 * Installs a GPU engine with npm: into a folder beside its place, which is moved there only once a real operation has
 * given the right numbers. Whatever goes wrong before leaves nothing.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSparseError, messageOf } from '../core/errors';
import { gpuEngineIds, gpuEngines, packageIn, worksOn } from './engines';
import type { GpuEngineId } from './engines';
import * as errors from './errors';
import type { Npm } from './node';
import { patience, probe } from './probe';
import type { Probed } from './probe';
import { runNpm } from './run-npm';

export interface InstallOptions {
  id: GpuEngineId;
  /** The folder of GPU engines. */
  root: string;
  npm: Npm;
  /** dist/engine.js, which tries the engine out. */
  modulePath: string;
  /** The Node that the engine will run on, and tries it out with; by default the one this runs in. */
  node?: string;
  signal: AbortSignal;
  progress: (message: string) => void;
}

export interface Installed extends Omit<Probed, 'problem'> {
  folder: string;
}

const partialName = (id: GpuEngineId): string => `.${id}.${process.pid}.partial`;
const partialPattern = /^\..+\.(\d+)\.partial(\.old)?$/;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else is alive as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const causeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? messageOf(error);

const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });

/** Milliseconds after which a folder is no longer taken for that of a process: another one may have its id by then. */
const longestInstallation = 24 * 60 * 60_000;

/** Removes what installations that were cut off have left, and answers of how many. */
export async function clearLeftovers(root: string): Promise<number> {
  const names = await readdir(root).catch((): string[] => []);
  const left: string[] = [];
  for (const name of names) {
    const pid = partialPattern.exec(name)?.[1];
    if (pid === undefined) continue;
    const age = Date.now() - (await stat(join(root, name)).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > longestInstallation || !isAlive(Number(pid))) left.push(name);
  }
  for (const name of left) await removeFolder(join(root, name));
  return left.length;
}

/** Those that have a folder there, whole or damaged: what may be removed. */
export const installedEngines = (root: string): GpuEngineId[] =>
  gpuEngineIds.filter((id) => existsSync(join(root, id)));

/** Under the name of an unfinished one first, so that an end half way leaves no engine that looks whole. */
async function moveAway(folder: string, aside: string): Promise<void> {
  if (!existsSync(folder)) return;
  try {
    await removeFolder(aside);
    await rename(folder, aside);
  } catch (error) {
    throw errors.inUse(folder, causeOf(error));
  }
  await removeFolder(aside);
}

/** Answers whether there was one. @throws SparseError `gpu.in-use` */
export async function removeEngine(root: string, id: GpuEngineId): Promise<boolean> {
  const folder = join(root, id);
  if (!existsSync(folder)) return false;
  await moveAway(folder, join(root, `${partialName(id)}.old`));
  return true;
}

const folders = async (parent: string): Promise<string[]> =>
  (await readdir(parent, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(parent, name));

/** The addon of a package, which its install script fetches or compiles. */
async function addonFolders(packageFolder: string): Promise<string[]> {
  const found = await folders(join(packageFolder, 'lib'));
  return found.filter((folder) => existsSync(join(folder, 'tfjs_binding.node')));
}

/** On Windows the install script puts the library beside the addon of another version of Node-API (tfjs #8323). */
async function putLibraryBesideAddon(packageFolder: string): Promise<void> {
  const library = join(packageFolder, 'deps', 'lib', 'tensorflow.dll');
  if (!existsSync(library)) return;
  for (const folder of await addonFolders(packageFolder)) {
    const beside = join(folder, 'tensorflow.dll');
    if (!existsSync(beside)) await copyFile(library, beside);
  }
}

const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];

async function fetchInto(folder: string, { id, npm, signal, progress }: InstallOptions): Promise<void> {
  const { packageName, version } = gpuEngines[id];
  const scripts = id !== 'webgpu';
  const packageFolder = packageIn(folder, id);
  const npmInstall = async (args: readonly string[], cwd: string): Promise<void> => {
    const { ok, how, log } = await runNpm(npm, args, cwd, signal, progress);
    signal.throwIfAborted();
    if (!ok) throw errors.notFetched(packageName, errors.causeIn(log, how), log);
  };
  const manifest = {
    private: true,
    dependencies: { [packageName]: version },
    // Read by an npm that runs no install scripts but those that are named.
    ...(scripts && { allowScripts: { [packageName]: true } }),
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  progress(errors.doing.fetching(packageName));
  if (!scripts) {
    await npmInstall(['install', '--ignore-scripts=true', ...quiet], folder);
    return;
  }
  await npmInstall(['install', '--ignore-scripts=false', '--foreground-scripts', ...quiet], folder);
  if ((await addonFolders(packageFolder)).length === 0) {
    // An npm that was told to run no scripts at all still runs one that is asked for by its name.
    progress(errors.doing.native);
    await npmInstall(['run', 'install', ...quiet], packageFolder);
  }
  await putLibraryBesideAddon(packageFolder);
}

/**
 * @throws SparseError `gpu.other-system`, `gpu.not-fetched`, `gpu.not-working`, `gpu.in-use`, `gpu.cannot-write`; the
 * reason of `signal` when it was cancelled
 */
export async function install(options: InstallOptions): Promise<Installed> {
  const { id, root, modulePath, node, signal, progress } = options;
  const { packageName, systems } = gpuEngines[id];
  if (!worksOn(id)) throw errors.otherSystem(packageName, `${process.platform}-${process.arch}`, systems);
  signal.throwIfAborted();
  const partial = join(root, partialName(id));
  const folder = join(root, id);
  try {
    if (existsSync(partial)) await removeFolder(partial);
    await mkdir(partial, { recursive: true });
    await fetchInto(partial, options);
    progress(errors.doing.trying);
    const packageFolder = packageIn(partial, id);
    const { problem, ...probed } = await probe({
      id,
      packageFolder,
      modulePath,
      ...(node !== undefined && { node }),
      limit: id === 'webgpu' ? patience.start : patience.install,
      signal,
    });
    if (problem !== undefined) throw errors.notWorking(packageName, problem);
    await moveAway(folder, `${partial}.old`);
    await rename(partial, folder);
    return { ...probed, folder };
  } catch (error) {
    if (existsSync(partial)) await removeFolder(partial);
    if (isSparseError(error) || signal.aborted) throw error;
    throw errors.cannotWrite(root, causeOf(error));
  }
}
