/** Brings a checkout to the point where it runs: Node's version, the packages, the build. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, npm, root, run, say, tool } from './process.mjs';

const oldestNode = 20;

export const checkNode = () => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode)
    throw new Failure(
      `Sparsescope needs Node ${oldestNode} or later; this is Node ${process.versions.node} (${process.execPath}). Install a newer Node and try again.`,
    );
};

/** @param {string} path @returns {Record<string, { version?: string; optional?: boolean }>} */
const lockedPackages = (path) => JSON.parse(readFileSync(path, 'utf8')).packages ?? {};

/** Whether node_modules holds what package-lock.json asks for, by the lock npm itself leaves in node_modules. */
const modulesAreCurrent = () => {
  const installedLock = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = lockedPackages(installedLock);
  return Object.entries(lockedPackages(join(root, 'package-lock.json'))).every(
    // Optional packages are those of other platforms.
    ([path, locked]) => path === '' || locked.optional || installed[path]?.version === locked.version,
  );
};

export const ensureModules = async () => {
  if (modulesAreCurrent()) return;
  say(existsSync(join(root, 'node_modules')) ? 'The packages are out of date: npm ci' : 'Installing packages: npm ci');
  const [command, args] = npm(['ci', '--no-audit', '--no-fund']);
  const code = await run(command, args);
  if (code !== 0) throw new Failure(`npm ci failed with exit code ${code}; what it said stands above.`);
};

const buildInputs = ['src', 'webview', 'esbuild.mjs', 'package.json', 'package-lock.json', 'tsconfig.base.json'];
const buildStamp = join(root, 'dist/.inputs');

/** @param {string} path @returns {string[]} */
const filesUnder = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .flatMap((name) => filesUnder(join(path, name)))
    : [path];

/** By content, not by time: a clone or a branch change touches times without changing a byte. */
const inputsHash = () => {
  const hash = createHash('sha256');
  for (const input of buildInputs)
    for (const file of filesUnder(join(root, input)))
      hash
        .update(`${file.slice(root.length)}\0`)
        .update(readFileSync(file))
        .update('\0');
  return hash.digest('hex');
};

export const build = async () => {
  const hash = inputsHash();
  const code = await run(process.execPath, ['esbuild.mjs']);
  if (code !== 0) throw new Failure(`The build failed with exit code ${code}; what it said stands above.`);
  writeFileSync(buildStamp, hash);
};

export const ensureBuild = async () => {
  if (existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === inputsHash()) return;
  say('Building dist/');
  await build();
};

/** Packages dist/ and the manifest. @param {string} file Where the VSIX goes. */
export const packageExtension = async (file) => {
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file];
  const [command, args] = tool('@vscode/vsce/vsce', ['package', ...options]);
  const code = await run(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (code !== 0) throw new Failure(`vsce package failed with exit code ${code}; what it said stands above.`);
};
