import { describe, expect, it } from 'vitest';
import { activationMaths } from '../../../../src/core/activations';
import { activationCodes, derivativeByValue } from '../../../../src/core/kernels/activate';
import { attendFloats, attendParts } from '../../../../src/core/kernels/attend';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import type { KernelFunctions } from '../../../../src/core/kernels/kernels';
import { activations } from '../../../../src/core/network';
import { Rng } from '../../../../src/core/rng';
import { everyKernels, into } from '../../kernels';

const rng = Rng.fromSeed(11);
const normal = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());
/** Whole numbers, so that windows have ties. */
const few = (length: number): Float32Array => Float32Array.from({ length }, () => rng.below(3));
const positive = (length: number): Float32Array => normal(length).map((value) => 0.1 + Math.abs(value));

type Argument = Float32Array | Int32Array | number;
const name = <N extends keyof KernelFunctions>(own: N): N => own;

/** Odd counts, so that what is left over of four is there too; the ranges leave something at both ends. */
const [batch, places, channels] = [7, 9, 5];
const all = channels * places * batch;
const row = [places * batch, 1, 4];
const norm = [normal(all), positive(channels), normal(channels)] as const;
const shares = (heads: number, tokens: number): Float32Array => positive(heads * tokens * tokens * batch);
const window = [2, 2, 6, 5, 3, 2, batch, 1, 3] as const;
const overlapping = [3, 1, 6, 5, 4, 3, batch, 0, 2] as const;
const [picture, seen, seenMore] = [3 * 30 * batch, 3 * 6 * batch, 3 * 12 * batch];

const calls: [name: keyof KernelFunctions, ...args: Argument[]][] = [
  [name('transpose'), normal(11 * 13), normal(11 * 13), 11, 13, 1, 10],
  [name('transpose'), normal(8 * 12), normal(8 * 12), 8, 12, 0, 8],
  [name('add'), normal(13), normal(13), normal(13), 1, 12],
  [name('addToRows'), normal(all), normal(channels), normal(all), ...row],
  [name('sumRows'), normal(all), normal(channels), ...row],
  [name('sumRows'), normal(2 * 9001), normal(2), 9001, 0, 2],
  [name('meanOfPlaces'), normal(all), normal(channels * batch), places, batch, 1, 4],
  [name('meanOfPlacesBack'), normal(channels * batch), normal(all), 0, places, batch, 1, 4],
  [name('meanOfPlacesBack'), normal(channels * batch), normal(all), 1, places, batch, 1, 4],
  [name('scalePlaces'), normal(all), normal(channels * batch), normal(all), places, batch, 1, 4],
  [
    name('scalePlacesBack'),
    ...[normal(all), normal(channels * batch), normal(all), normal(all), normal(channels * batch)],
    ...[places, batch, 1, 4],
  ],
  [name('batchNorm'), ...norm, normal(all), normal(channels), normal(channels), ...row],
  [name('scaleRows'), ...norm, normal(all), normal(channels), positive(channels), ...row],
  [
    name('batchNormBack'),
    ...[normal(all), positive(channels), normal(channels), positive(channels), normal(all), normal(all)],
    ...[normal(channels), normal(channels), ...row],
  ],
  [name('layerNorm'), ...norm, normal(all), normal(63), normal(63), channels, 63, 2, 60],
  [
    name('layerNormBack'),
    ...[normal(all), positive(channels), normal(63), positive(63), normal(all), normal(all)],
    ...[channels, 63, 2, 60],
  ],
  [
    name('layerNormScaleBack'),
    ...[normal(all), normal(63), positive(63), normal(all), normal(channels), normal(channels)],
    ...[63, 1, 4],
  ],
  [name('poolMax'), few(picture), normal(seen), ...window],
  [name('poolMaxBack'), few(picture), few(seen), normal(seen), normal(picture), ...window],
  [name('poolMaxBack'), few(picture), few(seenMore), normal(seenMore), normal(picture), ...overlapping],
  [name('poolMean'), normal(picture), normal(seen), ...window],
  [name('poolMeanBack'), normal(seenMore), normal(picture), ...overlapping],
  [name('crossEntropy'), normal(4 * batch), Int32Array.of(0, 1, 2, 3, 2, 1, 0), normal(4 * batch), 4, batch, 0, 0.5],
  [name('crossEntropy'), normal(4 * batch), Int32Array.of(0, 1, 2, 3, 2, 1, 0), normal(4 * batch), 4, batch, 0.1, 1],
  [name('sumOfSquares'), normal(9001), 3, 9000],
  [name('moveBySgd'), normal(13), normal(13), normal(13), 0.5, 1e-3, 0.9, 1, 0.1, 1, 12],
  [name('moveBySgd'), normal(13), normal(13), normal(13), 1, 0, 0.9, 0, 0.1, 1, 12],
  [name('moveBySgd'), normal(13), normal(13), normal(13), 1, 0.1, 0, 0, 0.1, 1, 12],
  [name('moveByAdam'), normal(13), normal(13), positive(13), normal(13), 0.5, 0.1, 0.99, 1e-2, 0.3, 1, 12],
  [
    name('attend'),
    ...[normal(12 * 5 * batch), shares(2, 5), normal(4 * 5 * batch), normal(attendFloats(2, 5))],
    ...[2, 2, 5, batch, 0, attendParts(2, batch)],
  ],
  [
    name('attendBack'),
    ...[
      normal(12 * 5 * batch),
      shares(2, 5),
      normal(4 * 5 * batch),
      normal(12 * 5 * batch),
      normal(attendFloats(2, 5)),
    ],
    ...[2, 2, 5, batch, 0, attendParts(2, batch)],
  ],
];

/** The argument that is the kernel's own affair. */
const scratchOf: Partial<Record<keyof KernelFunctions, number>> = { attend: 3, attendBack: 4 };

type AnyKernel = (...args: Argument[]) => number | undefined;

describe.each(everyKernels().slice(0, -1))('the %s kernels', (_, kernels) => {
  const room = into(kernels.room);
  it.each(calls)('%s as its plain twin', (own, ...args) => {
    const theirs = args.map((arg) => (typeof arg === 'number' ? arg : arg.slice()));
    const ours = args.map((arg) => {
      if (typeof arg === 'number') return arg;
      return arg instanceof Int32Array ? room.int32(arg) : room.float32(arg);
    });
    const expected = (plainKernels()[own] as AnyKernel)(...theirs);
    const found = (kernels[own] as AnyKernel)(...ours);
    if (expected !== undefined) expect(found).toBeCloseTo(expected, 3);
    theirs.forEach((wanted, at) => {
      if (typeof wanted === 'number') return;
      if (scratchOf[own] === at) return;
      wanted.forEach((value, i) => expect((ours[at] as Float32Array)[i], `argument ${at}, ${i}`).toBeCloseTo(value, 4));
    });
  });
});

describe.each(everyKernels())('activations of the %s kernels', (_, kernels) => {
  const room = into(kernels.room);
  const inputs = Float32Array.from([-30, -6, -3, -0.7, -0.3, -1e-6, 0, 1e-6, 0.2, 0.6, 0.7, 1.5, 4, 9, 30]);
  it.each(activations)('%s and its derivative are those of the definition', (fn) => {
    const { value, derivative } = activationMaths[fn];
    const [x, y, dy, dx] = [inputs, inputs, inputs.map(() => 2), inputs].map((values) => room.float32(values));
    kernels.activate(activationCodes[fn], x, y, 0, x.length);
    const given = derivativeByValue(fn) ? room.float32(x.map(() => 5)) : x;
    kernels.activateBack(activationCodes[fn], given, y, dy, dx, 0, x.length);
    inputs.forEach((input, i) => {
      expect(Math.abs(y[i] - value(input)), `at ${input}`).toBeLessThan(3e-7 * Math.max(1, Math.abs(input)));
      expect(Math.abs(dx[i] - 2 * derivative(input)), `derivative at ${input}`).toBeLessThan(2e-6);
    });
  });

  it('tanh and sigmoid are within three units of the last place over the whole range', () => {
    const inputs = Float32Array.from({ length: 40_001 }, (_, i) => (i - 20_000) / 1000);
    const [x, y] = [room.float32(inputs), room.float32(inputs)];
    for (const [code, fn] of [
      [activationCodes.tanh, Math.tanh],
      [activationCodes.sigmoid, (v: number) => 1 / (1 + Math.exp(-v))],
    ] as const) {
      kernels.activate(code, x, y, 0, x.length);
      let worst = 0;
      inputs.forEach((input, i) => {
        const wanted = fn(input);
        const unit = 2 ** (Math.floor(Math.log2(Math.abs(wanted) || 1)) - 23);
        worst = Math.max(worst, Math.abs(y[i] - wanted) / unit);
      });
      expect(worst).toBeLessThan(3);
    }
  });

  it('tanh keeps its digits near zero', () => {
    const x = room.float32([1e-6, -3e-5, 1e-3]);
    kernels.activate(activationCodes.tanh, x, x, 0, 3);
    [1e-6, -3e-5, 1e-3].forEach((input, i) => expect(x[i] / Math.tanh(input)).toBeCloseTo(1, 6));
  });

  it('what is not a number stays so', () => {
    for (const fn of activations) {
      const x = room.float32([NaN, NaN, NaN, NaN, NaN]);
      kernels.activate(activationCodes[fn], x, x, 0, 5);
      expect([...x].every(Number.isNaN), fn).toBe(true);
    }
  });
});
