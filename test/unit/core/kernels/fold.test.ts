import { afterEach, describe, expect, it } from 'vitest';
import { useKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import { Rng } from '../../../../src/core/rng';
import { signKeyOf, signsOf } from '../../../../src/core/rps/mapping';
import { gather, recover } from '../../../../src/core/rps/recover';
import { normalisedScales, plainScales } from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
import { everyKernels, into } from '../../kernels';
import { presetToShare, smallLayers } from '../rps/layers';

const rng = Rng.fromSeed(5);
const gaussian = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());

afterEach(() => useKernels(plainKernels()));

describe.each(everyKernels())('slices of a fold by %s kernels', (_, kernels) => {
  const sharing = sharingOf(smallLayers, {
    compression: 2,
    spec: { kind: 'fold', seed: 2 ** 40 + 7 },
    scope: 'global',
  });
  const key = signKeyOf(sharing);
  const { float32, float64 } = into(kernels.room);
  // Any begin and length with respect to the 32 signs of a hash and to the 4 floats of a register.
  const ranges = Array.from({ length: 70 }, (_, k) => ({ from: (5 * k) % 41, length: k, location: (11 * k) % 13 }));

  it('recovers to the bit what the definition says', () => {
    const memory = float32(gaussian(200));
    const factor = 0.3 + 1e-9;
    for (const { from, length, location } of ranges) {
      const out = float32(new Float32Array(130).fill(7));
      const signs = new Int8Array(length);
      signsOf(sharing, 0, from, from + length, signs);
      const wanted = out.slice();
      for (let k = 0; k < length; k++) wanted[3 + k] = signs[k] * factor * memory[location + k];
      kernels.recoverFold(memory, out, location - from, 3 - from, 0, key, factor, from, from + length);
      expect(Array.from(out)).toEqual(Array.from(wanted));
    }
  });

  it('gathers to the bit what the definition says', () => {
    const gradient = float32(gaussian(200));
    const factor = -1.7e-3;
    for (const { from, length, location } of ranges) {
      const sums = float64(Float64Array.from(gaussian(130)));
      const signs = new Int8Array(length);
      signsOf(sharing, 0, from, from + length, signs);
      const wanted = sums.slice();
      for (let k = 0; k < length; k++) wanted[location + k] += signs[k] * factor * gradient[from + k];
      kernels.gatherFold(gradient, sums, location - from, 0, key, factor, from, from + length);
      expect(Array.from(sums)).toEqual(Array.from(wanted));
    }
  });

  it('gives a network the weights and the gradients that plain arrays give', () => {
    useKernels(kernels);
    const all = sharingOf(presetToShare('resnet-20'), {
      compression: 7.3,
      spec: { kind: 'fold', seed: 3 },
      scope: 'global',
    });
    for (const scales of [plainScales(all, 0.04), normalisedScales(all)]) {
      const memory = gaussian(all.m);
      const inRoom = float32(memory);
      const sums = new Float64Array(all.m);
      const sumsInRoom = float64(sums);
      for (const [l, { weights }] of all.layers.entries()) {
        const gradient = gaussian(weights);
        const wanted = new Float32Array(weights);
        recover(all, scales, memory, l, wanted);
        const found = float32(new Float32Array(weights));
        recover(all, scales, inRoom, l, found);
        expect(found.every((value, i) => Object.is(value, wanted[i]))).toBe(true);
        gather(all, scales, l, gradient, sums);
        gather(all, scales, l, float32(gradient), sumsInRoom);
      }
      expect(sums.some((value) => value !== 0)).toBe(true);
      expect(sumsInRoom.every((value, j) => Object.is(value, sums[j]))).toBe(true);
    }
  });
});
