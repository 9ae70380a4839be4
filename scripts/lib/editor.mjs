/** Opens a folder in VS Code with this checkout's extension: the desktop's when there is one, else in the browser. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
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

/** @param {string} code @param {string} vsix @param {string} folder */
const openDesktop = async (code, vsix, folder) => {
  say(`Opening ${folder} in the VS Code of this machine (${code})`);
  const shell = process.platform === 'win32';
  const installed = await run(code, ['--install-extension', vsix, '--force'], { shell });
  if (installed !== 0) throw new Failure(`code --install-extension failed with exit code ${installed}.`);
  return run(code, [folder], { shell });
};

/** @param {string} vsix @param {string} folder */
const openServer = async (vsix, folder) => {
  say('There is no "code" command here: using a VS Code server from npm in the browser');
  await installServer();
  const server = await startServer({ data: join(hostDirectory, 'editor'), vsix, token: true, trust: true });
  say(`\n  ${server.url(folder)}\n\nThe address holds a token: only who has it gets in. Ctrl+C ends the server.`);
  const ended = new Promise((resolve) => {
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.once(signal, () => resolve(0));
  });
  await openBrowser(server.url(folder));
  await ended;
  await server.stop();
  return 0;
};

/** @param {string} folder @returns {Promise<number>} Exit code. */
export const openEditor = async (folder) => {
  if (!existsSync(folder)) throw new Failure(`There is no folder ${folder}.`);
  mkdirSync(hostDirectory, { recursive: true });
  const vsix = join(hostDirectory, 'sparsescope.vsix');
  await packageExtension(vsix);
  const code = which(['code', 'code-insiders', 'codium']);
  return code ? openDesktop(code, vsix, folder) : openServer(vsix, folder);
};
