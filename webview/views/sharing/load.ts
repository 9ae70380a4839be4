/** How many locations have how many sharers, as it would be at best and by chance. */

/** Locations with 0, 1, 2, ... of `bins` sharers when `n` weights lie as evenly as they can in `m` locations. */
export function evenLoad(n: number, m: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const least = Math.floor(n / m);
  const more = n - least * m;
  counts[Math.min(bins - 1, least)] += m - more;
  counts[Math.min(bins - 1, least + 1)] += more;
  return counts;
}

/**
 * The same to be expected when each weight takes a location by itself: binomial, which is Poisson's with mean n / m for
 * all that is drawn here (derived here). The last bin holds those with more too.
 */
export function hashedLoad(n: number, m: number, bins: number): number[] {
  const mean = n / m;
  const counts: number[] = [];
  let log = -mean;
  let rest = m;
  for (let sharers = 0; sharers < bins; sharers++) {
    const expected = sharers === bins - 1 ? Math.max(0, rest) : m * Math.exp(log);
    counts.push(expected);
    rest -= expected;
    log += Math.log(mean / (sharers + 1));
  }
  return counts;
}
