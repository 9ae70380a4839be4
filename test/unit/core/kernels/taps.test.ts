import { describe, expect, it } from 'vitest';
import { placeArguments } from '../../../../src/core/kernels/correlate';
import { frameArguments, isBare } from '../../../../src/core/kernels/frames';
import type { Kernels } from '../../../../src/core/kernels/kernels';
import { frameLength, geometryOf, layerTaps, placesOf } from '../../../../src/core/kernels/taps';
import type { Pass } from '../../../../src/core/kernels/taps';
import { Mask } from '../../../../src/core/mask';
import { weightShape } from '../../../../src/core/network';
import { Rng } from '../../../../src/core/rng';
import { everyKernels, into } from '../../kernels';
import { cases, definitionOf } from './layers';

const rng = Rng.fromSeed(5);
const gaussian = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());

/** The picture in its frame; in two parts, as threads have it. */
function framed(kernels: Kernels, pass: Pass, x: Float32Array, batch: number): Float32Array {
  if (isBare(pass.frame)) return x;
  const frame = into(kernels.room).float32(new Float32Array(frameLength(pass, batch)).fill(NaN));
  const args = frameArguments(pass.channels, batch, pass.frame);
  kernels.pad(x, frame, ...args, 0, 1);
  kernels.pad(x, frame, ...args, 1, pass.channels);
  return frame;
}

describe.each(everyKernels())('sparse layers by their taps, %s kernels', (_, kernels) => {
  it.each(cases)('$name: outputs and both gradients are those of the definition', (one) => {
    const { layer, picture, batch } = one;
    const definition = definitionOf(one);
    const shape = weightShape(layer);
    // The second output keeps nothing.
    const bytes = Uint8Array.from({ length: shape.rows * shape.columns }, (_, i) =>
      Math.floor(i / shape.columns) === 1 ? 0 : rng.below(2),
    );
    const room = into(kernels.room);
    const geometry = geometryOf(layer, picture);
    const { forward, backward } = geometry;
    const taps = layerTaps(layer, geometry, Mask.fromBytes(bytes, shape.rows, shape.columns), kernels.room);
    const values = room.float32(gaussian(taps.indices.length));
    const x = room.float32(gaussian(definition.lengthIn));
    const dy = room.float32(gaussian(definition.lengthOut));
    const y = room.float32(new Float32Array(definition.lengthOut).fill(NaN));

    const frame = framed(kernels, forward, x, batch);
    const places = placeArguments(placesOf(forward, batch));
    kernels.correlate(
      taps.forward.starts,
      taps.forward.taps,
      values,
      undefined,
      frame,
      y,
      ...places,
      0,
      forward.planes,
    );
    const slopes = room.float32(gaussian(values.length));
    kernels.correlateWeights(taps.forward.starts, taps.forward.taps, slopes, frame, dy, ...places, 0, forward.planes);

    const turned = room.float32(gaussian(values.length));
    kernels.gather(values, taps.backward.from, turned, 0, 3);
    kernels.gather(values, taps.backward.from, turned, 3, values.length);
    const around = framed(kernels, backward, dy, batch);
    const dframe = room.float32(new Float32Array(backward.planes * backward.height * backward.width * batch).fill(NaN));
    const back = placeArguments(placesOf(backward, batch));
    const { starts } = taps.backward;
    kernels.correlate(starts, taps.backward.taps, turned, undefined, around, dframe, ...back, 0, backward.planes);
    const dx = geometry.framed ? room.float32(new Float32Array(definition.lengthIn).fill(NaN)) : dframe;
    if (geometry.framed) {
      const args = frameArguments(forward.channels, batch, forward.frame);
      kernels.unpad(dframe, dx, ...args, 0, 2);
      kernels.unpad(dframe, dx, ...args, 2, forward.channels);
    }

    const dense = new Float64Array(bytes.length);
    taps.indices.forEach((weight, k) => (dense[weight] = values[k]));
    const [wantedY, wantedX] = [new Float64Array(definition.lengthOut), new Float64Array(definition.lengthIn)];
    const wantedSlopes = new Float64Array(bytes.length);
    definition.products((weight, input, output) => {
      wantedY[output] += dense[weight] * x[input];
      wantedX[input] += dense[weight] * dy[output];
      wantedSlopes[weight] += dy[output] * x[input];
    });
    expect([...taps.indices]).toEqual([...bytes.keys()].filter((i) => bytes[i] !== 0));
    expect(dx).toHaveLength(definition.lengthIn);
    y.forEach((value, i) => expect(value).toBeCloseTo(wantedY[i], 4));
    dx.forEach((value, i) => expect(value).toBeCloseTo(wantedX[i], 4));
    slopes.forEach((value, k) => expect(value).toBeCloseTo(wantedSlopes[taps.indices[k]], 3));
  });

  it('unpad is the transpose of pad where the picture begins anew', () => {
    const frame = { height: 3, width: 4, top: 2, left: 1, stride: 1, rows: 8, columns: 9, circular: true };
    const room = into(kernels.room);
    const x = room.float32(gaussian(2 * 12 * 5));
    const padded = room.float32(new Float32Array(2 * 72 * 5));
    const dframe = room.float32(gaussian(padded.length));
    const dx = room.float32(new Float32Array(x.length).fill(NaN));
    const args = frameArguments(2, 5, frame);
    kernels.pad(x, padded, ...args, 0, 2);
    kernels.unpad(dframe, dx, ...args, 0, 2);
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
    expect(padded[(2 * 9 + 1) * 5 + 4]).toBe(x[4]);
    expect(padded[4]).toBe(x[(1 * 4 + 3) * 5 + 4]);
    expect(dot(dframe, padded)).toBeCloseTo(dot(dx, x), 3);
  });
});
