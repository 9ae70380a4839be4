/** The engine as a process of its own, started with whatever flags. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { EngineApi, EngineEvents } from '../../../src/protocol/engine';
import { Peer } from '../../../src/protocol/rpc';

type Nothing = object;
export type EnginePeer = Peer<Nothing, EngineApi, Nothing, EngineEvents>;

export interface Forked {
  child: ChildProcess;
  peer: EnginePeer;
  /** Code and signal. */
  exit: Promise<unknown[]>;
}

/** `engine`: the bundle; `flags`: of Node. Its streams are pipes. */
export function forkEngine(engine: string, flags: readonly string[] = []): Forked {
  const child = fork(engine, [], {
    serialization: 'advanced',
    execArgv: [...flags],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const peer: EnginePeer = new Peer(
    {
      send: (message) => child.send(message as object),
      onMessage: (receive) => {
        child.on('message', receive);
        return () => child.off('message', receive);
      },
    },
    {},
    (error) => ({ code: 'test', message: String(error) }),
  );
  return { child, peer, exit: once(child, 'exit') };
}

/** Resolves when a run of it has completed: `run.json` is written then; the journal says so a moment earlier. */
export const completion = (peer: EnginePeer): Promise<void> =>
  new Promise((resolve) =>
    peer.on('runChanged', ({ record }) => {
      if (record.state === 'completed') resolve();
    }),
  );
