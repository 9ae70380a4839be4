/** The browser that the tests drive: the machine's own, or Debian's when it may be installed. */
import { existsSync } from 'node:fs';
import { capture, say, which } from './process.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Path of a Chromium; SPARSESCOPE_CHROMIUM names another one. */
const find = () => process.env['SPARSESCOPE_CHROMIUM'] ?? which(names) ?? applications.find((path) => existsSync(path));

/**
 * The path, or why there is none.
 * @returns {Promise<{ path: string; reason?: undefined } | { path?: undefined; reason: string }>}
 */
export const ensureChromium = async () => {
  const found = find();
  if (found) return { path: found };
  const aptGet = which(['apt-get']);
  if (!aptGet) return { reason: 'no Chromium on PATH, and no apt-get to install it with' };
  if (process.getuid?.() !== 0)
    return { reason: 'no Chromium on PATH, and only root may install Debian\'s package "chromium"' };
  say("Installing Chromium from Debian's packages: apt-get install chromium");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { code, output } = await capture(aptGet, args, { env });
    if (code !== 0) return { reason: `apt-get ${args.join(' ')} failed: ${output.trim().split('\n').at(-1)}` };
  }
  const installed = find();
  return installed ? { path: installed } : { reason: 'apt-get installed chromium, but it is not on PATH' };
};

/** Start options for a headless test: no network of its own, software WebGL, root allowed. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];
