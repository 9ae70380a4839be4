/** Turns between the parts of long work. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config/types';
import { withKernels } from '../core/kernels/current';
import type { Parts } from '../core/parts';
import { inTurns } from '../runs/turns';
import { kernelsFor } from './kernels/process';
import { RpcCancelled } from '../protocol/rpc';

/** Lets a cancel in between two parts of the work. */
export const turnsOf =
  ({ signal }: { signal?: AbortSignal | undefined }): (() => Promise<void>) =>
  async () => {
    await nextTurn();
    if (signal?.aborted) throw new RpcCancelled();
  };

/** Of a config: in turns, by as many threads as it says. */
export const computed = <T>(
  { compute }: Pick<Config, 'compute'>,
  parts: Parts<T>,
  turn: () => Promise<void>,
): Promise<T> => inTurns(withKernels(kernelsFor(compute.threads), parts), turn);
