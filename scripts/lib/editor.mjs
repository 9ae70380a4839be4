/** Opens a folder in VS Code with this checkout's extension: the desktop's when there is one, else in the browser. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, capture, hostDirectory, run, say, which } from './process.mjs';
import { packageExtension } from './setup.mjs';
import { installServer, startServer } from './vscode-server.mjs';

/** Shows an address in the person's browser, where there is a display. @param {string} url */
const openBrowser = async (url) => {
  const display = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'];
  const opener =
    process.platform === 'darwin'
      ? which(['open'])
      : display && process.platform === 'linux'
        ? which(['xdg-open'])
        : undefined;
  const opened = opener && (await capture(opener, [url])).code === 0;
  if (!opened) say('Open the address above in a browser of this machine.');
};

/** A word of a command line that cmd.exe reads, which is what runs code.cmd. @param {string} text */
const quoted = (text) => (/[^\w:\\/.-]/.test(text) ? `"${text}"` : text);

/** @param {string} code @param {string} vsix @param {string} folder @param {string} [file] To be shown at first. */
const openDesktop = async (code, vsix, folder, file) => {
  say(`Opening ${folder} in the VS Code of this machine (${code})`);
  const windows = process.platform === 'win32';
  const start = (/** @type {string[]} */ args) =>
    windows ? run(quoted(code), args.map(quoted), { shell: true }) : run(code, args);
  const installed = await start(['--install-extension', vsix, '--force']);
  if (installed !== 0) throw new Failure(`code --install-extension failed with exit code ${installed}.`);
  return start(file ? [folder, file] : [folder]);
};

/** @param {string} vsix @param {string} folder @param {string} [file] To be shown at first. */
const openServer = async (vsix, folder, file) => {
  say('There is no "code" command here: using a VS Code server from npm in the browser');
  await installServer();
  const server = await startServer({ data: join(hostDirectory, 'editor'), vsix, token: true, trust: true });
  const remote = `vscode-remote://127.0.0.1:${server.port}`;
  // As in an address: with slashes also on Windows, and with blanks encoded.
  const address = server.url(folder, file ? [['openFile', remote + pathToFileURL(file).pathname]] : undefined);
  say(`\n  ${address}\n\nThe address holds a token: only who has it gets in. Ctrl+C ends the server.`);
  const ended = new Promise((resolve) => {
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.once(signal, () => resolve(0));
  });
  await openBrowser(address);
  await ended;
  await server.stop();
  return 0;
};

/** @param {string} folder @param {string} [file] In it, to be shown at first. @returns {Promise<number>} Exit code. */
export const openEditor = async (folder, file) => {
  if (!existsSync(folder)) throw new Failure(`There is no folder ${folder}.`);
  mkdirSync(hostDirectory, { recursive: true });
  const vsix = join(hostDirectory, 'sparsescope.vsix');
  say('Packaging the extension');
  await packageExtension(vsix);
  const code = which(['code', 'code-insiders', 'codium']);
  return code ? openDesktop(code, vsix, folder, file) : openServer(vsix, folder, file);
};
