/**
 * Installs a GPU engine with npm: into a folder beside its place, which is moved there only once a real operation has
 * given the right numbers. Whatever goes wrong before leaves nothing.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSparseError, messageOf } from '../core/errors';
import { makeFolder } from '../formats/make-folder';
import { clearLeft, livingOwners, makeOwnedFolder } from '../runs/owned-folder';
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

/** Of the folder that an engine is fetched into or removed from, before what makes its name its own. */
const workPrefix = (id: GpuEngineId, what: 'partial' | 'removed'): string => `.${id}.${what}-`;
const workFolder = /^\..+\.(partial|removed)/;

const causeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? messageOf(error);

/**
 * Milliseconds after which a folder is given up whose process cannot be seen from here: it may be in another container,
 * or be gone with an earlier start of the machine.
 */
const longestInstallation = 24 * 60 * 60_000;

/** Removes what installations that were cut off have left, and answers of how many. */
export const clearLeftovers = (root: string): Promise<number> => clearLeft(root, workFolder, longestInstallation);

/** Does it with a folder in `root`, which is removed again. */
async function withWorkFolder<T>(root: string, prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeOwnedFolder(root, prefix);
  try {
    return await work(folder);
  } finally {
    // What is held open yet goes with the next `clearLeftovers`.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** Those that have a folder there, whole or damaged: what may be removed. */
export const installedEngines = (root: string): GpuEngineId[] =>
  gpuEngineIds.filter((id) => existsSync(join(root, id)));

/** Whole, so that an end half way leaves no engine that looks like one. */
async function moveAway(folder: string, aside: string): Promise<void> {
  try {
    await rename(folder, aside);
  } catch (error) {
    throw errors.inUse(folder, causeOf(error));
  }
}

/** Answers whether there was one. @throws SparseError `gpu.in-use`, `gpu.cannot-write` */
export async function removeEngine(root: string, id: GpuEngineId): Promise<boolean> {
  const folder = join(root, id);
  if (!existsSync(folder)) return false;
  try {
    await withWorkFolder(root, workPrefix(id, 'removed'), (work) => moveAway(folder, join(work, 'old')));
  } catch (error) {
    throw isSparseError(error) ? error : errors.cannotWrite(root, causeOf(error));
  }
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
 * Of two that begin at once each sees the other, or one does, as both make their folder `work` before they look: both
 * may be refused. Those whose process cannot be seen from here hold nobody up: each has a folder of its own, and the
 * last one counts.
 */
async function refuseSecond(root: string, id: GpuEngineId, work: string): Promise<void> {
  const prefix = join(root, workPrefix(id, 'partial'));
  const living = await livingOwners(root, workFolder);
  const other = living.find(({ folder }) => folder !== work && folder.startsWith(prefix));
  if (other) throw errors.installing(gpuEngines[id].packageName, other.pid, other.folder);
}

/**
 * @throws SparseError `gpu.other-system`, `gpu.installing`, `gpu.not-fetched`, `gpu.not-working`, `gpu.in-use`,
 * `gpu.cannot-write`, `file.*`; the reason of `signal` when it was cancelled
 */
export async function install(options: InstallOptions): Promise<Installed> {
  const { id, root, modulePath, node, signal, progress } = options;
  const { packageName, systems } = gpuEngines[id];
  if (!worksOn(id)) throw errors.otherSystem(packageName, `${process.platform}-${process.arch}`, systems);
  signal.throwIfAborted();
  const folder = join(root, id);
  try {
    await makeFolder(root);
    return await withWorkFolder(root, workPrefix(id, 'partial'), async (work) => {
      await refuseSecond(root, id, work);
      const fresh = join(work, 'new');
      await mkdir(fresh);
      await fetchInto(fresh, options);
      progress(errors.doing.trying);
      const { problem, ...probed } = await probe({
        id,
        packageFolder: packageIn(fresh, id),
        modulePath,
        ...(node !== undefined && { node }),
        limit: id === 'webgpu' ? patience.start : patience.install,
        signal,
      });
      if (problem !== undefined) throw errors.notWorking(packageName, problem);
      const old = join(work, 'old');
      if (existsSync(folder)) await moveAway(folder, old);
      try {
        await rename(fresh, folder);
      } catch (error) {
        if (existsSync(old)) await rename(old, folder);
        throw error;
      }
      return { ...probed, folder };
    });
  } catch (error) {
    if (isSparseError(error) || signal.aborted) throw error;
    throw errors.cannotWrite(root, causeOf(error));
  }
}
