import type { LogOutputChannel } from 'vscode';
import { isCancel, isForPeople } from './errors';

/** Says in the log what went wrong: with the stack when it is the program's fault. */
export const reporter =
  (channel: LogOutputChannel) =>
  (error: unknown): void => {
    if (isCancel(error)) return;
    if (isForPeople(error)) channel.warn(`${error.code}: ${error.message}`);
    else channel.error(error instanceof Error ? error : String(error));
  };

export type Report = ReturnType<typeof reporter>;

/** Lets a promise go on by itself; a failure is logged, never an unhandled rejection. */
export const detach = (work: PromiseLike<unknown>, report: Report): void => {
  work.then(undefined, report);
};
