/** Numbers given by patterns on layer names: densities, degrees. */

/**
 * Whether `*` for any characters, everything else for itself, makes the name. What stands between two `*` is taken
 * where it first occurs: the time goes with the length of the name, where a regular expression of many `*` may never
 * end.
 */
function makes(parts: readonly string[], name: string): boolean {
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (parts.length === 1) return name === first;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

/**
 * The number of every name that a pattern fits: `'conv*'`, `'fc1'`. A name that several fit takes the one with the most
 * characters that are no `*`, of equals the first in code-unit order, so the order of the patterns does not count.
 * `unmatched`: patterns that fit no name, in the order given; `matched` is in the order of `names`.
 */
export function matchLayers(
  patterns: Readonly<Record<string, number>>,
  names: readonly string[],
): { matched: Map<string, number>; unmatched: string[] } {
  const literal = (pattern: string): number => pattern.replaceAll('*', '').length;
  const ranked = Object.keys(patterns)
    .sort()
    .sort((a, b) => literal(b) - literal(a))
    .map((pattern) => ({ pattern, parts: pattern.split('*') }));
  const matched = new Map<string, number>();
  for (const name of names) {
    const best = ranked.find(({ parts }) => makes(parts, name));
    if (best) matched.set(name, patterns[best.pattern]);
  }
  const used = (parts: readonly string[]): boolean => names.some((name) => makes(parts, name));
  const idle = new Set(ranked.filter(({ parts }) => !used(parts)).map(({ pattern }) => pattern));
  return { matched, unmatched: Object.keys(patterns).filter((pattern) => idle.has(pattern)) };
}
