// Gradients of dense layers by their weights, see ../dense.ts: what the arguments mean stands there.
import { addDot, addDotsOf4, addTwoDotsOf4 } from './dots';

export function correlateDenseWeights(
  taps: usize,
  dValues: usize,
  x: usize,
  dy: usize,
  count: i32,
  first: i32,
  batch: i32,
  height: i32,
  segments: i32,
  run: i32,
  rowStep: i32,
  segmentStep: i32,
  from: i32,
  to: i32,
): void {
  const row = <usize>count << 2;
  const plane = <usize>(height * segments * run) << 2;
  memory.fill(dValues + <usize>(from - first) * row, 0, <usize>(to - from) * row);
  const bytes = batch << 2;
  for (let o = from; o < to; ) {
    const rows = min(2, to - o);
    let dyAt = dy + <usize>o * plane;
    const own = dValues + <usize>(o - first) * row;
    // A run of dy stays in the nearest cache while all features pass over it.
    for (let r = 0; r < height; r++)
      for (let s = 0; s < segments; s++)
        for (let i = 0; i < run; i += 512) {
          const long = min(512, run - i);
          const at = x + (<usize>(r * rowStep + s * segmentStep + i) << 2);
          let k: usize = 0;
          for (; k + 16 <= row; k += 16)
            if (rows == 2) addTwoDotsOf4(taps + k, at, bytes, dyAt, plane, long, own + k, row);
            else addDotsOf4(taps + k, at, bytes, dyAt, long, own + k);
          for (; k < row; k += 4) {
            const feature = at + <usize>(load<i32>(taps + k) * bytes);
            addDot(feature, dyAt, long, own + k);
            if (rows == 2) addDot(feature, dyAt + plane, long, own + row + k);
          }
          dyAt += <usize>long << 2;
        }
    o += rows;
  }
}
