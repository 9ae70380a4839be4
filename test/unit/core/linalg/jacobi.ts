/**
 * Reference singular values by one-sided Jacobi (Hestenes 1958): rotates pairs of columns until all are orthogonal; their
 * norms are the singular values. Shares nothing with the bidiagonal method it checks.
 */
export function jacobiSingularValues(a: ArrayLike<number>, rows: number, columns: number): number[] {
  const wide = rows < columns;
  const [count, length] = wide ? [rows, columns] : [columns, rows];
  const vectors = Array.from({ length: count }, (_, v) =>
    Float64Array.from({ length }, (_, k) => a[wide ? v * columns + k : k * columns + v]),
  );
  for (let sweep = 0; sweep < 40; sweep++) {
    let rotated = false;
    for (let i = 0; i < count; i++)
      for (let j = i + 1; j < count; j++) {
        const [x, y] = [vectors[i], vectors[j]];
        let [xx, yy, xy] = [0, 0, 0];
        for (let k = 0; k < length; k++) {
          xx += x[k] * x[k];
          yy += y[k] * y[k];
          xy += x[k] * y[k];
        }
        if (Math.abs(xy) <= 1e-15 * Math.sqrt(xx) * Math.sqrt(yy)) continue;
        rotated = true;
        const zeta = (yy - xx) / (2 * xy);
        const tan = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cos = 1 / Math.sqrt(1 + tan * tan);
        const sin = cos * tan;
        for (let k = 0; k < length; k++) {
          const old = x[k];
          x[k] = cos * old - sin * y[k];
          y[k] = sin * old + cos * y[k];
        }
      }
    if (!rotated) break;
  }
  return vectors.map((x) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))).sort((p, q) => q - p);
}
