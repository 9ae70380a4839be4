/** A person's own Node and npm: the editor has neither to offer. */
import { existsSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { noNode, noNpm, nodeMissing } from './errors';

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

const onPath = (names: readonly string[], environment: NodeJS.ProcessEnv): string | undefined =>
  (environment['PATH'] ?? environment['Path'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isFile);

const isNode = (program: string): boolean => /^node(\.exe)?$/.test(basename(program));

/** npm's own program, where the installers of Node put it. */
const npmBeside = (node: string): string | undefined =>
  [join(dirname(node), 'node_modules'), join(dirname(node), '..', 'lib', 'node_modules')]
    .map((modules) => join(modules, 'npm', 'bin', 'npm-cli.js'))
    .find(isFile);

export interface Npm {
  node: string;
  /** The program of npm, run with `node`. */
  cli: string;
}

/**
 * @param setting the path of node that a person named; empty for none
 * @param running the program this runs in
 * @throws SparseError `gpu.no-node`, `gpu.node-missing`, `gpu.no-npm`
 */
export function findNpm(
  setting: string,
  environment: NodeJS.ProcessEnv = process.env,
  running: string = process.execPath,
): Npm {
  if (setting !== '' && !isFile(setting)) throw nodeMissing(setting);
  const names = process.platform === 'win32' ? ['node.exe'] : ['node'];
  const candidates = setting !== '' ? [setting] : [...(isNode(running) ? [running] : []), onPath(names, environment)];
  const nodes = candidates.filter((node) => node !== undefined);
  if (nodes.length === 0) throw noNode();
  const npm = nodes.map((node) => ({ node, cli: npmBeside(node) })).find(({ cli }) => cli !== undefined);
  if (npm?.cli !== undefined) return { node: npm.node, cli: npm.cli };
  // On most systems the npm of the PATH is its JavaScript file, or a link to it.
  const cli = process.platform === 'win32' ? undefined : onPath(['npm'], environment);
  if (cli === undefined) throw noNpm(nodes[0]);
  return { node: nodes[0], cli };
}
