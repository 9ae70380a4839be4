/** Forks the engine: what the extension host and the command line have in common. */
import { fork, type ChildProcess } from 'node:child_process';
import type { EngineApi, EngineEvents } from '../protocol/engine';
import { Peer } from '../protocol/rpc';
import { flagsOf } from './few-addresses';
import { ipcChannel } from './ipc-channel';

type Nothing = object;

export interface EngineProcess {
  child: ChildProcess;
  peer: Peer<Nothing, EngineApi, Nothing, EngineEvents>;
}

/**
 * `modulePath`: dist/engine.js; `node`: the program that runs it, by default the one this runs in. Both streams of the
 * child are pipes. It has still to be greeted by `hello`.
 */
export function forkEngine(
  modulePath: string,
  report: (error: unknown) => void,
  describe: (error: unknown) => { code: string; message: string },
  node?: string,
): EngineProcess {
  const child = fork(modulePath, [], {
    serialization: 'advanced',
    ...(node !== undefined && { execPath: node }),
    // Neither a debugger port nor other flags of the extension host.
    execArgv: [...flagsOf(node ?? process.execPath)],
    // In the desktop the binary is Electron's; with this it is a plain Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return { child, peer: new Peer(ipcChannel(child, report), {}, describe) };
}
