import type { ChildProcess } from 'node:child_process';
import type { Channel } from '../protocol/rpc';

/** A forked process as a channel. */
export const ipcChannel = (child: ChildProcess, report: (error: unknown) => void): Channel => ({
  // With a callback a send after the end of the child is told there instead of thrown; the exit says the rest.
  send: (message) => {
    if (!child.connected) return;
    child.send(message as object, (error) => {
      if (error) report(error);
    });
  },
  onMessage: (receive) => {
    child.on('message', receive);
    return () => child.off('message', receive);
  },
});
