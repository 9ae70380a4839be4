import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Parts } from '../../core/parts';
import { RpcCancelled, type CallContext } from '../../protocol/rpc';
import { inTurns } from '../turns';

/** The host goes on with its other work between two slices, and hears a cancel. */
export const inSlices = <T>(parts: Parts<T>, { signal }: Pick<CallContext, 'signal'>): Promise<T> =>
  inTurns(parts, async () => {
    await nextTurn();
    if (signal.aborted) throw new RpcCancelled();
  });
