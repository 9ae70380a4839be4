/** The recorded step meant by a place on the track: the nearest, but a move always leads to another one. */
export function snap(steps: readonly number[], chosen: number, value: number): number {
  const nearest = steps.reduce((best, at) => (Math.abs(at - value) < Math.abs(best - value) ? at : best), chosen);
  if (nearest !== chosen || value === chosen) return nearest;
  const onward = value > chosen ? steps.find((at) => at > chosen) : steps.findLast((at) => at < chosen);
  // One press of an arrow key moves the native slider by one update, far less than to the next checkpoint.
  return Math.abs(value - chosen) <= 1 ? (onward ?? chosen) : nearest;
}
