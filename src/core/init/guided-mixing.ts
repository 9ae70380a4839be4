import { firstSupports, mergeSupports, rowMajorLayout } from '../axes';
import type { Rng } from '../rng';
import type { RotationSequence } from '../rotation-sequence';

/**
 * More rotations for a sequence that was searched for its supports: pairs of axes that hold the same entries in the
 * end. Rotating them changes no support, and spreads what a search with as few rotations as possible leaves on few
 * weights: along a chain of rotations a value is multiplied by a sine or cosine each time, until the last axes hold
 * next to nothing.
 *
 * Axes of one support are matched in random pairs, twice log2 of their number times over: as many rounds as a value
 * needs to reach all of them, twice.
 */
export function mixingPairs(
  { rows, columns, start, first, second }: Pick<RotationSequence, 'rows' | 'columns' | 'start' | 'first' | 'second'>,
  rng: Rng,
): { first: number[]; second: number[] } {
  const layout = rowMajorLayout(rows, columns);
  const supports = firstSupports(layout, start ? { start } : {});
  for (let t = 0; t < first.length; t++) mergeSupports(supports, layout.words, first[t], second[t]);
  const pairs: { first: number[]; second: number[] } = { first: [], second: [] };
  for (const axes of sameSupports(supports, layout.words)) {
    const rounds = 2 * Math.ceil(Math.log2(axes.length));
    for (let round = 0; round < rounds; round++) {
      rng.shuffle(axes);
      for (let k = 0; k + 1 < axes.length; k += 2) {
        pairs.first.push(Math.min(axes[k], axes[k + 1]));
        pairs.second.push(Math.max(axes[k], axes[k + 1]));
      }
    }
  }
  return pairs;
}

/** Two or more axes that hold the same entries, by the lowest of them; axes that hold none are left out. */
function sameSupports(supports: Uint32Array, words: number): Uint32Array[] {
  const classes = new Map<string, number[]>();
  for (let axis = 0; axis * words < supports.length; axis++) {
    const own = supports.subarray(axis * words, (axis + 1) * words);
    if (own.every((word) => word === 0)) continue;
    const key = own.join();
    const known = classes.get(key);
    if (known) known.push(axis);
    else classes.set(key, [axis]);
  }
  return [...classes.values()].filter((axes) => axes.length > 1).map((axes) => Uint32Array.from(axes));
}
