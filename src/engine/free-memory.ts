/** Whether the machine has the memory that a step is estimated to take. How a batch is parted never depends on it. */
import { freemem } from 'node:os';
import type { StepPlan } from '../core/step-memory';
import type { SparseError } from '../core/errors';
import { littleMemory } from './errors';

/**
 * Bytes that this process may still take: of its container where that has a limit, with what the system would give
 * back. Unknown on macOS, which counts files that it keeps at hand as taken.
 */
function availableBytes(): number | undefined {
  if (process.platform === 'darwin') return undefined;
  // Node 20.0 to 20.12 do not have it.
  return 'availableMemory' in process ? process.availableMemory() : freemem();
}

/** A warning where there is less; before anything of the run is allocated. */
export function tooLittleMemory(
  { bytes }: Pick<StepPlan, 'bytes'>,
  available = availableBytes(),
): SparseError | undefined {
  return available !== undefined && available < bytes ? littleMemory(bytes, available) : undefined;
}
