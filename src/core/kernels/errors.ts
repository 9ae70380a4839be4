import { SparseError } from '../errors';

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);

export const noRoom = (size: number, used: number, cause: unknown): SparseError =>
  new SparseError(
    'kernels.no-room',
    `The sparse executor holds ${megabytes(used)} MB and needs ${megabytes(size)} MB more, which this machine does not give ` +
      `(${cause instanceof Error ? cause.message : String(cause)}). Use a smaller train.batch or network.`,
    { size, used },
  );
