/** What of the histograms of load and Γ is shown, and where. Pure. */
import type { SharingReport } from '../../../src/protocol/sharing';
import { hashedLoad } from './load';

/** Loads that some location has, or would have by chance: the others are no part of the picture. */
export function shownLoad({ load, n, m }: Pick<SharingReport, 'load' | 'n' | 'm'>): { from: number; to: number } {
  const hashed = hashedLoad(n, m, load.of.length);
  const some = load.of.map((locations, sharers) => locations > 0 || hashed[sharers] >= m / 1000);
  return { from: Math.max(0, some.indexOf(true) - 1), to: some.lastIndexOf(true) + 1 };
}

/** Where a value stands between the edges: the number of its bin and the share of it; nothing outside of them. */
export function placeOf(edges: readonly number[], value: number): number | undefined {
  const last = edges.length - 1;
  if (value === edges[last]) return last;
  const bin = edges.findLastIndex((edge) => edge <= value);
  if (bin < 0 || bin >= last) return undefined;
  return bin + (value - edges[bin]) / (edges[bin + 1] - edges[bin]);
}
