/** Densities given by patterns on layer names. */

/** `*` stands for any characters, everything else for itself. */
const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*')}$`,
  );

/**
 * The density of every name that a pattern fits: `'conv*'`, `'fc1'`. A name that several fit takes the one with the most
 * characters that are no `*`, of equals the first in code-unit order, so the order of the patterns does not count.
 * `unmatched`: patterns that fit no name, in the order given; `fixed` is in the order of `names`.
 */
export function matchLayers(
  patterns: Readonly<Record<string, number>>,
  names: readonly string[],
): { fixed: Map<string, number>; unmatched: string[] } {
  const literal = (pattern: string): number => pattern.replaceAll('*', '').length;
  const ranked = Object.keys(patterns)
    .sort()
    .sort((a, b) => literal(b) - literal(a))
    .map((pattern) => ({ pattern, fits: matcher(pattern) }));
  const fixed = new Map<string, number>();
  for (const name of names) {
    const best = ranked.find(({ fits }) => fits.test(name));
    if (best) fixed.set(name, patterns[best.pattern]);
  }
  const used = ({ fits }: { fits: RegExp }): boolean => names.some((name) => fits.test(name));
  const idle = new Set(ranked.filter((entry) => !used(entry)).map(({ pattern }) => pattern));
  return { fixed, unmatched: Object.keys(patterns).filter((pattern) => idle.has(pattern)) };
}
