import type { FrameKernels } from '../frames';

/** The place of the picture, -1 beyond it. */
const placeAt = (at: number, size: number, circular: number): number => {
  if (circular !== 0) return ((at % size) + size) % size;
  return at < size ? Math.max(-1, at) : -1;
};

type Range = FrameKernels['pad'] extends (x: Float32Array, frame: Float32Array, ...range: infer R) => void ? R : never;

/** Each place of the frame, as the first of its floats, and that of the picture; -1 beyond it. */
function eachPlace(range: Range, meet: (framed: number, place: number) => void): void {
  const [channels, batch, height, width, top, left, stride, rows, columns, circular, from, to] = range;
  for (let py = 0; py < stride; py++)
    for (let px = 0; px < stride; px++)
      for (let c = from; c < to; c++)
        for (let u = 0; u < rows; u++) {
          const y = placeAt(u * stride + py - top, height, circular);
          let framed = (((py * stride + px) * channels + c) * rows + u) * columns * batch;
          for (let v = 0; v < columns; v++, framed += batch) {
            const x = placeAt(v * stride + px - left, width, circular);
            meet(framed, y < 0 || x < 0 ? -1 : ((c * height + y) * width + x) * batch);
          }
        }
}

export const plainFrames: FrameKernels = {
  pad(x, frame, ...range) {
    const batch = range[1];
    eachPlace(range, (framed, place) => {
      if (place < 0) frame.fill(0, framed, framed + batch);
      else for (let b = 0; b < batch; b++) frame[framed + b] = x[place + b];
    });
  },
  unpad(dframe, dx, ...range) {
    const [, batch, height, width, , , , , , , from, to] = range;
    dx.fill(0, from * height * width * batch, to * height * width * batch);
    eachPlace(range, (framed, place) => {
      if (place >= 0) for (let b = 0; b < batch; b++) dx[place + b] += dframe[framed + b];
    });
  },
  gather(values, indices, out, from, to) {
    for (let i = from; i < to; i++) out[i] = values[indices[i]];
  },
};
