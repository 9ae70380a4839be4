/** The process that tries an engine out: started by src/gpu/probe.ts, answers once, ends. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeAnswer } from '../../gpu/probe';
import { unavailableReason } from '../errors';
import { load, tryOut } from './tensorflow/load';
import { webgpu } from './webgpu';
import { takeDawnOf } from './webgpu/dawn';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

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

export async function answerProbe(id: string, packageFolder: string): Promise<void> {
  let answer: ProbeAnswer;
  try {
    answer = id === 'webgpu' ? await tryDawn(packageFolder) : tryTensorflow(packageFolder);
  } catch (error) {
    answer = { ok: false, message: messageOf(error) };
  }
  // The library's own threads would keep the process.
  process.send?.(answer, undefined, undefined, () => process.exit(0));
}
