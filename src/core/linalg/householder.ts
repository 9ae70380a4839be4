/** Householder reflections on contiguous vectors. */

/** Squares below this may have lost digits to underflow. */
const smallestSafeSquare = 1e-280;

/** Euclidean norm of x[from..], without harmful underflow; entries at most about 1e150. */
function norm(x: Float32Array | Float64Array, from: number): number {
  let square = 0;
  for (let i = from; i < x.length; i++) square += x[i] * x[i];
  if (square > smallestSafeSquare) return Math.sqrt(square);
  let largest = 0;
  for (let i = from; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]));
  if (largest === 0) return 0;
  square = 0;
  for (let i = from; i < x.length; i++) square += (x[i] / largest) ** 2;
  return largest * Math.sqrt(square);
}

/**
 * Turns x[from..] into the vector v, v[from] = 1, of the reflection I - tau v vᵀ that maps it to (beta, 0, ..., 0)
 * (Golub and Van Loan, Matrix Computations, 5.1). v[from + 1..] was divided by `pivot`. tau is 0 when there is nothing
 * to reflect, or no more than `negligible` of it.
 */
export function reflector(
  x: Float32Array | Float64Array,
  from: number,
  negligible = 0,
): { beta: number; tau: number; pivot: number } {
  const alpha = x[from];
  const tail = norm(x, from + 1);
  if (tail <= negligible) {
    x.fill(0, from + 1);
    x[from] = 1;
    return { beta: alpha, tau: 0, pivot: 1 };
  }
  // The sign that adds to alpha: no cancellation.
  const beta = alpha > 0 ? -Math.hypot(alpha, tail) : Math.hypot(alpha, tail);
  const pivot = alpha - beta;
  for (let i = from + 1; i < x.length; i++) x[i] /= pivot;
  x[from] = 1;
  return { beta, tau: -pivot / beta, pivot };
}
