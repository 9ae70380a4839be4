/** What least squares leaves over. */

/** Columns that keep less than this share of their norm are sums of those before, to rounding. */
const dependent = 1e-10;

/**
 * min over c of |b - A c|², A given by its columns, each as long as b; dependent columns are harmless. By
 * orthogonalising each column twice ("twice is enough", Kahan in Parlett, The Symmetric Eigenvalue Problem, 6.9).
 */
export function leastSquaresResidual(columns: readonly Float64Array[], b: Float64Array): number {
  const rest = b.slice();
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const q = column.slice();
    const before = normOf(q);
    for (let pass = 0; pass < 2; pass++) for (const other of basis) subtract(q, other, dotOf(q, other));
    const after = normOf(q);
    if (!(after > dependent * before)) continue;
    for (let i = 0; i < q.length; i++) q[i] /= after;
    subtract(rest, q, dotOf(rest, q));
    basis.push(q);
  }
  return dotOf(rest, rest);
}

function dotOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const normOf = (a: Float64Array): number => Math.sqrt(dotOf(a, a));

function subtract(from: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= times * what[i];
}
