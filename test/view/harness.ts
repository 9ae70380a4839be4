/**
 * A webview alone in a browser: the built page under the content policy it has in the editor, the colours of a real
 * theme, and behind it the protocol served from real files.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { chromiumArguments } from '../../scripts/lib/chromium.mjs';
import { root } from '../../scripts/lib/process.mjs';
import { messageOf } from '../../src/core/errors';
import { webviewPage } from '../../src/host/views/webview-html';
import { Peer, type Api } from '../../src/protocol/rpc';
import type { ViewBoot } from '../../src/protocol/views';
import { decode, encode, pageSide } from './wire';

export const themes = ['dark-modern', 'light-modern', 'high-contrast', 'high-contrast-light'] as const;
export type ThemeName = (typeof themes)[number];

const bodyClasses: Record<ThemeName, string> = {
  'dark-modern': 'vscode-dark',
  'light-modern': 'vscode-light',
  'high-contrast': 'vscode-high-contrast',
  'high-contrast-light': 'vscode-high-contrast vscode-high-contrast-light',
};

const executable = process.env['SPARSESCOPE_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why there is nothing to test in, if so. */
export const missingBrowser = existsSync(executable) ? undefined : `no Chromium at ${executable}`;

/** Tests that are skipped where there is no browser, which their title then says. */
export const describeInBrowser = (what: string, tests: () => void): void =>
  void describe.skipIf(missingBrowser !== undefined)(missingBrowser ? `${what} (${missingBrowser})` : what, tests);

const origin = 'http://webview.test';
const results = join(root, 'test-results/view');

export interface ViewOptions {
  boot: ViewBoot;
  theme?: ThemeName;
  size?: { width: number; height: number };
  /** What an earlier page kept. */
  kept?: unknown;
  /** A browser without WebGL2. */
  withoutGl?: boolean;
  reducedMotion?: boolean;
}

/** That of the test file, once it says `useBrowser`. */
let browser: Browser;

interface Opened {
  complaints: readonly string[];
  close(): Promise<void>;
}

/** One browser for all tests of a file. What the page that `opened` names complained about fails its test, which then closes it. */
export function useBrowser(opened?: () => Opened): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: chromiumArguments });
  });
  afterAll(() => browser.close());
  if (opened)
    afterEach(async () => {
      const view = opened();
      expect(view.complaints).toEqual([]);
      await view.close();
    });
}

/** Errors of a page from here on. */
function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}

/** A report as a person opens it, from the disk; `complaints`: its errors, and requests to anywhere else. */
export async function openReport(
  path: string,
  options: BrowserContextOptions,
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints = errorsOf(page);
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  return { page, complaints };
}

/** One page with `api` behind it. */
export class View<Own extends Api<Own>, Events> {
  private constructor(
    readonly page: Page,
    private readonly peer: Peer<Own, object, Events, object>,
    /** Errors of the page, and requests to anywhere else: there should be none. */
    readonly complaints: string[],
  ) {}

  static async open<Own extends Api<Own>, Events>(api: Own, options: ViewOptions): Promise<View<Own, Events>> {
    const { theme = 'dark-modern', size = { width: 1000, height: 760 }, reducedMotion = false } = options;
    const context = await browser.newContext({
      viewport: size,
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    });
    const page = await context.newPage();
    const complaints = errorsOf(page);
    await page.route('**/*', (route) => {
      const path = new URL(route.request().url());
      const found = path.origin === origin ? respond(path.pathname, options.boot, theme) : undefined;
      if (!found) complaints.push(`request to ${path.href}`);
      return found ? route.fulfill(found) : route.abort();
    });
    let receive: (message: unknown) => void = () => undefined;
    await page.exposeFunction('toHost', (text: string) => receive(decode(text)));
    await page.addInitScript(pageSide, options.kept);
    if (options.withoutGl) await page.addInitScript(noWebGl);
    const send = (message: unknown): void => {
      // A page that was closed meanwhile needs no answer.
      page
        .evaluate((text) => (window as unknown as { fromHost(text: string): void }).fromHost(text), encode(message))
        .catch(() => undefined);
    };
    const channel = {
      send,
      onMessage: (listener: (message: unknown) => void) => {
        receive = listener;
        return () => undefined;
      },
    };
    const peer = new Peer<Own, object, Events, object>(channel, api, (error) => ({
      code: (error as { code?: string }).code ?? 'test.unexpected',
      message: messageOf(error),
    }));
    await page.goto(origin);
    return new View(page, peer, complaints);
  }

  emit<K extends keyof Events & string>(event: K, value: Events[K]): void {
    this.peer.emit(event, value);
  }

  /** What the page keeps for its next life. */
  kept(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as { keptState: unknown }).keptState);
  }

  /** Waits until nothing moves, then keeps a picture in test-results/view. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(results, { recursive: true });
    await this.page.waitForTimeout(250);
    await this.page.screenshot({ path: join(results, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

const noWebGl = (): void => {
  const original = Reflect.get(HTMLCanvasElement.prototype, 'getContext') as (...args: unknown[]) => unknown;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...args: unknown[]) {
    return String(args[0]).startsWith('webgl') ? null : original.apply(this, args);
  } as HTMLCanvasElement['getContext'];
};

interface Answer {
  body: string | Buffer;
  contentType: string;
}

const themeVariables = (theme: ThemeName): Record<string, string> =>
  JSON.parse(readFileSync(join(root, 'test/view/themes', `${theme}.json`), 'utf8')) as Record<string, string>;

/** As the editor does it: variables on the root, the kind of theme on the body, before the page's own script. */
const themeScript = (theme: ThemeName): string =>
  `for (const [name, value] of Object.entries(${JSON.stringify(themeVariables(theme))}))
     document.documentElement.style.setProperty(name, value);
   document.body.className = ${JSON.stringify(bodyClasses[theme])};`;

function respond(path: string, boot: ViewBoot, theme: ThemeName): Answer | undefined {
  const script = { contentType: 'text/javascript' };
  switch (path) {
    case '/': {
      const nonce = 'test';
      const parts = { script: '/webview.js', style: '/webview.css', title: 'view', language: 'en', boot };
      const page = webviewPage({ source: origin, nonce, ...parts });
      const themed = page.replace('<script', `<script nonce="${nonce}" src="/theme.js"></script><script`);
      return { contentType: 'text/html', body: themed };
    }
    case '/theme.js':
      return { ...script, body: themeScript(theme) };
    case '/webview.js':
      return { ...script, body: readFileSync(join(root, 'dist/webview.js')) };
    case '/webview.css':
      return { contentType: 'text/css', body: readFileSync(join(root, 'dist/webview.css')) };
    case '/favicon.ico':
      return { contentType: 'image/x-icon', body: '' };
    default:
      return undefined;
  }
}
