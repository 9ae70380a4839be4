import { describe, expect, it } from 'vitest';
import { cosSin } from '../../../src/core/cos-sin';
import { Rng } from '../../../src/core/rng';
import { everyKernels } from '../kernels';

const rng = Rng.fromSeed(3);

/** Of every quadrant, both signs, the edges of all branches, and beyond what is computed here. */
const angles = Float64Array.from([
  ...Array.from({ length: 100_001 }, () => 2 * Math.PI * rng.uniform()),
  ...Array.from({ length: 10_000 }, () => 120 * (rng.uniform() - 0.5)),
  ...Array.from({ length: 10_000 }, (_, k) => (k % 80) * (Math.PI / 4) + (rng.uniform() - 0.5) * 10 ** -(k % 17)),
  ...[0, -0, 5e-324, -1e-300, 1e-9, 0.3, 0.78125, Math.PI / 4, -Math.PI / 4, Math.PI / 2, 2.356194490192345],
  ...[2.3561944901923453, Math.PI, 16 * Math.PI, -50.3, 1e6, 1e22, 1e300, Infinity, -Infinity, NaN],
]);

/** Each to its last bit, with the sign of zero. */
const bitsOf = (values: Float64Array): BigInt64Array => new BigInt64Array(Float64Array.from(values).buffer);

describe.each(everyKernels())('cosines and sines by %s kernels', (_, { cosSin: own, room }) => {
  it('are those of core/cos-sin.ts, bit for bit', () => {
    const [angle, cos, sin] = [0, 1, 2].map(() => room.float64(angles.length));
    angle.set(angles);
    own(angle, cos, sin, 0, angles.length);
    const wanted = [new Float64Array(angles.length), new Float64Array(angles.length)];
    cosSin(angles, wanted[0], wanted[1], 0, angles.length);
    expect(bitsOf(cos)).toEqual(bitsOf(wanted[0]));
    expect(bitsOf(sin)).toEqual(bitsOf(wanted[1]));
  });

  it('differ from those of Math by the last bit at most', () => {
    const [angle, cos, sin] = [0, 1, 2].map(() => room.float64(angles.length));
    angle.set(angles);
    own(angle, cos, sin, 0, angles.length);
    const apart = (values: Float64Array, exact: (radians: number) => number): number =>
      Math.max(...Array.from(values.subarray(0, 120_000), (value, k) => Math.abs(value - exact(angles[k]))));
    expect(apart(cos, Math.cos)).toBeLessThanOrEqual(2 ** -53);
    expect(apart(sin, Math.sin)).toBeLessThanOrEqual(2 ** -53);
  });

  it('are computed of a range alone', () => {
    const [angle, cos, sin] = [0, 1, 2].map(() => room.float64(9).fill(1));
    own(angle, cos, sin, 2, 5);
    expect([...cos].map((value) => value === 1)).toEqual([true, true, false, false, false, true, true, true, true]);
    expect(sin[4]).toBe(sin[2]);
  });
});
