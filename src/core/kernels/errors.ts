import { messageOf, SparseError } from '../errors';

/** Rounded up: what is needed is never nothing. */
const mebibytes = (bytes: number): string =>
  bytes < 10 * 2 ** 20 ? (Math.ceil((10 * bytes) / 2 ** 20) / 10).toFixed(1) : Math.ceil(bytes / 2 ** 20).toFixed(0);

export const noRoom = (size: number, used: number, cause: unknown): SparseError =>
  new SparseError(
    'kernels.no-room',
    `The sparse executor holds ${mebibytes(used)} MiB and needs ${mebibytes(size)} MiB more, which this machine does not give ` +
      `(${messageOf(cause)}). Let it have more where addresses are limited (\`ulimit -v\`), or use a smaller network or, in training, ` +
      'a smaller train.batchSize or train.microBatch.',
    { size, used },
  );

export const partLost = (): SparseError =>
  new SparseError(
    'kernels.part-lost',
    'A thread ended or did not answer while it changed a matrix, which cannot be computed from there. ' +
      'Run it again: until this process ends, one thread computes.',
  );
