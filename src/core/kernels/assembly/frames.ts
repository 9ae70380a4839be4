// Frames of pictures, see ../frames.ts: what the arguments mean stands there.

/** The place of the picture, -1 beyond it. */
@inline
function placeAt(at: i32, size: i32, circular: bool): i32 {
  if (<u32>at < <u32>size) return at;
  if (!circular) return -1;
  const rest = at % size;
  return rest < 0 ? rest + size : rest;
}

/** Calls of memory.copy and memory.fill cost more than a few lines of the cache do. */
const few: usize = 512;

@inline
function copy(into: usize, from: usize, size: usize): void {
  if (size > few) {
    memory.copy(into, from, size);
    return;
  }
  for (; size >= 16; size -= 16, from += 16, into += 16) v128.store(into, v128.load(from));
  for (; size > 0; size -= 4, from += 4, into += 4) store<f32>(into, load<f32>(from));
}

@inline
function clear(at: usize, size: usize): void {
  if (size > few) {
    memory.fill(at, 0, size);
    return;
  }
  const none = f32x4.splat(0);
  for (; size >= 16; size -= 16, at += 16) v128.store(at, none);
  for (; size > 0; size -= 4, at += 4) store<f32>(at, 0);
}

@inline
function add(from: usize, into: usize, count: i32): void {
  for (; count >= 4; count -= 4, from += 16, into += 16)
    v128.store(into, f32x4.add(v128.load(into), v128.load(from)));
  for (; count > 0; count--, from += 4, into += 4) store<f32>(into, load<f32>(into) + load<f32>(from));
}

export function pad(
  x: usize,
  frame: usize,
  channels: i32,
  batch: i32,
  height: i32,
  width: i32,
  top: i32,
  left: i32,
  stride: i32,
  rows: i32,
  columns: i32,
  circular: bool,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>batch << 2;
  for (let py = 0; py < stride; py++)
    for (let px = 0; px < stride; px++)
      for (let c = from; c < to; c++)
        for (let u = 0; u < rows; u++) {
          const y = placeAt(u * stride + py - top, height, circular);
          let into = frame + <usize>((((py * stride + px) * channels + c) * rows + u) * columns) * bytes;
          if (y < 0) {
            memory.fill(into, 0, <usize>columns * bytes);
            continue;
          }
          const row = x + <usize>((c * height + y) * width) * bytes;
          for (let v = 0; v < columns; ) {
            const at = placeAt(v * stride + px - left, width, circular);
            // At stride 1 what follows in the picture follows in the frame.
            const run = at >= 0 && stride == 1 ? min(width - at, columns - v) : 1;
            const size = <usize>run * bytes;
            if (at < 0) clear(into, size);
            else copy(into, row + <usize>at * bytes, size);
            v += run;
            into += size;
          }
        }
}

export function unpad(
  dframe: usize,
  dx: usize,
  channels: i32,
  batch: i32,
  height: i32,
  width: i32,
  top: i32,
  left: i32,
  stride: i32,
  rows: i32,
  columns: i32,
  circular: bool,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>batch << 2;
  memory.fill(dx + <usize>(from * height * width) * bytes, 0, <usize>((to - from) * height * width) * bytes);
  for (let py = 0; py < stride; py++)
    for (let px = 0; px < stride; px++)
      for (let c = from; c < to; c++)
        for (let u = 0; u < rows; u++) {
          const y = placeAt(u * stride + py - top, height, circular);
          if (y < 0) continue;
          let at = dframe + <usize>((((py * stride + px) * channels + c) * rows + u) * columns) * bytes;
          const row = dx + <usize>((c * height + y) * width) * bytes;
          for (let v = 0; v < columns; ) {
            const place = placeAt(v * stride + px - left, width, circular);
            const run = place >= 0 && stride == 1 ? min(width - place, columns - v) : 1;
            if (place >= 0) add(at, row + <usize>place * bytes, run * batch);
            v += run;
            at += <usize>run * bytes;
          }
        }
}

export function gather(values: usize, indices: usize, out: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++)
    store<f32>(out + (<usize>i << 2), load<f32>(values + (<usize>load<i32>(indices + (<usize>i << 2)) << 2)));
}
