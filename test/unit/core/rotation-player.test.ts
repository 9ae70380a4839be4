import { describe, expect, it } from 'vitest';
import { replayWithMask } from '../../../src/core/givens';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { Rng } from '../../../src/core/rng';
import { RotationPlayer } from '../../../src/core/rotation-player';
import type { RotationSequence } from '../../../src/core/rotation-sequence';

const sequenceOf = (rows: number, columns: number, density: number): RotationSequence =>
  exactOrthogonal({ rows, columns, density, angles: 'uniform', rng: Rng.fromSeed(4), seed: 4 }).sequence;

describe('RotationPlayer', () => {
  it.each([
    ['columns', 20, 90, 2 ** 20],
    ['rows', 90, 20, 2 ** 20],
    ['columns, few keyframes', 33, 50, 4000],
    ['rows, no keyframe', 50, 33, 0],
    ['square', 40, 40, 2 ** 20],
  ])('shows every step with the bits of a replay, sought in any order (%s)', (_, rows, columns, budget) => {
    const drawn = sequenceOf(rows, columns, 0.5);
    // From a beginning of its own: last entries at the first axes, every other one negative.
    const entries = Math.min(rows, columns);
    const start = Uint32Array.from({ length: entries }, (_, k) => entries - 1 - k);
    const sequence = { ...drawn, start, signs: Int8Array.from(start, (k) => (k % 2 === 0 ? 1 : -1)) };
    const total = sequence.first.length;
    const player = new RotationPlayer(sequence, budget);
    expect(player.total).toBe(total);
    expect(player.rotatedAxesAreColumns).toBe(rows <= columns);
    const rng = Rng.fromSeed(9);
    const order = [0, 1, 2, total, total - 1, 0, total, ...Array.from({ length: 40 }, () => rng.below(total + 1))];
    for (const step of order) {
      player.seek(step);
      const { weights, mask } = replayWithMask(sequence, step);
      expect(player.step).toBe(step);
      expect(player.weights).toEqual(weights);
      expect(player.mask.equals(mask)).toBe(true);
      expect(player.nonZeros).toBe(mask.count());
      expect(player.density).toBe(mask.density);
    }
  });

  it('tells the rotation that led to the shown state', () => {
    const sequence = sequenceOf(8, 12, 0.5);
    const player = new RotationPlayer(sequence);
    expect(player.rotation).toBeUndefined();
    player.step = 3;
    expect(player.rotation).toEqual({ i: sequence.first[2], j: sequence.second[2], angle: sequence.angle[2] });
  });

  it('steps through one by one, both ways', () => {
    const sequence = sequenceOf(30, 30, 0.4);
    const player = new RotationPlayer(sequence);
    const seen: string[] = [];
    for (; player.step < player.total; player.step++) seen.push(player.weights.join());
    for (let step = player.total - 1; step >= 0; step--) {
      player.step = step;
      expect(player.weights.join()).toBe(seen[step]);
    }
  });

  it('goes far in parts, with the same bits, and elsewhere when it is called away', () => {
    const sequence = sequenceOf(60, 80, 0.9);
    const player = new RotationPlayer(sequence, 0);
    const { total } = player;
    const arrive = (step: number, most: number): number => {
      let parts = 1;
      for (; !player.seekPart(step, most); parts++)
        expect(player.weights).toEqual(replayWithMask(sequence, player.step).weights);
      expect(player.weights).toEqual(replayWithMask(sequence, step).weights);
      expect(player.mask.equals(replayWithMask(sequence, step).mask)).toBe(true);
      return parts;
    };
    expect(arrive(total, 50)).toBe(Math.ceil(total / 50));
    // Those just taken back need no part of their own; what is farther does.
    expect(arrive(total - 30, 1)).toBe(1);
    expect(player.seekPart(10, 3)).toBe(false);
    expect(arrive(total - 5, 100)).toBeGreaterThan(1);
    expect(arrive(total - 6, 1)).toBe(1);
  });

  it('plays a matrix of more than four million elements', () => {
    const sequence = sequenceOf(2100, 2050, 0.01);
    const player = new RotationPlayer(sequence);
    player.seek(player.total);
    player.seek(player.total - 1000);
    const { weights, mask } = replayWithMask(sequence, player.total - 1000);
    expect(Buffer.compare(Buffer.from(player.weights.buffer), Buffer.from(weights.buffer))).toBe(0);
    expect(player.mask.equals(mask)).toBe(true);
  });

  it('keeps its keyframes within the budget, and has some', () => {
    const sequence = sequenceOf(64, 96, 0.9);
    for (const budget of [0, 10_000, 100_000, 2 ** 26]) {
      const player = new RotationPlayer(sequence, budget);
      player.seek(player.total);
      expect(player.keyframeBytes).toBeLessThanOrEqual(budget);
      if (budget >= 100_000) expect(player.keyframeBytes).toBeGreaterThan(0);
    }
  });

  it('plays a sequence without rotations and refuses steps that are not there', () => {
    const player = new RotationPlayer(sequenceOf(1, 1, 1));
    expect(player.total).toBe(0);
    expect(Array.from(player.weights)).toEqual([1]);
    for (const step of [1, -1, 0.5])
      expect(() => player.seek(step)).toThrow(expect.objectContaining({ code: 'rotations.step-out-of-range' }));
  });
});
