import { reflector } from './householder';

/**
 * L, rows x rows and row-major, of W = L Q with orthonormal rows of Q; W is row-major with at most as many rows as
 * columns, and is left as it is. By Householder reflections from the right (Golub and Van Loan, Matrix Computations,
 * 5.2).
 */
export function lowerFactor(w: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const vectors = Array.from({ length: rows }, (_, r) => Float64Array.from(w.subarray(r * columns, (r + 1) * columns)));
  const lower = new Float64Array(rows * rows);
  vectors.forEach((v, i) => {
    const { beta, tau } = reflector(v, i);
    lower[i * rows + i] = beta;
    for (let j = i + 1; j < rows; j++) {
      const other = vectors[j];
      let dot = 0;
      for (let c = i; c < columns; c++) dot += v[c] * other[c];
      for (let c = i; c < columns; c++) other[c] -= tau * dot * v[c];
      lower[j * rows + i] = other[i];
    }
  });
  return lower;
}
