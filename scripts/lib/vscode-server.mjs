/**
 * A real VS Code (workbench, extension host) in the browser, from the npm registry alone: the server that the package
 * `code-server` carries in lib/vscode, started without its wrapper. Version = oldest the manifest supports.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, announced, capture, freePort, hostDirectory, npm, run, say, which } from './process.mjs';

const version = '4.100.3';
const ripgrep = '1.18.0';
const directory = join(hostDirectory, `vscode-server-${version}`);
const server = join(directory, 'node_modules/code-server/lib/vscode');
const main = join(server, 'out/server-main.js');
const stamp = join(directory, '.installed');

/** @param {string} prefix @param {string[]} args */
const install = async (prefix, args) => {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const [command, all] = npm(['install', '--prefix', prefix, ...quiet, ...args]);
  const code = await run(command, all, { cwd: prefix });
  if (code !== 0) throw new Failure(`npm could not install the VS Code server (exit code ${code}).`);
};

/**
 * Logs (spdlog) and the end of orphaned extension hosts (native-watchdog) need two native modules; everything else
 * works without, so a machine without a compiler only loses those.
 */
const buildNativeModules = async () => {
  if (!which(['g++', 'c++']) || !which(['make']))
    return 'There is no C++ compiler here. That is fine: the server only runs without its own log files.';
  const modules = ['@vscode/spdlog', 'native-watchdog'];
  // Node's own headers where they are installed; node-gyp would download them.
  const installation = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(installation, 'include/node/node_version.h'));
  const headers = hasHeaders ? { npm_config_nodedir: installation } : {};
  const [command, args] = npm([
    'rebuild',
    '--prefix',
    server,
    '--ignore-scripts=false',
    '--loglevel=error',
    ...modules,
  ]);
  const { code } = await capture(command, args, { cwd: server, env: { ...process.env, ...headers } });
  return code === 0
    ? undefined
    : 'Two native modules of the server did not compile. That is fine: it only runs without its own log files.';
};

/** Installs the server once; later calls answer at once. */
export const installServer = async () => {
  if (existsSync(stamp)) return;
  say(`Installing the server of VS Code 1${version.slice(1)} into .host: 300 MB, once, a minute or two`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  const search = `@vscode/ripgrep-${process.platform}-${process.arch}`;
  await announced('1 of 3: fetching the server', () =>
    install(directory, ['--no-save', `code-server@${version}`, `${search}@${ripgrep}`]),
  );
  await announced('2 of 3: fetching the packages it needs', () => install(server, ['--no-save', '--omit=dev']));
  const bin = join(server, 'node_modules/@vscode/ripgrep/bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(directory, 'node_modules', search, 'bin/rg'), join(bin, 'rg'));
  symlinkSync('node_modules', join(server, 'node_modules.asar'));
  const lacking = await announced('3 of 3: compiling its native modules', buildNativeModules);
  if (lacking) say(`  ${lacking}`);
  writeFileSync(stamp, '');
};

/**
 * @typedef {object} ServerOptions
 * @property {string} data Folder for its settings, extensions and logs.
 * @property {Record<string, unknown>} [settings] User settings of a new data folder.
 * @property {string} [vsix] Extension to install.
 * @property {boolean} [trust] Ask whether a workspace is trusted; otherwise every one is.
 * @property {boolean} [token] Let in only who has the token of `url`.
 * @property {Record<string, string>} [env]
 */

/** Settings under which the workbench shows itself and nothing else. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'chat.commandCenter.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/** @param {import('node:child_process').ChildProcess} child Ends it and all it started, politely first. */
const end = async (child) => {
  const kill = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      // A negative id is the process group: the server, its extension hosts and their engines.
      if (child.pid) process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
    } catch {
      // Gone already.
    }
  };
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.signalCode === null) {
    kill('SIGTERM');
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 3000))]);
  }
  kill('SIGKILL');
};

/** @param {string} log */
const lastLines = (log) => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');

/** Starts the server on a free loopback port. @param {ServerOptions} options */
export const startServer = async (options) => {
  const { data } = options;
  const settings = join(data, 'data/User/settings.json');
  mkdirSync(dirname(settings), { recursive: true });
  // What a person has set stays.
  if (!existsSync(settings))
    writeFileSync(settings, JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));
  const common = [main, '--server-data-dir', data, '--extensions-dir', join(data, 'extensions')];
  common.push('--accept-server-license-terms');
  if (options.vsix) {
    const { code, output } = await capture(process.execPath, [
      ...common,
      '--install-extension',
      options.vsix,
      '--force',
    ]);
    if (code !== 0) throw new Failure(`The VS Code server could not install ${options.vsix}:\n${output}`);
  }
  const port = await freePort();
  const token = options.token ? randomBytes(16).toString('hex') : undefined;
  const args = [...common, '--host', '127.0.0.1', '--port', String(port), '--telemetry-level', 'off'];
  args.push(...(token ? ['--connection-token', token] : ['--without-connection-token']));
  if (!options.trust) args.push('--disable-workspace-trust');
  const log = join(data, 'server.log');
  const output = openSync(log, 'w');
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', output, output],
    detached: process.platform !== 'win32',
    env: { ...process.env, ...options.env },
  });
  const atExit = () => void end(child);
  process.once('exit', atExit);
  const stop = async () => {
    process.off('exit', atExit);
    await end(child);
  };
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined);
    if (answer?.ok) break;
    if (tries === 300 || child.exitCode !== null) {
      await stop();
      throw new Failure(`The VS Code server did not start; the end of its log:\n${lastLines(log)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  /** Address that opens a folder. @param {string} folder @param {[string, string][]} [payload] */
  const url = (folder, payload) => {
    const query = new URLSearchParams({ folder });
    if (payload) query.set('payload', JSON.stringify(payload));
    if (token) query.set('tkn', token);
    return `http://127.0.0.1:${port}/?${query}`;
  };
  return { port, pid: child.pid ?? 0, log, url, stop };
};

/** Text of the extension hosts' own logs under a server's data folder: what a failing test is explained by. @param {string} data */
export const extensionHostLogs = (data) => {
  const logs = join(data, 'data/logs');
  if (!existsSync(logs)) return '';
  return readdirSync(logs, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('remoteexthost.log'))
    .map((name) => readFileSync(join(logs, name), 'utf8'))
    .join('\n');
};
