/** Which known word was meant by an unknown one. */

const plain = (word: string): string => word.toLowerCase().replaceAll(/[\s_.-]/g, '');

/** Edit distance in which a swap of neighbours counts as one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}

/** How many letters of the longer word may be wrong. A word of two is another one when half of it is. */
const mostWrong = (length: number): number => (length < 3 ? 0 : Math.max(1, Math.floor(length / 3)));

const letters = (word: string): string => Array.from(word).sort().join('');

/** Longer words are no slips of the finger, and long ones would take time. */
const longest = 40;

/**
 * The candidate that `word` is a slip or another spelling of: case, `_` and `-` do not count, and up to a third of the
 * letters may be wrong. `aka` are other tools' words, by candidate.
 */
export function nearest(
  word: string,
  candidates: readonly string[],
  aka: Readonly<Record<string, readonly string[]>> = {},
): string | undefined {
  const wanted = plain(word);
  if (wanted === '' || wanted.length > longest) return undefined;
  const same = candidates.find((name) => [name, ...(aka[name] ?? [])].some((known) => plain(known) === wanted));
  if (same !== undefined) return same;
  const begun = candidates.filter((name) => plain(name).startsWith(wanted));
  if (begun.length === 1 && wanted.length >= 3) return begun[0];
  const near = candidates
    .map((name) => ({
      name,
      distance: distance(wanted, plain(name)),
      length: Math.max(wanted.length, plain(name).length),
      sameLetters: letters(plain(name)) === letters(wanted),
    }))
    .filter((entry) => entry.distance <= mostWrong(entry.length) || (entry.length === 2 && entry.sameLetters))
    // Letters in another order are a likelier slip than other letters: `eio` is `eoi`, not `eis`.
    .sort((a, b) => a.distance - b.distance || +b.sameLetters - +a.sameLetters || a.name.localeCompare(b.name, 'en'));
  return near.at(0)?.name;
}
