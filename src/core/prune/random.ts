import type { Rng } from '../rng';

/**
 * Random pruning (eoi.md 3.2): `size` independent uniform scores in [0, 1). Give each layer a generator of its own,
 * `rng.split(name)`, so that the order of the layers does not count.
 */
export const randomScores = (size: number, rng: Rng): Float64Array<ArrayBuffer> =>
  new Float64Array(size).map(() => rng.uniform());
