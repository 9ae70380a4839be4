/** The steps that the course of a whole run is drawn of. */
import type { SharingEvent, SharingFailure } from '../../../src/protocol/sharing';

export interface CourseStep {
  step: number;
  layers: SharingFailure['steps'][number]['layers'];
  /** Norm of the memory over that of the beginning; null where it is not known. */
  memoryGrowth: number | null;
}

const moved = ({ layers }: CourseStep): boolean => layers.some(({ updateRatio }) => (updateRatio ?? 0) > 0);

/** Norm of the memory before the first step, by a step of which both that and its growth are known. */
function normBefore(events: readonly SharingEvent[], failures: readonly SharingFailure[]): number | undefined {
  for (const { code, value, steps } of failures) {
    const grown = code === 'sharing.memory-growth' ? steps.at(-1)?.memoryNorm : undefined;
    if (grown && value) return grown / value;
    for (const { step, memoryNorm } of steps) {
      const event = events.find((one) => one.step === step);
      if (event && memoryNorm) return memoryNorm / event.memoryGrowth;
    }
  }
  return undefined;
}

/**
 * What was recorded; of a run that ended before two recorded steps of it moved anything also the steps that were kept
 * of its troubles, in order, those recorded first where both have one.
 */
export function courseSteps(
  events: readonly SharingEvent[],
  failures: readonly SharingFailure[],
): readonly CourseStep[] {
  if (events.filter(moved).length >= 2) return events;
  const kept = failures.flatMap(({ steps }) => steps);
  const start = normBefore(events, failures);
  const known = new Map<number, CourseStep>();
  for (const { step, layers, memoryNorm } of kept)
    known.set(step, {
      step,
      layers,
      memoryGrowth: memoryNorm === null || start === undefined ? null : memoryNorm / start,
    });
  for (const event of events) known.set(event.step, event);
  return [...known.values()].sort((a, b) => a.step - b.step);
}

/** Those that share weights, and the others that a trouble began in. */
export const courseLayers = (shared: readonly string[], failures: readonly SharingFailure[]): string[] => [
  ...new Set([...shared, ...failures.flatMap(({ layer }) => (layer === null ? [] : [layer]))]),
];
