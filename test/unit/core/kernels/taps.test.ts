import { describe, expect, it } from 'vitest';
import { placeArguments } from '../../../../src/core/kernels/correlate';
import { frameArguments, isBare } from '../../../../src/core/kernels/frames';
import type { Kernels } from '../../../../src/core/kernels/kernels';
import { denseTaps, frameLength, geometryOf, layerTaps, placesOf } from '../../../../src/core/kernels/taps';
import type { DensePart, Geometry, Pass } from '../../../../src/core/kernels/taps';
import { Mask } from '../../../../src/core/mask';
import { weightShape } from '../../../../src/core/network';
import { Rng } from '../../../../src/core/rng';
import { everyKernels, into } from '../../kernels';
import { cases, definitionOf } from './layers';
import type { Case } from './layers';

const rng = Rng.fromSeed(5);
const gaussian = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());

/** More features than a panel packs at a time. */
const deep: Case = { ...cases[0], layer: { kind: 'linear', name: 'fc', in: 600, out: 6 }, name: 'deep' };

const halves = ({ from, to }: DensePart): [from: number, to: number][] => {
  const middle = (from + to) >> 1;
  return [
    [from, middle],
    [middle, to],
  ];
};

/** The picture in its frame; in two parts, as threads have it. */
function framed(kernels: Kernels, pass: Pass, x: Float32Array, batch: number): Float32Array {
  if (isBare(pass.frame)) return x;
  const frame = into(kernels.room).float32(new Float32Array(frameLength(pass, batch)).fill(NaN));
  const args = frameArguments(pass.channels, batch, pass.frame);
  kernels.pad(x, frame, ...args, 0, 1);
  kernels.pad(x, frame, ...args, 1, pass.channels);
  return frame;
}

/** dL/dx of an x of `length` floats, by what gives the output of the backward pass. */
function inputGradient(
  kernels: Kernels,
  { forward, backward, framed: folded }: Geometry,
  batch: number,
  correlate: (dframe: Float32Array) => void,
  length: number,
): Float32Array {
  const room = into(kernels.room);
  const dframe = room.float32(new Float32Array(backward.planes * backward.height * backward.width * batch).fill(NaN));
  correlate(dframe);
  if (!folded) return dframe;
  const dx = room.float32(new Float32Array(length).fill(NaN));
  const args = frameArguments(forward.channels, batch, forward.frame);
  kernels.unpad(dframe, dx, ...args, 0, 2);
  kernels.unpad(dframe, dx, ...args, 2, forward.channels);
  return dx;
}

interface Wanted {
  y: Float64Array;
  dx: Float64Array;
  dValues: Float64Array;
}

function wanted(one: Case, weight: Float64Array, x: Float32Array, dy: Float32Array): Wanted {
  const [y, dx, dValues] = [new Float64Array(dy.length), new Float64Array(x.length), new Float64Array(weight.length)];
  definitionOf(one).products((k, input, output) => {
    y[output] += weight[k] * x[input];
    dx[input] += weight[k] * dy[output];
    dValues[k] += dy[output] * x[input];
  });
  return { y, dx, dValues };
}

describe.each(everyKernels())('layers by their taps, %s kernels', (_, kernels) => {
  const { room } = kernels;
  const { float32, int32 } = into(room);

  it.each(cases)('$name, sparse: outputs and both gradients are those of the definition', (one) => {
    const { layer, picture, batch } = one;
    const { lengthIn, lengthOut } = definitionOf(one);
    const shape = weightShape(layer);
    // The second output keeps nothing.
    const bytes = Uint8Array.from({ length: shape.rows * shape.columns }, (_, i) =>
      Math.floor(i / shape.columns) === 1 ? 0 : rng.below(2),
    );
    const geometry = geometryOf(layer, picture);
    const { forward, backward } = geometry;
    const taps = layerTaps(layer, geometry, Mask.fromBytes(bytes, shape.rows, shape.columns), room);
    const values = float32(gaussian(taps.indices.length));
    const [x, dy] = [float32(gaussian(lengthIn)), float32(gaussian(lengthOut))];
    const y = float32(new Float32Array(lengthOut).fill(NaN));

    const frame = framed(kernels, forward, x, batch);
    const places = placeArguments(placesOf(forward, batch));
    const { starts } = taps.forward;
    kernels.correlate(starts, taps.forward.taps, values, undefined, frame, y, ...places, 0, forward.planes);
    const dValues = float32(gaussian(values.length));
    kernels.correlateWeights(starts, taps.forward.taps, dValues, frame, dy, ...places, 0, forward.planes);

    const transposed = float32(gaussian(values.length));
    kernels.gather(values, taps.backward.from, transposed, 0, 3);
    kernels.gather(values, taps.backward.from, transposed, 3, values.length);
    const around = framed(kernels, backward, dy, batch);
    const back = placeArguments(placesOf(backward, batch));
    const turn = (dframe: Float32Array): void => {
      const { starts: at, taps: transposedTaps } = taps.backward;
      kernels.correlate(at, transposedTaps, transposed, undefined, around, dframe, ...back, 0, backward.planes);
    };
    const dx = inputGradient(kernels, geometry, batch, turn, lengthIn);

    const dense = new Float64Array(bytes.length);
    taps.indices.forEach((weight, k) => (dense[weight] = values[k]));
    const by = wanted(one, dense, x, dy);
    expect([...taps.indices]).toEqual([...bytes.keys()].filter((i) => bytes[i] !== 0));
    expect(dx).toHaveLength(lengthIn);
    y.forEach((value, i) => expect(value).toBeCloseTo(by.y[i], 4));
    dx.forEach((value, i) => expect(value).toBeCloseTo(by.dx[i], 4));
    dValues.forEach((value, k) => expect(value).toBeCloseTo(by.dValues[taps.indices[k]], 3));
  });

  it.each([...cases, deep])('$name, dense: outputs and both gradients are those of the definition', (one) => {
    const { layer, picture, batch } = one;
    const { lengthIn, lengthOut } = definitionOf(one);
    const { rows, columns } = weightShape(layer);
    const geometry = geometryOf(layer, picture);
    const { forward, backward } = geometry;
    const taps = denseTaps(layer, geometry, room);
    const values = float32(gaussian(rows * columns));
    const bias = float32(gaussian(rows));
    const [x, dy] = [float32(gaussian(lengthIn)), float32(gaussian(lengthOut))];
    const [y, dValues] = [float32(new Float32Array(lengthOut)), float32(gaussian(values.length))];

    const frame = framed(kernels, forward, x, batch);
    const places = placeArguments(placesOf(forward, batch));
    for (const part of taps.forward)
      // In two parts, as threads have it.
      for (const [from, to] of halves(part)) {
        kernels.correlateDense(part.taps, values, bias, frame, y, columns, 0, ...places, from, to);
        kernels.correlateDenseWeights(part.taps, dValues, frame, dy, columns, 0, ...places, from, to);
      }
    const transposed = float32(gaussian(values.length));
    kernels.gather(values, taps.from, transposed, 0, values.length);
    const around = framed(kernels, backward, dy, batch);
    const back = placeArguments(placesOf(backward, batch));
    const turn = (dframe: Float32Array): void => {
      for (const part of taps.backward) {
        const own = transposed.subarray(part.weight);
        const count = part.taps.length;
        for (const [from, to] of halves(part))
          kernels.correlateDense(part.taps, own, undefined, around, dframe, count, part.from, ...back, from, to);
      }
    };
    const dx = inputGradient(kernels, geometry, batch, turn, lengthIn);

    const by = wanted(one, Float64Array.from(values), x, dy);
    const perOutput = lengthOut / rows;
    expect([...taps.from].sort((a, b) => a - b)).toEqual([...values.keys()]);
    y.forEach((value, i) => expect(value).toBeCloseTo(by.y[i] + bias[Math.floor(i / perOutput)], 3));
    dx.forEach((value, i) => expect(value).toBeCloseTo(by.dx[i], 3));
    dValues.forEach((value, k) => expect(value).toBeCloseTo(by.dValues[k], 3));
  });

  it('a dense layer leaves what else is in the room as it is', () => {
    // The first arrays of a room of its own: what the kernels pack into is not theirs.
    const [, fresh] = everyKernels().find(([name]) => name === kernels.kind)!;
    const others = Array.from({ length: 8 }, () => into(fresh.room).float32(gaussian(2048)));
    const before = others.map((array) => [...array]);
    const taps = into(fresh.room).int32([...Array(256).keys()]);
    const [w, x, y] = [256, 8 * 256, 8].map((length) => into(fresh.room).float32(gaussian(length)));
    const places = placeArguments({ batch: 8, height: 1, segments: 1, run: 8, rowStep: 0, segmentStep: 0 });
    fresh.correlateDense(taps, w, undefined, x, y, 256, 0, ...places, 0, 1);
    expect(others.map((array) => [...array])).toEqual(before);
  });

  it('unpad is the transpose of pad where the picture begins anew', () => {
    const frame = { height: 3, width: 4, top: 2, left: 1, stride: 1, rows: 8, columns: 9, circular: true };
    const x = float32(gaussian(2 * 12 * 5));
    const padded = float32(new Float32Array(2 * 72 * 5));
    const dframe = float32(gaussian(padded.length));
    const dx = float32(new Float32Array(x.length).fill(NaN));
    const args = frameArguments(2, 5, frame);
    kernels.pad(x, padded, ...args, 0, 2);
    kernels.unpad(dframe, dx, ...args, 0, 2);
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
    expect(padded[(2 * 9 + 1) * 5 + 4]).toBe(x[4]);
    expect(padded[4]).toBe(x[(1 * 4 + 3) * 5 + 4]);
    expect(dot(dframe, padded)).toBeCloseTo(dot(dx, x), 3);
  });

  it('an output without weights is its bias', () => {
    const y = float32(new Float32Array(4).fill(NaN));
    const x = float32([1, 2]);
    const bias = float32([3, 4]);
    const places = placeArguments({ batch: 2, height: 1, segments: 1, run: 2, rowStep: 0, segmentStep: 0 });
    kernels.correlateDense(int32([]), float32([]), bias, x, y, 0, 0, ...places, 0, 2);
    expect([...y]).toEqual([3, 3, 4, 4]);
  });
});
