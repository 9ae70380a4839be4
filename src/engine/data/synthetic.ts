/** The data set the project makes itself, kept as real IDX files so that it is read like MNIST. */
import { join } from 'node:path';
import { dataSets } from '../../core/data-sets';
import { renderDigits } from '../../core/digits';
import { writeAtomically } from '../../formats/atomic-file';
import { openFile } from '../../formats/byte-source';
import { writeIdx } from '../../formats/idx';
import { makeFolder } from '../../formats/make-folder';
import { RpcCancelled } from '../../protocol/rpc';
import { makeProjectDirectory } from '../../runs/project';

/** Of the data, not of a run: every config trains on the same digits. */
const dataSeed = 0;
const { examples, tests, inputs, shape } = dataSets['synthetic-digits'];
const [, height, width] = shape;
const parts = [
  { prefix: 'train', split: 'train', count: examples },
  { prefix: 't10k', split: 'test', count: tests },
] as const;

const headerBytes = { images: 16, labels: 8 };

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
 * The folder with the digits under `root`, after writing what is missing or cut off.
 * @throws SparseError `file.*`; RpcCancelled
 */
export async function ensureSyntheticDigits(root: string, signal?: AbortSignal): Promise<string> {
  const folder = join(root, '.sparsescope', 'data', `synthetic-digits-v1-seed${dataSeed}`);
  for (const { prefix, split, count } of parts) {
    const images = join(folder, `${prefix}-images-idx3-ubyte`);
    const labels = join(folder, `${prefix}-labels-idx1-ubyte`);
    const whole =
      (await hasSize(images, headerBytes.images + count * inputs)) &&
      (await hasSize(labels, headerBytes.labels + count));
    if (whole) continue;
    if (signal?.aborted) throw new RpcCancelled();
    await makeProjectDirectory(root);
    await makeFolder(folder);
    const digits = renderDigits({ count, seed: dataSeed, split });
    await writeAtomically(images, [writeIdx([count, height, width], digits.images)]);
    await writeAtomically(labels, [writeIdx([count], digits.labels)]);
  }
  return folder;
}
