/**
 * The engine process: forked with `serialization: 'advanced'`, serves `EngineApi` over the IPC channel, ends with its
 * parent.
 */
import { constants, setPriority } from 'node:os';
import { join, relative } from 'node:path';
import type { EngineApi, EngineEvents } from '../protocol/engine';
import { Peer } from '../protocol/rpc';
import type { Channel } from '../protocol/rpc';
import { probeFlag } from '../gpu/probe';
import { answerProbe } from './backends/probe-main';
import { describeError, stackOf, startedAlone } from './errors';
import type { Stop } from './run';
import { EngineService } from './service';

/** Runs get this long to reach the end of their step and keep a checkpoint; then the process ends all the same. */
const grace = 5_000;

const channel: Channel = {
  send: (message) => {
    // The callback takes the error of a parent that is just gone; without it that error would be uncaught.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  },
  onMessage: (receive) => {
    process.on('message', receive);
    return () => process.off('message', receive);
  },
};

type Nothing = object;

function serve(): void {
  // Training takes all of a core for long: the window comes first where there are few.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const describe = (error: unknown): { code: string; message: string } => {
    const told = describeError(error);
    if (told.code === 'engine.internal') log(stackOf(error));
    return told;
  };
  const service = new EngineService(
    (event, value) => peer.emit(event, value),
    // After the answer to `shutdown` is on its way.
    () => setImmediate(() => process.exit(0)),
  );
  const peer = new Peer<EngineApi, Nothing, EngineEvents, Nothing>(channel, service.api, describe);
  const log = (message: string): void => {
    console.error(message);
    peer.emit('log', { level: 'error', message });
  };

  let leaving = false;
  const leave = (how: Stop, code: number): void => {
    if (leaving) return;
    leaving = true;
    setTimeout(() => process.exit(code), grace).unref();
    void service.stopAll(how).finally(() => process.exit(code));
  };
  process.on('disconnect', () => leave('interrupted', 0));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => leave('interrupted', 0));
  // Ctrl+C in a terminal, which reaches the processes of a sweep at once.
  process.on('SIGINT', () => leave('cancelled', 0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log(stackOf(error));
      leave('failed', 1);
    });
}

// As src/gpu/probe.ts starts it: the engine's name, its package's folder and how long it may take follow.
if (process.argv[2] === probeFlag) void answerProbe(process.argv[3], process.argv[4], Number(process.argv[5]));
else if (process.send) serve();
else {
  console.error(startedAlone(relative(process.cwd(), join(__dirname, 'cli.js'))));
  process.exit(2);
}
