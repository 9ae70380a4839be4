// Qd transforms, see ../qd.ts: to the bit as in plain TypeScript, each operation rounded by itself.

const trifle: f64 = 1e-300;

export function qdTwice(
  from: usize,
  to: usize,
  trace: usize,
  start: i32,
  end: i32,
  less: f64,
  negligible: f64,
): i32 {
  const last = from + (<usize>end << 4);
  from += <usize>start << 4;
  to += <usize>start << 4;
  let first = load<f64>(from) - less;
  let q = first + load<f64>(from, 8);
  let second = q + trifle;
  let before: f64 = Infinity;
  let beforeThat = before;
  let least = before;
  let off = before;
  let offBefore = before;
  let loose: f64 = 0;
  for (; from < last; from += 16, to += 16) {
    if (first < 0) return 0;
    const ratio = load<f64>(from, 16) / q;
    const e = load<f64>(from, 8) * ratio;
    first = first * ratio - less;
    q = first + load<f64>(from, 24);

    least = beforeThat < least ? beforeThat : least;
    beforeThat = before;
    before = second;
    loose = offBefore < negligible ? 1 : loose;
    offBefore = off;
    const sum = second + e;
    const nextRatio = q / sum;
    off = e * nextRatio;
    store<f64>(to, sum);
    store<f64>(to, off, 8);
    second = second * nextRatio + trifle;
  }
  store<f64>(trace, first);
  store<f64>(trace, second, 8);
  store<f64>(trace, before, 16);
  store<f64>(trace, beforeThat, 24);
  store<f64>(trace, least, 32);
  store<f64>(trace, loose, 40);
  return 1;
}
