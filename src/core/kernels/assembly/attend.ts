// Attention, see ../attend.ts: what the arguments mean stands there.
import { exponential, fill, loadLanes, multiplyAdd, storeLanes } from './lanes';

/** One token of one head at four examples, or at one. `channel`, `step`: bytes from one channel, and one token, to the next. */
@inline
function attendAt(
  query: usize,
  key: usize,
  value: usize,
  attention: usize,
  y: usize,
  each: i32,
  tokens: i32,
  channel: usize,
  step: usize,
  whole: bool,
): void {
  const factor = fill(1 / sqrt<f32>(<f32>each));
  let most = fill(-Infinity);
  for (let u = 0, k = key, l = attention; u < tokens; u++, k += step, l += step) {
    let sum = fill(0);
    for (let s = 0, a = query, b = k; s < each; s++, a += channel, b += channel)
      sum = multiplyAdd(loadLanes(a, whole), loadLanes(b, whole), sum);
    sum = f32x4.mul(sum, factor);
    most = f32x4.max(most, sum);
    storeLanes(l, sum, whole);
  }
  let total = fill(0);
  for (let u = 0, l = attention; u < tokens; u++, l += step) {
    const e = exponential(f32x4.sub(loadLanes(l, whole), most));
    total = f32x4.add(total, e);
    storeLanes(l, e, whole);
  }
  const share = f32x4.div(fill(1), total);
  for (let u = 0, l = attention; u < tokens; u++, l += step) storeLanes(l, f32x4.mul(loadLanes(l, whole), share), whole);
  for (let s = 0, v = value, into = y; s < each; s++, v += channel, into += channel) {
    let sum = fill(0);
    for (let u = 0, a = v, l = attention; u < tokens; u++, a += step, l += step)
      sum = multiplyAdd(loadLanes(l, whole), loadLanes(a, whole), sum);
    storeLanes(into, sum, whole);
  }
}

export function attend(
  made: usize,
  attention: usize,
  y: usize,
  heads: i32,
  each: i32,
  tokens: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>batch << 2;
  const channel = step * tokens;
  const size = channel * heads * each;
  for (let head = from; head < to; head++)
    for (let t = 0; t < tokens; t++) {
      const first = <usize>(head * each) * channel;
      let own = attention + <usize>(head * tokens + t) * channel;
      let key = made + size + first;
      let at = first + <usize>t * step;
      let left = batch;
      for (; left >= 4; left -= 4, own += 16, key += 16, at += 16)
        attendAt(made + at, key, key + size, own, y + at, each, tokens, channel, step, true);
      for (; left > 0; left--, own += 4, key += 4, at += 4)
        attendAt(made + at, key, key + size, own, y + at, each, tokens, channel, step, false);
    }
}

@inline
function attendBackAt(
  query: usize,
  key: usize,
  attention: usize,
  dy: usize,
  dQuery: usize,
  dKey: usize,
  scratch: usize,
  each: i32,
  tokens: i32,
  channel: usize,
  step: usize,
  size: usize,
  whole: bool,
): void {
  const factor = fill(1 / sqrt<f32>(<f32>each));
  let along = fill(0);
  for (let u = 0, v = key + size, l = attention, into = scratch; u < tokens; u++, v += step, l += step, into += 16) {
    let sum = fill(0);
    for (let s = 0, a = dy, b = v; s < each; s++, a += channel, b += channel)
      sum = multiplyAdd(loadLanes(a, whole), loadLanes(b, whole), sum);
    v128.store(into, sum);
    along = multiplyAdd(sum, loadLanes(l, whole), along);
  }
  for (let u = 0, l = attention, o = scratch; u < tokens; u++, l += step, o += 16) {
    const share = loadLanes(l, whole);
    const gradient = f32x4.mul(f32x4.mul(share, f32x4.sub(v128.load(o), along)), factor);
    let k = <usize>u * step;
    let q: usize = 0;
    for (let s = 0; s < each; s++, k += channel, q += channel) {
      storeLanes(dQuery + q, multiplyAdd(gradient, loadLanes(key + k, whole), loadLanes(dQuery + q, whole)), whole);
      storeLanes(dKey + k, multiplyAdd(gradient, loadLanes(query + q, whole), loadLanes(dKey + k, whole)), whole);
      const dValue = dKey + size + k;
      storeLanes(dValue, multiplyAdd(share, loadLanes(dy + q, whole), loadLanes(dValue, whole)), whole);
    }
  }
}

export function attendBack(
  made: usize,
  attention: usize,
  dy: usize,
  dMade: usize,
  scratch: usize,
  heads: i32,
  each: i32,
  tokens: i32,
  batch: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>batch << 2;
  const channel = step * tokens;
  const size = channel * heads * each;
  for (let head = from; head < to; head++) {
    const first = <usize>(head * each) * channel;
    for (let part = 0; part < 3; part++) memory.fill(dMade + <usize>part * size + first, 0, channel * each);
    const own = scratch + (<usize>(head * tokens) << 4);
    for (let t = 0; t < tokens; t++) {
      let l = attention + <usize>(head * tokens + t) * channel;
      let k = size + first;
      let q = first + <usize>t * step;
      let left = batch;
      for (; left >= 4; left -= 4, l += 16, k += 16, q += 16)
        attendBackAt(made + q, made + k, l, dy + q, dMade + q, dMade + k, own, each, tokens, channel, step, size, true);
      for (; left > 0; left--, l += 4, k += 4, q += 4)
        attendBackAt(made + q, made + k, l, dy + q, dMade + q, dMade + k, own, each, tokens, channel, step, size, false);
    }
  }
}
