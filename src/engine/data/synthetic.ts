/** The data sets the project makes itself, kept as real IDX files so that they are read like MNIST. */
import { join } from 'node:path';
import { dataSets } from '../../core/data-sets';
import type { DrawnSource } from '../../core/data-sets';
import { renderDigits } from '../../core/digits';
import type { DrawnSet } from '../../core/drawn-set';
import type { Parts } from '../../core/parts';
import { renderPictures } from '../../core/synthetic-images';
import { writeAtomically } from '../../formats/atomic-file';
import { openFile } from '../../formats/byte-source';
import { idxAxes, idxHeaderBytes, writeIdx } from '../../formats/idx';
import { makeFolder } from '../../formats/make-folder';
import { RpcCancelled } from '../../protocol/rpc';
import { makeProjectDirectory } from '../../runs/project';
import { inTurns } from '../../runs/turns';
import { turnsOf } from '../turns';

/** Of the data, not of a run: every config trains on the same pictures. */
const dataSeed = 0;

type Render = (p: { count: number; seed: number; split: string }) => Parts<DrawnSet>;
const renderers: Record<DrawnSource, Render> = { 'synthetic-digits': renderDigits, 'synthetic-images': renderPictures };

const hasSize = async (path: string, size: number): Promise<boolean> => {
  try {
    const file = await openFile(path);
    await file.close();
    return file.size === size;
  } catch {
    return false;
  }
};

/**
 * The folder with the pictures of `source` under `root`, after writing what is missing or cut off.
 * @throws SparseError `file.*`; RpcCancelled
 */
export async function ensureDrawn(source: DrawnSource, root: string, signal?: AbortSignal): Promise<string> {
  const { examples, tests, inputs, shape } = dataSets[source];
  const folder = join(root, '.sparsescope', 'data', `${source}-v1-seed${dataSeed}`);
  const parts = [
    { prefix: 'train', split: 'train', count: examples },
    { prefix: 't10k', split: 'test', count: tests },
  ];
  for (const { prefix, split, count } of parts) {
    const axes = [count, ...idxAxes(shape)];
    const images = join(folder, `${prefix}-images-idx${axes.length}-ubyte`);
    const labels = join(folder, `${prefix}-labels-idx1-ubyte`);
    const whole =
      (await hasSize(images, idxHeaderBytes(axes.length) + count * inputs)) &&
      (await hasSize(labels, idxHeaderBytes(1) + count));
    if (whole) continue;
    if (signal?.aborted) throw new RpcCancelled();
    const drawn = await inTurns(renderers[source]({ count, seed: dataSeed, split }), turnsOf({ signal }));
    await makeProjectDirectory(root);
    await makeFolder(folder);
    await writeAtomically(images, [writeIdx(axes, drawn.images)]);
    await writeAtomically(labels, [writeIdx([count], drawn.labels)]);
  }
  return folder;
}
