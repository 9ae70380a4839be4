/** Fewer of many, evenly, for pictures that could not show them all. */

/** At most `most` (2 or more) indices of `count`, evenly, first and last among them. */
export const thinned = (count: number, most: number): number[] =>
  count <= most
    ? Array.from({ length: count }, (_, i) => i)
    : Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));

/** At most `most` (2 or more) of a list, as `thinned`. */
export const thin = <T>(list: readonly T[], most: number): T[] => thinned(list.length, most).map((i) => list[i]);
