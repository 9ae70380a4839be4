/** D4: whether the network begins as large as without sharing; the layer that is furthest off (rps.md 6). */
import type { Parts } from '../../parts';
import type { Audit } from '../audit';
import { regionSize } from '../location-counts';
import type { Counting, CountVisitor } from '../location-counts';
import type { Factors } from './factors';
import type { Finding } from './finding';
import { fixes, largerMemoryFix } from './finding';
import type { SharedRun } from './settings';

/**
 * Part of the initial memory, asked for from its beginning on, without a gap, and with the deviations of its numbers in
 * the normalised form. Only good until the next is asked for.
 */
export type MemoryParts = (from: number, to: number, deviations: Float64Array | undefined) => Float32Array;

/** As many weights of a layer at each of the locations `from` to `to` (exclusive). */
interface Run {
  layer: number;
  from: number;
  to: number;
  times: number;
}

/**
 * Of each layer the norm of what is recovered, from the locations of its weights, and the largest factor of one. What
 * lies in a region is kept until the region is told whole, for the factors come of all of it; runs to the end.
 */
export class RecoveredNorms implements Counting {
  /** Of a region: the squared products of memory and factor. */
  private readonly energy = new Float64Array(regionSize);
  private readonly told: CountedPlaces[];
  private readonly runs: Run[] = [];
  private readonly squares: Float64Array;
  private readonly largest: Float64Array;

  constructor(
    private readonly run: SharedRun,
    private readonly memory: MemoryParts,
    /** Of a region; of the normalised form. */
    private readonly factors: ((from: number, to: number) => Factors) | undefined,
  ) {
    const { layers } = run.sharing;
    this.told = layers.map(() => new CountedPlaces());
    this.squares = new Float64Array(layers.length);
    this.largest = new Float64Array(layers.length).fill(factors ? 0 : 1);
  }

  readonly add: CountVisitor = (layer, places, times, size, start) => this.told[layer].keep(places, times, size, start);

  readonly addRun = (layer: number, from: number, to: number, times: number): void =>
    void this.runs.push({ layer, from, to, times });

  readonly done = (from: number, to: number): void => {
    const factors = this.fill(from, to);
    this.told.forEach((places, layer) => {
      if (places.size === 0) return;
      this.squares[layer] += places.sumOf(this.energy);
      if (factors) this.largest[layer] = Math.max(this.largest[layer], places.largestOf(factors));
      places.size = 0;
    });
  };

  /** Of runs nothing is done before all are told. */
  *runsInParts(): Parts<void> {
    const { runs, energy } = this;
    if (runs.length === 0) return;
    const { m } = this.run.sharing;
    for (let start = 0; start < m; start += regionSize) {
      const end = Math.min(m, start + regionSize);
      const factors = this.fill(start, end);
      for (const { layer, from, to, times } of runs) {
        const [first, last] = [Math.max(from, start) - start, Math.min(to, end) - start];
        if (first >= last) continue;
        this.squares[layer] += times * sumOf(energy, first, last);
        if (factors) this.largest[layer] = Math.max(this.largest[layer], largestOf(factors, first, last));
      }
      yield;
    }
  }

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

  private fill(from: number, to: number): Float64Array | undefined {
    const of = this.factors?.(from, to);
    squareInto(this.energy, this.memory(from, to, of?.deviations), of?.factors);
    return of?.factors;
  }
}

// Functions of their own, which are compiled by themselves.

function squareInto(energy: Float64Array, memory: Float32Array, factors: Float64Array | undefined): void {
  for (let k = 0; k < memory.length; k++) {
    const value = factors ? memory[k] * factors[k] : memory[k];
    energy[k] = value * value;
  }
}

/** Of one layer in one region. */
class CountedPlaces {
  size = 0;
  private within = new Uint16Array(0);
  private times = new Uint32Array(0);

  keep(places: Int32Array, times: Uint32Array, size: number, start: number): void {
    if (size > this.within.length)
      [this.within, this.times] = [new Uint16Array(regionSize), new Uint32Array(regionSize)];
    for (let k = 0; k < size; k++) {
      this.within[k] = places[k] - start;
      this.times[k] = times[k];
    }
    this.size = size;
  }

  sumOf(values: Float64Array): number {
    const { within, times, size } = this;
    let sum = 0;
    for (let k = 0; k < size; k++) sum += times[k] * values[within[k]];
    return sum;
  }

  largestOf(values: Float64Array): number {
    const { within, size } = this;
    let largest = 0;
    for (let k = 0; k < size; k++) if (values[within[k]] > largest) largest = values[within[k]];
    return largest;
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

/**
 * Norms of a random vector of so many numbers differ from each other by this share at most, but for one in a thousand.
 */
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
