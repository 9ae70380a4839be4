/** How far apart the losses of runs are, step by step. */

/** @typedef {{ values: unknown[]; losses: readonly number[] }} Curve `losses`: of each step. */

/**
 * The largest |loss of it - loss of the other| from the first step to each of `steps`, over seeds; NaN where one of them had ended before.
 * @param {readonly (readonly [Curve, Curve])[]} pairs
 * @param {readonly number[]} steps
 */
export const largestDifferences = (pairs, steps) =>
  steps.map((step) =>
    Math.max(
      ...pairs.map(([one, other]) => {
        const differences = Array.from({ length: step }, (_, i) => Math.abs(one.losses[i] - other.losses[i]));
        return differences.some(Number.isNaN) ? NaN : Math.max(...differences);
      }),
    ),
  );

/**
 * Each curve with that of the same seed among those that it is held against.
 * @param {readonly Curve[]} curves @param {number} key Place of what is compared among the values. @param {string} name @param {string} against
 * @returns {(readonly [Curve, Curve])[]}
 */
export const pairsOf = (curves, key, name, against) => {
  const rest = (/** @type {Curve} */ { values }) => JSON.stringify(values.toSpliced(key, 1));
  const others = new Map(curves.filter(({ values }) => values[key] === against).map((one) => [rest(one), one]));
  return curves
    .filter(({ values }) => values[key] === name)
    .flatMap((one) => {
      const other = others.get(rest(one));
      return other ? [/** @type {const} */ ([one, other])] : [];
    });
};
