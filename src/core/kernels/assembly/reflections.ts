// Householder reflections of vectors that lie in whole stretches of 32 bytes.
import { less, plus, sum } from './vectors';

/** Squares below this, beside values near 1, have lost digits to underflow, and are nothing. */
@inline
function nothing<T>(): T {
  return sizeof<T>() == 8 ? <T>1e-280 : <T>1e-34;
}

/**
 * Turns x, with zeros before byte `at` and `end` bytes, into the vector of the reflection I - tau v vᵀ that maps it to
 * beta there and zeros behind, v 1 there. Answers beta; tau, 0 where there is nothing to reflect, is stored at `tauAt`.
 */
@inline
export function reflector<T>(x: usize, at: usize, end: usize, tauAt: usize): T {
  const begin = at & ~31;
  const alpha = load<T>(x + at);
  store<T>(x + at, 0);
  let s0 = v128.splat<T>(0);
  let s1 = v128.splat<T>(0);
  for (let p = begin; p < end; p += 32) {
    const x0 = v128.load(x + p);
    const x1 = v128.load(x + p, 16);
    s0 = plus<T>(s0, x0, x0);
    s1 = plus<T>(s1, x1, x1);
  }
  const tail = sum<T>(v128.add<T>(s0, s1));
  let beta = alpha;
  let tau: T = 0;
  if (tail > nothing<T>()) {
    // The sign that adds to alpha: no cancellation.
    const size = sqrt<T>(alpha * alpha + tail);
    beta = alpha > 0 ? -size : size;
    tau = (beta - alpha) / beta;
    const factor = v128.splat<T>(1 / (alpha - beta));
    for (let p = begin; p < end; p += 16) v128.store(x + p, v128.mul<T>(v128.load(x + p), factor));
  } else memory.fill(x + begin, 0, end - begin);
  store<T>(x + at, 1);
  store<T>(tauAt, tau);
  return beta;
}

/** a -= tau v (vᵀ a) for two columns, bytes `begin` to `end` of them, or of one that is given twice. */
@inline
export function reflectColumns<T>(a: usize, b: usize, v: usize, tau: T, begin: usize, end: usize): void {
  let a0 = v128.splat<T>(0);
  let a1 = v128.splat<T>(0);
  let b0 = v128.splat<T>(0);
  let b1 = v128.splat<T>(0);
  for (let p = begin; p < end; p += 32) {
    const v0 = v128.load(v + p);
    const v1 = v128.load(v + p, 16);
    a0 = plus<T>(a0, v128.load(a + p), v0);
    a1 = plus<T>(a1, v128.load(a + p, 16), v1);
    b0 = plus<T>(b0, v128.load(b + p), v0);
    b1 = plus<T>(b1, v128.load(b + p, 16), v1);
  }
  const f = v128.splat<T>(tau * sum<T>(v128.add<T>(a0, a1)));
  const g = v128.splat<T>(tau * sum<T>(v128.add<T>(b0, b1)));
  for (let p = begin; p < end; p += 16) {
    const x = v128.load(v + p);
    const next = less<T>(v128.load(b + p), x, g);
    v128.store(a + p, less<T>(v128.load(a + p), x, f));
    v128.store(b + p, next);
  }
}
