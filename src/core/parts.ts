/** Long computations in parts, so that whoever runs them can let others in, or stop, between two of them. */

/** Yields at the end of each part, a few milliseconds of work on the largest layers; returns the result. */
export type Parts<T> = Generator<undefined, T, undefined>;

/** All parts at once. */
export function finish<T>(parts: Parts<T>): T {
  for (;;) {
    const part = parts.next();
    if (part.done) return part.value;
  }
}

/** The same computation for callers that let nobody in: all its parts at once. */
export const atOnce =
  <A extends readonly unknown[], T>(inParts: (...given: A) => Parts<T>): ((...given: A) => T) =>
  (...given) =>
    finish(inParts(...given));
