// Slices of a fold, see ../fold.ts: what the arguments mean stands there. In float64 and without multiplication and
// addition in one, whatever the build, so that results are those of the plain twin to the bit.
import { high, joined, low } from './lanes';

/** As core/rps/hash.ts. */
@inline
function mix(word: u32): u32 {
  let h = word;
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}

@inline
function hash(key: u32, word: u32): u32 {
  return mix(mix(word ^ key) * 0x9e3779b1 + key);
}

/** The lowest four bits, each as the sign of a float32. */
@inline
function signsOf(word: u32): v128 {
  const moved = i32x4.mul(i32x4.splat(word), i32x4(1 << 31, 1 << 30, 1 << 29, 1 << 28));
  return v128.and(moved, i32x4.splat(1 << 31));
}

export function recoverFold(
  memory: usize,
  out: usize,
  location: i32,
  into: i32,
  first: i32,
  key: u32,
  factor: f64,
  from: i32,
  to: i32,
): void {
  const factors = f64x2.splat(factor);
  let read = memory + (<usize>(location + from) << 2);
  let write = out + (<usize>(into + from) << 2);
  for (let i = from; i < to; ) {
    const weight = <u32>(first + i);
    let signs = hash(key, weight >> 5) >> (weight & 31);
    const end = min(to, i + 32 - <i32>(weight & 31));
    for (; i + 4 <= end; i += 4, read += 16, write += 16, signs >>= 4) {
      const values = v128.load(read);
      const own = joined(f64x2.mul(factors, low(values)), f64x2.mul(factors, high(values)));
      v128.store(write, v128.xor(own, signsOf(signs)));
    }
    for (; i < end; i++, read += 4, write += 4, signs >>= 1) {
      const own = signs & 1 ? -factor : factor;
      store<f32>(write, <f32>(own * <f64>load<f32>(read)));
    }
  }
}

export function gatherFold(
  gradient: usize,
  sums: usize,
  location: i32,
  first: i32,
  key: u32,
  factor: f64,
  from: i32,
  to: i32,
): void {
  const factors = f64x2.splat(factor);
  const zero = i32x4.splat(0);
  let read = gradient + (<usize>from << 2);
  let at = sums + (<usize>(location + from) << 3);
  for (let i = from; i < to; ) {
    const weight = <u32>(first + i);
    let signs = hash(key, weight >> 5) >> (weight & 31);
    const end = min(to, i + 32 - <i32>(weight & 31));
    for (; i + 4 <= end; i += 4, read += 16, at += 32, signs >>= 4) {
      const values = v128.load(read);
      const own = signsOf(signs);
      const a = v128.xor(f64x2.mul(factors, low(values)), i32x4.shuffle(zero, own, 0, 4, 1, 5));
      const b = v128.xor(f64x2.mul(factors, high(values)), i32x4.shuffle(zero, own, 0, 6, 1, 7));
      v128.store(at, f64x2.add(v128.load(at), a));
      v128.store(at, f64x2.add(v128.load(at, 16), b), 16);
    }
    for (; i < end; i++, read += 4, at += 8, signs >>= 1) {
      const own = signs & 1 ? -factor : factor;
      store<f64>(at, load<f64>(at) + own * <f64>load<f32>(read));
    }
  }
}
