/** Eigenvalues and eigenvectors of small symmetric matrices. */

/** Sweeps over all pairs; each squares what is left beside the diagonal, so that few are needed. */
const mostSweeps = 30;

/**
 * By Jacobi's rotations, a few dozen rows at most. Of `a` the mean with its transpose counts. `vectors[i]` belongs to
 * `values[i]`, in no order; together they are orthonormal.
 */
export function symmetricEigen(a: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const size = a.length;
  const left = a.map((row, i) => row.map((value, j) => (value + a[j][i]) / 2));
  const vectors = a.map((_, i) => a.map((__, j) => Number(i === j)));
  const largest = Math.max(...left.map((row) => Math.max(...row.map(Math.abs))));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rotated = false;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(left[p][q]) <= Number.EPSILON * 1e-3 * largest) continue;
        rotated = true;
        const angle = 0.5 * Math.atan2(2 * left[p][q], left[p][p] - left[q][q]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const row of left) [row[p], row[q]] = [c * row[p] + s * row[q], c * row[q] - s * row[p]];
        turnRows(left, p, q, c, s);
        turnRows(vectors, p, q, c, s);
      }
    if (!rotated) break;
  }
  return { values: left.map((row, i) => row[i]), vectors };
}

function turnRows(rows: number[][], p: number, q: number, c: number, s: number): void {
  const [first, second] = [rows[p], rows[q]];
  for (let k = 0; k < first.length; k++)
    [first[k], second[k]] = [c * first[k] + s * second[k], c * second[k] - s * first[k]];
}
