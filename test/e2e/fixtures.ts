/** What the end-to-end tests get from their setup. */
import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, inject } from 'vitest';
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

/** Leaves a picture of the window in which a test failed. */
export const pictureFailures = (workbench: () => Workbench): void => {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench().screenshot(`failed-${task.name.replaceAll(/[^\w]+/g, '-')}`);
  });
};
