/** The smallest density at which something works, as it is to be written. */
import { atLeast } from '../core/errors';

/** Two densities that differ by less look the same in a sentence. */
const closest = 1.00001;

/**
 * Four digits, rounded up; none where not even `highest` works. `low` need not work, and what works at one density has
 * to at every higher one. Few trials where the answer is near `low`, some thirty otherwise: a trial may share out a
 * density among thousands of layers while a person types.
 */
export function smallestDensity(
  { low, highest }: { low: number; highest: number },
  works: (density: number) => boolean,
): string | undefined {
  if (!works(highest)) return undefined;
  let [below, above] = [Math.min(low, highest), highest];
  for (let factor = closest; below * factor < highest; factor **= 4) {
    if (works(below * factor)) {
      above = below * factor;
      break;
    }
    below *= factor;
  }
  while (above / below > closest) {
    const middle = Math.sqrt(below * above);
    if (works(middle)) above = middle;
    else below = middle;
  }
  // Rounding up to four digits may meet a density at which a whole weight falls the other way.
  for (let [wanted, step] = [above, closest]; wanted < highest; wanted *= step, step **= 2) {
    const text = atLeast(wanted);
    if (Number(text) <= highest && works(Number(text))) return text;
  }
  return String(highest);
}
