/**
 * Ctrl+C, SIGTERM or the end of the terminal (SIGHUP): the first asks a command to stop and clear up, the second ends
 * the process at once.
 */
import { RpcCancelled } from '../protocol/rpc';
import { interruption, stopOf } from '../runs/interruption';
import { exitCode, stoppingLine } from './errors';
import type { Output } from './output';

/**
 * The reason of the signal is `interruption` after SIGTERM and SIGHUP, for which engines of the same process group take
 * them.
 * @throws RpcCancelled in place of whatever `work` throws after the signal; what it returns then still counts
 */
export async function interruptible<T>(output: Output, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (reason?: symbol): void => {
    if (controller.signal.aborted) process.exit(exitCode.cancelled);
    controller.abort(reason);
    output.err(stoppingLine(stopOf(controller.signal)));
  };
  const cancel = (): void => stop();
  const interrupt = (): void => stop(interruption);
  // The system and the shell may each say that the terminal was closed: hearing it again is no second wish.
  const hangUp = (): void => {
    if (!controller.signal.aborted) stop(interruption);
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', interrupt);
  process.on('SIGHUP', hangUp);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? new RpcCancelled() : error;
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', interrupt);
    process.off('SIGHUP', hangUp);
  }
}
