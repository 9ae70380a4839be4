/** The steps that the course of a whole run is drawn of. */
import type { SharingEvent, SharingFailure } from '../../../src/protocol/sharing';

export interface CourseStep {
  step: number;
  layers: SharingFailure['steps'][number]['layers'];
  /** Norm of the memory over that of the beginning; null where it is not known. */
  memoryGrowth: number | null;
}

const moved = ({ layers }: CourseStep): boolean => layers.some(({ updateRatio }) => (updateRatio ?? 0) > 0);

/**
 * What was recorded; of a run that ended before two recorded steps of it moved anything also the steps that were kept of its troubles, in
 * order, those recorded first where both have one.
 */
export function courseSteps(
  events: readonly SharingEvent[],
  failures: readonly SharingFailure[],
): readonly CourseStep[] {
  if (events.filter(moved).length >= 2) return events;
  const kept = failures.flatMap(({ steps }) => steps);
  const known = new Map<number, CourseStep>();
  for (const { step, layers } of kept) known.set(step, { step, layers, memoryGrowth: null });
  for (const event of events) known.set(event.step, event);
  return [...known.values()].sort((a, b) => a.step - b.step);
}

/** Those that share weights, and the others that a trouble began in. */
export const courseLayers = (shared: readonly string[], failures: readonly SharingFailure[]): string[] => [
  ...new Set([...shared, ...failures.flatMap(({ layer }) => (layer === null ? [] : [layer]))]),
];
