/** The process that tries an engine out: started by src/gpu/probe.ts, answers once, ends. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../core/errors';
import type { ProbeAnswer } from '../../gpu/probe';
import { unavailableReason } from '../errors';
import { load, tryOut } from './tensorflow/load';
import { webgpu } from './webgpu';
import { takeDawnOf } from './webgpu/dawn';

function tryTensorflow(packageFolder: string): ProbeAnswer {
  const loaded = load(packageFolder);
  tryOut();
  return { ok: true, ...loaded };
}

async function tryDawn(packageFolder: string): Promise<ProbeAnswer> {
  takeDawnOf(packageFolder);
  try {
    const { device } = await webgpu.start();
    tryOut();
    const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
    return { ok: true, version, gpu: true, ...(device && { device }) };
  } catch (error) {
    const problem = unavailableReason(error) ?? webgpu.lost?.()?.reason;
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

/**
 * A thread, since a driver that hangs holds the one that has called it: ends the process when nobody waits for its
 * answer any more, which its new parent tells, on Windows that the old one is no process.
 */
const watch = `
const { workerData: { parent, limit } } = require('node:worker_threads');
const end = () => process.kill(process.pid, 'SIGKILL');
const look = () => {
  if (process.ppid !== parent) end();
  try { process.kill(parent, 0); } catch (error) { if (error.code === 'ESRCH') end(); }
};
setTimeout(end, limit);
setInterval(look, 500);
`;

/** `limit`: milliseconds after which it ends, answered or not. */
export async function answerProbe(id: string, packageFolder: string, limit: number): Promise<void> {
  const watcher = new Worker(watch, { eval: true, workerData: { parent: process.ppid, limit } });
  // Without a thread it does as well, but for a parent that ends before it.
  watcher.on('error', () => undefined);
  // A parent that went before it could be looked at.
  process.on('disconnect', () => process.exit(0));
  let answer: ProbeAnswer;
  try {
    answer = id === 'webgpu' ? await tryDawn(packageFolder) : tryTensorflow(packageFolder);
  } catch (error) {
    answer = { ok: false, message: messageOf(error) };
  }
  // The library's own threads would keep the process.
  process.send?.(answer, undefined, undefined, () => process.exit(0));
}
