/** A person's own Node and npm: the editor has neither to offer. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { noNode, noNpm, nodeMissing, notNode } from './errors';
import type { NodeAsked } from './errors';
import { engineNodeWords as words } from './words';

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

const onPath = (names: readonly string[], environment: NodeJS.ProcessEnv): string | undefined =>
  (environment['PATH'] ?? environment['Path'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isFile);

const isNode = (program: string): boolean => /^node(\.exe)?$/.test(basename(program));

const nodeNames = process.platform === 'win32' ? ['node.exe'] : ['node'];

/** As the setting, asks for the Node of the PATH. */
const ofPath = 'node';

/** npm's own program, where the installers of Node put it. */
const npmPlaces = (node: string): string[] =>
  [join(dirname(node), 'node_modules'), join(dirname(node), '..', 'lib', 'node_modules')].map((modules) =>
    join(modules, 'npm', 'bin', 'npm-cli.js'),
  );

/** Longer takes no Node to tell its versions, milliseconds: the caller waits. */
const longest = 5_000;

/** Of Node and, where it is an editor's, of Electron; undefined where it is no Node that starts. */
function versionsOf(program: string): { node: string; electron: string } | undefined {
  const versions = "[process.versions.node, process.versions.electron ?? ''].join()";
  const { error, stdout } = spawnSync(program, ['-p', versions], {
    encoding: 'utf8',
    timeout: longest,
    windowsHide: true,
  });
  // Without a process there is no output either.
  const found = error ? null : /^(\d+\.[\d.]+),(.*)$/.exec(stdout.trim());
  return found ? { node: found[1], electron: found[2] } : undefined;
}

export interface Npm {
  node: string;
  /** The program of npm, run with `node`. */
  cli: string;
}

/**
 * @param setting the path of node that a person named, or `node` for the one of the PATH; empty for none
 * @param running the program this runs in
 * @param asked how `setting` was named
 * @throws SparseError `gpu.no-node`, `gpu.node-missing`, `gpu.not-node`, `gpu.no-npm`
 */
export function findNpm(
  setting: string,
  environment: NodeJS.ProcessEnv = process.env,
  running: string = process.execPath,
  asked: NodeAsked = 'the setting sparsescope.node',
): Npm {
  const named = setting !== '' && setting !== ofPath;
  if (named && !isFile(setting)) throw nodeMissing(setting, asked);
  const found = onPath(nodeNames, environment);
  const candidates = named ? [setting] : [...(setting === '' && isNode(running) ? [running] : []), found];
  const nodes = candidates.filter((node) => node !== undefined);
  if (nodes.length === 0) throw noNode(asked);
  const whole = nodes.map((node) => ({ node, cli: npmPlaces(node).find(isFile) })).find(({ cli }) => cli !== undefined);
  const node = whole?.node ?? nodes[0];
  // Any program can be named, and a script that ends at once looks like an npm that is content.
  if (node !== running && !versionsOf(node)) throw notNode(node, named ? asked : undefined);
  // On most systems the npm of the PATH is its JavaScript file, or a link to it.
  const cli = whole?.cli ?? (process.platform === 'win32' ? undefined : onPath(['npm'], environment));
  if (cli === undefined) throw noNpm(node, npmPlaces(node), asked);
  return { node, cli };
}

/** The oldest that the engine is built for. */
const oldestNode = 20;

export interface EngineNode {
  /** The program; left out for the one this runs in. */
  node?: string;
  /** Which one it is and why, to be read after its version and a comma. */
  why: string;
  /** A sentence: why the one that was asked for is not taken. */
  problem?: string;
}

/** Of what `program` is, where it is no Node that can run the engine. */
function refusal(program: string): string | undefined {
  const found = versionsOf(program);
  if (!found) return words.noNode;
  if (found.electron !== '') return words.electron;
  return Number.parseInt(found.node) < oldestNode ? words.tooOld(found.node, oldestNode) : undefined;
}

/** Programs that can, as their files were; a refusal is not kept, as a busy machine may be the reason. */
const good = new Set<string>();

/**
 * What the editor runs the engine on. The PATH is looked through only where it was asked for: what lies there may be
 * older than the editor's own, and of no use but for GPUs.
 * @param setting as for `findNpm`
 */
export function engineNode(setting: string, environment: NodeJS.ProcessEnv = process.env): EngineNode {
  if (setting === '') return { why: words.builtIn };
  const program = setting === ofPath ? onPath(nodeNames, environment) : setting;
  if (program === undefined) return refused(words.notOnPath);
  if (!isAbsolute(program) || !isFile(program)) return refused(words.refused(program, words.noProgram));
  const key = `${program} ${statSync(program).mtimeMs}`;
  const what = good.has(key) ? undefined : refusal(program);
  if (what !== undefined) return refused(words.refused(program, what));
  good.add(key);
  return { node: program, why: words.taken(program) };
}

const refused = (problem: string): EngineNode => ({ why: words.builtInInstead(problem), problem });
