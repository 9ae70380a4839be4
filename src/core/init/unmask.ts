import { maskCount, maskSize } from '../errors';
import { Mask, popcount } from '../mask';
import type { Rng } from '../rng';

/**
 * Keeps `more` further places of the mask, in place, every choice among those not kept equally likely. With `preferred`
 * (as large as the mask) its places come first: others are taken only when all of those are kept.
 * Throws `mask.count-out-of-range`, `mask.size-mismatch`.
 */
export function unmaskAtRandom(mask: Mask, more: number, rng: Rng, preferred?: Mask): void {
  const elements = mask.rows * mask.columns;
  const kept = mask.count();
  const free = elements - kept;
  if (!Number.isInteger(more) || more < 0 || more > free) throw maskCount(kept + more, elements);
  if (!preferred) {
    unmaskAmong(mask, more, rng, free, Mask.full(mask.rows, mask.columns));
    return;
  }
  if (preferred.rows !== mask.rows || preferred.columns !== mask.columns)
    throw maskSize(mask.rows, mask.columns, preferred.rows * preferred.columns, elements);
  let liked = 0;
  for (let w = 0; w < mask.words.length; w++) liked += popcount(preferred.words[w] & ~mask.words[w]);
  const first = Math.min(more, liked);
  unmaskAmong(mask, first, rng, liked, preferred);
  if (more > first) unmaskAmong(mask, more - first, rng, free - first, Mask.full(mask.rows, mask.columns));
}

/**
 * Keeps `more` of the `free` places that `among` has and the mask has not, drawn without replacement by Floyd's method
 * (Bentley, Floyd, "A sample of brilliance", CACM 1987): `more` draws however full the mask is.
 */
function unmaskAmong(mask: Mask, more: number, rng: Rng, free: number, among: Mask): void {
  // One bit for each free place, in row-major order.
  const chosen = new Uint32Array(Math.ceil(free / 32));
  const isChosen = (place: number): boolean => ((chosen[place >>> 5] >>> (place & 31)) & 1) === 1;
  for (let last = free - more; last < free; last++) {
    const drawn = rng.below(last + 1);
    const place = isChosen(drawn) ? last : drawn;
    chosen[place >>> 5] |= 1 << (place & 31);
  }
  let place = 0;
  for (let r = 0; r < mask.rows && place < free; r++)
    for (let c = 0; c < mask.columns; c++) if (among.get(r, c) && !mask.get(r, c) && isChosen(place++)) mask.set(r, c);
}
