// Arithmetic on vectors of either precision.

@inline
export function sum<T>(v: v128): T {
  let total = v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1);
  if (sizeof<T>() == 4) total = total + (v128.extract_lane<T>(v, 2) + v128.extract_lane<T>(v, 3));
  return total;
}

/** c + a b: one rounding where the build may, two else. */
@inline
export function plus<T>(c: v128, a: v128, b: v128): v128 {
  return RELAXED ? v128.relaxed_madd<T>(a, b, c) : v128.add<T>(c, v128.mul<T>(a, b));
}

/** c - a b, likewise. */
@inline
export function less<T>(c: v128, a: v128, b: v128): v128 {
  return RELAXED ? v128.relaxed_nmadd<T>(a, b, c) : v128.sub<T>(c, v128.mul<T>(a, b));
}

/** The value at `from`, in all lanes. */
@inline
export function splat<T>(from: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(from) : v128.load32_splat(from);
}
