/** A person at VS Code: opens a folder, types, clicks, looks. Everything goes through the page, nothing behind it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { chromiumArguments } from '../../scripts/lib/chromium.mjs';
import { root } from '../../scripts/lib/process.mjs';

const results = join(root, 'test-results/e2e');

export class Workbench {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    /** Errors of the page and its webviews, and requests to anywhere but the server: there should be none. */
    readonly complaints: string[],
  ) {}

  /** `origin`: address of the server; `executablePath`: of Chromium. */
  static async open(folder: string, origin: string, executablePath: string): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath, args: chromiumArguments });
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      // A webview's resources have an address of their own, which its service worker answers.
      const ours = url.origin === origin || url.hostname.endsWith('.vscode-cdn.net');
      if (url.protocol.startsWith('http') && !ours) complaints.push(`request to ${url.origin}`);
    });
    page.on('console', (message) => {
      if (/Content.Security.Policy|Refused to/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${origin}/?folder=${encodeURIComponent(folder)}`);
    await page.waitForSelector('.monaco-workbench .part.statusbar .statusbar-item');
    return new Workbench(browser, page, complaints);
  }

  async close(): Promise<void> {
    // Leaving the page ends its extension host in good order.
    await this.page.goto('about:blank');
    await this.browser.close();
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(results, { recursive: true });
    await this.page.screenshot({ path: join(results, `${name}.png`) });
  }

  /** The window is opened again, as after a restart. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.waitForSelector('.monaco-workbench .part.statusbar .statusbar-item');
  }

  /**
   * Looks away, which makes the workbench store what is open, and waits until that contains a text. (In a browser it
   * stores on losing the focus and every minute, but not when the page goes.)
   */
  async lookAwayUntilStored(text: string): Promise<void> {
    await this.page.evaluate(() => {
      // A headless page is told that it always has the focus.
      document.hasFocus = () => false;
      window.dispatchEvent(new Event('blur'));
    });
    const stored = (): Promise<boolean> =>
      this.page.evaluate(async (wanted) => {
        const done = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(new Error(request.error?.message));
          });
        for (const { name } of await indexedDB.databases()) {
          if (!name?.startsWith('vscode-web-state-db')) continue;
          const database = await done(indexedDB.open(name));
          const values: unknown[] = [];
          for (const store of database.objectStoreNames)
            values.push(...(await done<unknown[]>(database.transaction(store).objectStore(store).getAll())));
          database.close();
          // What a webview keeps is JSON in JSON in JSON.
          if (values.some((value) => String(value).replaceAll('\\', '').includes(wanted))) return true;
        }
        return false;
      }, text);
    const end = Date.now() + 60_000;
    while (!(await stored())) {
      if (Date.now() > end) throw new Error(`The workbench did not store ${text}.`);
      await this.page.waitForTimeout(250);
    }
  }

  /** Runs a command from the palette. Its list is fixed when it opens, so it is opened until the command is there. */
  async command(title: string): Promise<void> {
    const box = this.page.locator('.quick-input-widget');
    const input = box.locator('input.input');
    const exact = new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    const row = box.locator('.monaco-list-row').filter({ has: this.page.locator('.label-name', { hasText: exact }) });
    for (let tries = 0; tries < 30; tries++) {
      await this.page.keyboard.press('F1');
      // A key that is pressed while a dialog closes or a page loads is lost.
      const found = await input
        .fill(`>${title}`, { timeout: 2_000 })
        .then(() => row.first().waitFor({ timeout: 2_000 }))
        .then(
          () => true,
          () => false,
        );
      if (found) {
        await row.first().click();
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The palette does not have the command ${title}.`);
  }

  /** The same by the keyboard alone. */
  async commandByKeys(title: string): Promise<void> {
    const focused = this.page.locator('.quick-input-widget .monaco-list-row.focused .label-name');
    for (let tries = 0; tries < 30; tries++) {
      await this.page.keyboard.press('F1');
      await this.page.keyboard.type(title);
      const found = await focused
        .filter({ hasText: title })
        .waitFor({ timeout: 2_000 })
        .then(
          () => true,
          () => false,
        );
      await this.page.keyboard.press(found ? 'Enter' : 'Escape');
      if (found) return;
    }
    throw new Error(`The palette does not have the command ${title}.`);
  }

  /** Number of different colours of a part of the window, as it is on the screen. */
  async colours(part: Locator): Promise<number> {
    const picture = (await part.screenshot()).toString('base64');
    return this.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }, picture);
  }

  /** Opens a file by its path in the workspace. */
  async openFile(path: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    await this.page.keyboard.press('Control+P');
    await input.fill(path);
    const row = this.page.locator('.quick-input-widget .monaco-list-row', { hasText: path.split('/').at(-1)! }).first();
    await row.click();
    await this.page.locator('.tab.active', { hasText: path.split('/').at(-1)! }).waitFor();
  }

  /** Waits until the extension has seen the config in front; before, it would ask which one is meant. */
  async configSeen(): Promise<void> {
    await this.page.locator('.codelens-decoration a', { hasText: 'Run Config' }).first().waitFor();
  }

  /** Opens a file by clicking its folders and itself in the explorer. */
  async openInExplorer(...names: string[]): Promise<void> {
    await this.command('View: Show Explorer');
    for (const name of names) {
      const row = this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
      await row.waitFor();
      if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    }
    await this.page.locator('.tab.active', { hasText: names.at(-1)! }).waitFor();
  }

  /** The text editor in front. */
  get editor(): Locator {
    return this.page.locator('.editor-group-container .monaco-editor').first();
  }

  /** The lines that the text editor in front shows, whose spaces are non-breaking ones. */
  async editorText(): Promise<string> {
    return (await this.editor.locator('.view-lines').innerText()).replaceAll('\u00a0', ' ');
  }

  /** The frame of the visible webview that has an element. Webviews are frames in frames, made anew when shown. */
  async webview(selector: string, within = 90_000): Promise<Frame> {
    const end = Date.now() + within;
    while (Date.now() < end) {
      for (const frame of this.page.frames()) {
        const visible = frame !== this.page.mainFrame() && (await seen(frame, selector));
        if (visible) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No webview shows ${selector}.`);
  }

  statusBar(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item', { hasText: text });
  }

  /** Rows of a tree in the side bar, by the label of its pane. */
  treeRows(pane: string): Locator {
    return this.page
      .locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${pane}"]`) })
      .locator('.monaco-list-row');
  }
}

const seen = async (frame: Frame, selector: string): Promise<boolean> => {
  try {
    return await frame.locator(selector).first().isVisible();
  } catch {
    // Detached while it was looked at.
    return false;
  }
};
