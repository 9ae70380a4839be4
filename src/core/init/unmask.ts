import { maskCount } from '../errors';
import type { Mask } from '../mask';
import type { Rng } from '../rng';

/**
 * Keeps `more` further places of the mask, in place, every choice among those not kept equally likely: drawn without
 * replacement by Floyd's method (Bentley, Floyd, "A sample of brilliance", CACM 1987), `more` draws however full the mask
 * is. Throws `mask.count-out-of-range`.
 */
export function unmaskAtRandom(mask: Mask, more: number, rng: Rng): void {
  const elements = mask.rows * mask.columns;
  const kept = mask.count();
  const free = elements - kept;
  if (!Number.isInteger(more) || more < 0 || more > free) throw maskCount(kept + more, elements);
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
    for (let c = 0; c < mask.columns; c++) if (!mask.get(r, c) && isChosen(place++)) mask.set(r, c);
}
