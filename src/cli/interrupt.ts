/** Ctrl+C: the first asks a command to stop and clear up, the second ends the process at once. */
import { RpcCancelled } from '../protocol/rpc';
import { cancellingLine, exitCode } from './errors';
import type { Output } from './output';

/** @throws RpcCancelled in place of whatever `work` throws after the signal; what it returns then still counts */
export async function interruptible<T>(output: Output, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCode.cancelled);
    output.err(cancellingLine);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? new RpcCancelled() : error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
