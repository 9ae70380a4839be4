/**
 * Dot products of the two vectors of `a` from index `x` on with the four of `b` from index `y` on, all of one length
 * and stored one after the other: each loaded entry is used more than once. `dots`: the first vector's four, then the
 * second's.
 */
export function eightDots(
  a: Float64Array,
  x: number,
  b: Float64Array,
  y: number,
  length: number,
  dots: Float64Array,
): void {
  let [a0, a1, a2, a3] = [0, 0, 0, 0];
  let [b0, b1, b2, b3] = [0, 0, 0, 0];
  for (let k = 0; k < length; k++) {
    const xk = a[x + k];
    const zk = a[x + length + k];
    const y0 = b[y + k];
    const y1 = b[y + length + k];
    const y2 = b[y + 2 * length + k];
    const y3 = b[y + 3 * length + k];
    a0 += xk * y0;
    a1 += xk * y1;
    a2 += xk * y2;
    a3 += xk * y3;
    b0 += zk * y0;
    b1 += zk * y1;
    b2 += zk * y2;
    b3 += zk * y3;
  }
  dots[0] = a0;
  dots[1] = a1;
  dots[2] = a2;
  dots[3] = a3;
  dots[4] = b0;
  dots[5] = b1;
  dots[6] = b2;
  dots[7] = b3;
}
