/** The panel of a run for its tests, with a real run behind it. Each test opens one, and `useRunPanel` closes it. */
import type { Locator } from 'playwright-core';
import { expect, inject } from 'vitest';
import type { RunSnapshot, RunTab, RunViewApi, RunViewEvents } from '../../src/protocol/views';
import { useBrowser, View, type ViewOptions } from './harness';
import { serveRun, type ServedRun } from './serve';

type RunView = View<RunViewApi, RunViewEvents>;

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
  view = await View.open<RunViewApi, RunViewEvents>({ ...served.api, ...change }, { boot, ...rest });
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

/** One browser for all tests of a file. */
export const useRunPanel = (): void => useBrowser(() => view);
