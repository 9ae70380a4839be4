/** What the end-to-end tests get from their setup. */
import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterEach, expect, inject } from 'vitest';
import { root } from '../../scripts/lib/process.mjs';
import { Workbench } from './workbench';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the server. */
    origin: string;
    /** Folder for workspaces, removed afterwards. */
    scratch: string;
    vsix: string;
    /** Path of the browser. */
    chromium: string;
  }
}

export const scratchFolder = (name: string): string => mkdtempSync(join(inject('scratch'), `${name}-`));

/** A copy of a folder of the repository, to work in. */
export const copyOf = (folder: string): string => {
  const copy = join(scratchFolder('workspace'), folder.split('/').at(-1)!);
  cpSync(join(root, folder), copy, { recursive: true, filter: (path) => !path.includes('.sparsescope') });
  return copy;
};

export const openWorkbench = (folder: string, origin = inject('origin')): Promise<Workbench> =>
  Workbench.open(folder, origin, inject('chromium'));

export const runTabs = ['Mask', 'Givens', 'Spectrum', 'Training'] as const;

/** The picture of the tab that a run's panel shows. */
export const pictureOf = (panel: Frame): Locator => panel.locator('[role=tabpanel] canvas:visible').first();

/** Shows a tab until its picture has more than a background and a frame: of a mask, the weights that are kept. */
export const showTab = async (workbench: Workbench, panel: Frame, name: string): Promise<void> => {
  await panel.getByRole('tab', { name }).click();
  await pictureOf(panel).waitFor();
  await expect.poll(() => workbench.colours(pictureOf(panel)), { timeout: 90_000 }).toBeGreaterThan(2);
};

/** Leaves a picture of the window in which a test failed. */
export const pictureFailures = (workbench: () => Workbench): void => {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench().screenshot(`failed-${task.name.replaceAll(/[^\w]+/g, '-')}`);
  });
};
