/** Turns between the parts of long work. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RpcCancelled } from '../protocol/rpc';

/** Lets a cancel in between two parts of the work. */
export const turnsOf =
  ({ signal }: { signal?: AbortSignal | undefined }): (() => Promise<void>) =>
  async () => {
    await nextTurn();
    if (signal?.aborted) throw new RpcCancelled();
  };
