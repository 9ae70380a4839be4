/** D4: whether the network begins as large as without sharing; the layer that is furthest off (rps.md 6). */
import type { Audit } from '../audit';
import { regionSize } from '../location-counts';
import type { Counting, CountVisitor } from '../location-counts';
import { valuesBetween } from '../location-values';
import type { Finding } from './finding';
import { fixes, largerMemoryFix } from './finding';
import type { SharedRun } from './settings';

/** Of each layer the norm of what is recovered, from the locations of its weights, and the largest factor of one. */
export class RecoveredNorms implements Counting {
  /** Of the region that was told of last: the squared products of memory and factor, and the factors. */
  private readonly energy = new Float64Array(regionSize);
  private readonly factors: Float64Array | undefined;
  private filled = -1;
  private readonly squares: Float64Array;
  private readonly largest: Float64Array;

  constructor(
    private readonly run: SharedRun,
    private readonly memory: Float32Array,
  ) {
    const { layers } = run.sharing;
    if (run.scales.inverse) this.factors = new Float64Array(regionSize);
    this.squares = new Float64Array(layers.length);
    this.largest = new Float64Array(layers.length).fill(this.factors ? 0 : 1);
  }

  readonly add: CountVisitor = (layer, places, times, size, start) => {
    if (this.filled !== start) this.fill(start);
    const { energy, factors } = this;
    let sum = 0;
    for (let k = 0; k < size; k++) sum += times[k] * energy[places[k] - start];
    this.squares[layer] += sum;
    if (!factors) return;
    let largest = this.largest[layer];
    for (let k = 0; k < size; k++) if (factors[places[k] - start] > largest) largest = factors[places[k] - start];
    this.largest[layer] = largest;
  };

  readonly addRun = (layer: number, from: number, to: number, times: number): void => {
    const { energy, factors } = this;
    for (let start = from - (from % regionSize); start < to; start += regionSize) {
      if (this.filled !== start) this.fill(start);
      const [first, end] = [Math.max(from, start) - start, Math.min(to - start, regionSize)];
      this.squares[layer] += times * sumOf(energy, first, end);
      if (factors) this.largest[layer] = Math.max(this.largest[layer], largestOf(factors, first, end));
    }
  };

  /** Per layer: root mean square of the weights over sigma. */
  ratios(): number[] {
    const { sharing, scales } = this.run;
    return sharing.layers.map(
      ({ weights, deviation }, l) => (scales.lambda[l] * Math.sqrt(this.squares[l] / weights)) / deviation,
    );
  }

  /** Per layer: the most that a number of the memory is multiplied with. */
  largestFactors(): number[] {
    return Array.from(this.run.scales.lambda, (lambda, l) => lambda * this.largest[l]);
  }

  private fill(start: number): void {
    const { energy, factors, memory } = this;
    const { inverse } = this.run.scales;
    const size = Math.min(regionSize, memory.length - start);
    for (let k = 0; k < size; k++) energy[k] = memory[start + k];
    if (inverse && factors) {
      valuesBetween(inverse, start, start + size, factors);
      for (let k = 0; k < size; k++) energy[k] *= factors[k];
    }
    for (let k = 0; k < size; k++) energy[k] *= energy[k];
    this.filled = start;
  }
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += values[k];
  return sum;
}

function largestOf(values: Float64Array, from: number, to: number): number {
  let largest = 0;
  for (let k = from; k < to; k++) if (values[k] > largest) largest = values[k];
  return largest;
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
