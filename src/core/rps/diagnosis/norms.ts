/** D4: whether the network begins as large as without sharing; the layer that is furthest off (rps.md 6). */
import type { Audit } from '../audit';
import type { CountVisitor } from '../location-counts';
import { multiply } from '../location-values';
import type { Finding } from './finding';
import { fixes, largerMemoryFix } from './finding';
import type { SharedRun } from './settings';

/** Of each layer the root mean square of what is recovered over sigma, from the locations of its weights. */
export function normsOf(
  { sharing, scales }: SharedRun,
  memory: Float32Array,
): { add: CountVisitor; ratios(): number[] } {
  const { lambda, inverse } = scales;
  const energy = Float64Array.from(memory);
  if (inverse) multiply(energy, inverse);
  for (let j = 0; j < energy.length; j++) energy[j] *= energy[j];
  const squares = new Float64Array(sharing.layers.length);
  return {
    add(layer, places, times, size) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += times[k] * energy[places[k]];
      squares[layer] += sum;
    },
    ratios: () =>
      sharing.layers.map(({ weights, deviation }, l) => (lambda[l] * Math.sqrt(squares[l] / weights)) / deviation),
  };
}

/** Norms of a random vector of so many numbers differ from each other by this share at most, but for one in a thousand. */
export const normTolerance = (numbers: number): number => Math.max(0.02, 4 / Math.sqrt(2 * numbers));

export function diagnoseNorms({ sharing, compat }: SharedRun, audit: Audit, ratios: number[]): Finding[] {
  const { layers, parts, spec, compression } = sharing;
  const tolerances = layers.map(({ weights }, l) => {
    const distinct = Math.min(weights, parts[l].length);
    // Loads that differ make fewer numbers of as many.
    return normTolerance(distinct / (1 + audit.cv ** 2));
  });
  const off = ratios.map((ratio, l) => Math.abs(ratio - 1) / tolerances[l]);
  const at = off.indexOf(Math.max(...off));
  const bad = off[at] > 1;
  const larger = spec.kind === 'fold' ? largerMemoryFix(compression) : fixes.fold;
  const fix = compat ? fixes.noCompat : larger;
  return [
    {
      ...{ id: 'D4', measure: 'norm-ratio', value: ratios[at], verdict: bad ? 'warn' : 'ok' },
      ...{ threshold: 1 + tolerances[at], least: Math.max(0, 1 - tolerances[at]) },
      layer: layers[at].name,
      facts: { layers: off.filter((value) => value > 1).length },
      ...(bad && fix && { fix }),
    },
  ];
}
