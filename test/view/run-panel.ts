/** The panel of a run for its tests, with a real run behind it. Each test opens one, and `useBrowser` closes it. */
import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import type { RunSnapshot, RunTab, RunViewApi, RunViewEvents } from '../../src/protocol/views';
import { View, launch, type ViewOptions } from './harness';
import { serveRun, type ServedRun } from './serve';

type RunView = View<RunViewApi, RunViewEvents>;

let browser: Browser;
/** The one open now. */
export let view: RunView;
export let served: ServedRun;

export const open = async (
  tab: RunTab,
  options: Partial<ViewOptions> & { directory?: string; layer?: string; step?: number } = {},
  change: Partial<RunViewApi> = {},
): Promise<void> => {
  const { directory = inject('eoiRun'), layer = null, step = 0, ...rest } = options;
  served = serveRun(directory);
  const boot = { view: 'run', state: { directory, tab, layer, step } } as const;
  view = await View.open<RunViewApi, RunViewEvents>(browser, { ...served.api, ...change }, { boot, ...rest });
};

export const readOut = (): Promise<string> => view.page.locator('.read-out').innerText();
export const readsOut = (pattern: RegExp): Promise<void> => expect.poll(readOut).toMatch(pattern);
export const press = (key: string): Promise<void> => view.page.keyboard.press(key);
export const matrix = (): Locator => view.page.locator('.matrix');
export const layerValue = (): Promise<string> =>
  view.page.locator('vscode-dropdown[aria-label=Layer]').evaluate((element) => (element as HTMLSelectElement).value);

/** Changes what the snapshot tells of the run. */
export const snapshotWith =
  (directory: string, change: (snapshot: RunSnapshot) => RunSnapshot): RunViewApi['snapshot'] =>
  async () =>
    change(await serveRun(directory).reader.snapshot());

/** One browser for all tests of a file; what the page complained about fails the test that it was open in. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    expect(view.complaints).toEqual([]);
    await view.close();
  });
}
