import { messageOf, SparseError } from '../errors';

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);

export const noRoom = (size: number, used: number, cause: unknown): SparseError =>
  new SparseError(
    'kernels.no-room',
    `The sparse executor holds ${mebibytes(used)} MiB and needs ${mebibytes(size)} MiB more, which this machine does not give ` +
      `(${messageOf(cause)}). Use a smaller train.batchSize or train.microBatch, or a smaller network.`,
    { size, used },
  );

export const partLost = (): SparseError =>
  new SparseError(
    'kernels.part-lost',
    'A thread ended or did not answer while it changed a matrix, which cannot be computed from there. ' +
      'Run it again: until this process ends, one thread computes.',
  );
