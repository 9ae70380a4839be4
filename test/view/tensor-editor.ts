/** The custom editor of a tensor file for its tests, in a browser. Each test opens one, and `useTensorEditor` closes it. */
import { join } from 'node:path';
import { afterEach, expect, inject } from 'vitest';
import { writeSafetensors, type TensorToWrite } from '../../src/formats/safetensors';
import type { TensorViewApi, TensorViewEvents } from '../../src/protocol/views';
import { useBrowser, View, type ViewOptions } from './harness';
import { serveTensors, type ServedTensors } from './serve';

/** The one open now. */
export let view: View<TensorViewApi, TensorViewEvents>;
export let served: ServedTensors;

/** `change`: answers in place of those of the file. */
export const open = async (
  path: string,
  options: Partial<ViewOptions> & { tensor?: string } = {},
  change: Partial<TensorViewApi> = {},
): Promise<void> => {
  const { tensor = null, ...rest } = options;
  served = serveTensors(path);
  const boot = { view: 'tensors', state: { uri: `file://${path}`, tensor } } as const;
  view = await View.open<TensorViewApi, TensorViewEvents>({ ...served.api, ...change }, { boot, ...rest });
};

export const readsOut = (pattern: RegExp): Promise<void> =>
  expect.poll(() => view.page.locator('.read-out').innerText()).toMatch(pattern);
export const rows = (): Promise<string[]> => view.page.getByRole('option').allInnerTexts();
export const choose = (name: string): Promise<void> =>
  view.page.getByRole('option').filter({ hasText: name }).first().click();
export const initFile = (): string => join(inject('eoiRun'), 'init.safetensors');

/** One browser for all tests of a file, and what is served is closed after each. */
export function useTensorEditor(): void {
  // After the page: hooks run last to first.
  afterEach(() => served.close());
  useBrowser(() => view);
}

/** Where it was written. */
export async function writeTensors(
  name: string,
  tensors: TensorToWrite[],
  metadata: Record<string, string> = {},
): Promise<string> {
  const path = join(inject('scratch'), name);
  await writeSafetensors(path, tensors, metadata);
  return path;
}
