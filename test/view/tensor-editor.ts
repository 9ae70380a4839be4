/** The custom editor of a tensor file in a browser. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { inject } from 'vitest';
import { writeSafetensors, type TensorToWrite } from '../../src/formats/safetensors';
import type { TensorViewApi, TensorViewEvents } from '../../src/protocol/views';
import { View, type ViewOptions } from './harness';
import { serveTensors, type ServedTensors } from './serve';

export type TensorView = View<TensorViewApi, TensorViewEvents>;

/** `change`: answers in place of those of the file. */
export type OpenTensors = [
  path: string,
  options?: Partial<ViewOptions> & { tensor?: string },
  change?: Partial<TensorViewApi>,
];

export async function openTensors(
  browser: Browser,
  ...[path, options = {}, change = {}]: OpenTensors
): Promise<{ view: TensorView; served: ServedTensors }> {
  const { tensor = null, ...rest } = options;
  const served = serveTensors(path);
  const boot = { view: 'tensors', state: { uri: `file://${path}`, tensor } } as const;
  const view = await View.open<TensorViewApi, TensorViewEvents>(
    browser,
    { ...served.api, ...change },
    { boot, ...rest },
  );
  return { view, served };
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
