/** The process that tries an engine out: started by src/gpu/probe.ts, answers once, ends. */
import type { ProbeAnswer } from '../../../gpu/probe';
import { load, tryOut } from './load';

export function answerProbe(packageFolder: string): void {
  let answer: ProbeAnswer;
  try {
    const loaded = load(packageFolder);
    tryOut();
    answer = { ok: true, ...loaded };
  } catch (error) {
    answer = { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  // The library's own threads would keep the process.
  process.send?.(answer, undefined, undefined, () => process.exit(0));
}
