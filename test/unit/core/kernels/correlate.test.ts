import { describe, expect, it } from 'vitest';
import { placeArguments } from '../../../../src/core/kernels/correlate';
import { Rng } from '../../../../src/core/rng';
import { everyKernels, into } from '../../kernels';

const rng = Rng.fromSeed(3);
const gaussian = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());

/** A convolution over padded pictures by the definition, in float64; groups are taps of some channels only. */
const shapes = [
  { name: 'a linear layer', channels: 37, outputs: 11, size: 1, kernel: 1, stride: 1, batch: 45 },
  { name: 'a 3 x 3 convolution', channels: 3, outputs: 5, size: 9, kernel: 3, stride: 1, batch: 5 },
  { name: 'a strided convolution', channels: 4, outputs: 3, size: 11, kernel: 3, stride: 2, batch: 6 },
  { name: 'one example', channels: 2, outputs: 2, size: 5, kernel: 2, stride: 3, batch: 1 },
];

describe.each(everyKernels())('sparse layers of %s kernels', (_, kernels) => {
  it.each(shapes)('$name: outputs and gradients are those of the definition', (p) => {
    const { channels, outputs, size, kernel, stride, batch } = p;
    const out = Math.floor((size - kernel) / stride) + 1;
    const starts = [0];
    const kept: { c: number; ky: number; kx: number }[] = [];
    for (let o = 0; o < outputs; o++) {
      for (let c = 0; c < channels; c++)
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++) if (o !== 1 && rng.below(3) === 0) kept.push({ c, ky, kx });
      starts.push(kept.length);
    }
    const room = into(kernels.room);
    const taps = room.int32(kept.map(({ c, ky, kx }) => (c * size + ky) * size + kx));
    const values = room.float32(gaussian(kept.length));
    const bias = room.float32(gaussian(outputs));
    const x = room.float32(gaussian(channels * size * size * batch));
    const y = room.float32(new Float32Array(outputs * out * out * batch));
    const dy = room.float32(gaussian(y.length));
    const dValues = room.float32(gaussian(kept.length));
    const at = room.int32(starts);
    const whole = stride === 1;
    const places = placeArguments({
      batch,
      height: out,
      segments: whole ? 1 : out,
      run: whole ? out * batch : batch,
      rowStep: stride * size * batch,
      segmentStep: stride * batch,
    });
    // In two parts, as threads have it.
    kernels.correlate(at, taps, values, bias, x, y, ...places, 0, 2);
    kernels.correlate(at, taps, values, bias, x, y, ...places, 2, outputs);
    kernels.correlateWeights(at, taps, dValues, x, dy, ...places, 0, 1);
    kernels.correlateWeights(at, taps, dValues, x, dy, ...places, 1, outputs);

    const wantedY = Float64Array.from(y, (_, i) => bias[Math.floor(i / (out * out * batch))]);
    const wantedGradients = new Float64Array(kept.length);
    for (let o = 0; o < outputs; o++)
      for (let k = starts[o]; k < starts[o + 1]; k++) {
        const { c, ky, kx } = kept[k];
        for (let i = 0; i < out * out * batch; i++) {
          const [oy, ox, b] = [Math.floor(i / (out * batch)), Math.floor(i / batch) % out, i % batch];
          const value = x[((c * size + oy * stride + ky) * size + ox * stride + kx) * batch + b];
          wantedY[o * out * out * batch + i] += values[k] * value;
          wantedGradients[k] += dy[o * out * out * batch + i] * value;
        }
      }
    expect(kept.length).toBeGreaterThan(0);
    y.forEach((value, i) => expect(value).toBeCloseTo(wantedY[i], 4));
    dValues.forEach((value, k) => expect(value).toBeCloseTo(wantedGradients[k], 3));
  });
});
