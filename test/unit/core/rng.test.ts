import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/rng';

const draws = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng.uint32());

describe('Rng', () => {
  it('is xoshiro128** (published outputs of the state 1, 2, 3, 4)', () => {
    const rng = Rng.restore({ key: [0, 0, 0, 0], state: [1, 2, 3, 4], spare: null });
    expect(draws(rng, 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('repeats with the seed and differs with it, also beyond 32 bits and below zero', () => {
    expect(draws(Rng.fromSeed(7), 5)).toEqual(draws(Rng.fromSeed(7), 5));
    const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => draws(Rng.fromSeed(seed), 2).join())).size).toBe(seeds.length);
  });

  it('splits by name only: what was drawn or split before does not matter', () => {
    const parent = Rng.fromSeed(3);
    const child = draws(parent.split('layer/fc1'), 4);
    draws(parent, 17);
    parent.split('layer/fc0');
    expect(draws(parent.split('layer/fc1'), 4)).toEqual(child);
    expect(draws(parent.split('layer/fc2'), 4)).not.toEqual(child);
    expect(draws(Rng.fromSeed(4).split('layer/fc1'), 4)).not.toEqual(child);
  });

  it('keeps names apart that concatenate alike', () => {
    const rng = Rng.fromSeed(1);
    const names = [rng.split('a').split('b'), rng.split('ab'), rng.split('b').split('a'), rng.split('ab').split('')];
    expect(new Set(names.map((child) => draws(child, 2).join())).size).toBe(names.length);
  });

  it('goes on from its state, in the middle of a pair of normals too', () => {
    const rng = Rng.fromSeed(5);
    rng.normal();
    const copy = Rng.restore(JSON.parse(JSON.stringify(rng.state)) as typeof rng.state);
    expect([copy.normal(), copy.normal(), copy.uint32()]).toEqual([rng.normal(), rng.normal(), rng.uint32()]);
    expect(draws(copy.split('x'), 2)).toEqual(draws(rng.split('x'), 2));
  });

  it.each([0, 1, 2, 7, 4096, 5001])('draws %d normals together as one by one, and goes on from there', (count) => {
    for (const before of [0, 1]) {
      const [one, all] = [Rng.fromSeed(8), Rng.fromSeed(8)];
      for (let k = 0; k < before; k++) expect(all.normal()).toBe(one.normal());
      const out = new Float64Array(count);
      all.normals(out);
      expect([...out]).toEqual(Array.from({ length: count }, () => one.normal()));
      expect(all.state).toEqual(one.state);
      expect(all.normal()).toBe(one.normal());
    }
  });

  it('draws every index below a bound equally often', () => {
    const rng = Rng.fromSeed(11);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[rng.below(7)]++;
    // Chi-square with 6 degrees of freedom: 22.5 has probability 0.001.
    expect(counts.reduce((chi, n) => chi + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.5);
    expect(rng.below(1)).toBe(0);
  });

  it.each([0, 1, 1024, 3001])('draws %d uniforms together as one by one, and goes on from there', (count) => {
    const [all, each] = [Rng.fromSeed(3), Rng.fromSeed(3)];
    const out = new Float64Array(count);
    all.uniforms(out);
    expect(out).toEqual(Float64Array.from({ length: count }, () => each.uniform()));
    expect(all.state).toEqual(each.state);
  });

  it('draws uniforms in [0, 1) and normals with the right moments', () => {
    const rng = Rng.fromSeed(13);
    const uniforms = Array.from({ length: 20_000 }, () => rng.uniform());
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniforms)).toBeLessThan(1);
    expect(uniforms.reduce((a, b) => a + b) / 20_000).toBeCloseTo(0.5, 1.9);
    const normals = Array.from({ length: 20_000 }, () => rng.normal());
    const moment = (power: number): number => normals.reduce((sum, x) => sum + x ** power, 0) / 20_000;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(20_000));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 20_000));
  });

  it('shuffles to every order equally often', () => {
    const rng = Rng.fromSeed(17);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const array = Uint32Array.of(0, 1, 2);
      rng.shuffle(array);
      orders.set(array.join(), (orders.get(array.join()) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    // Chi-square with 5 degrees of freedom: 20.5 has probability 0.001.
    expect([...orders.values()].reduce((chi, n) => chi + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
  });

  it('refuses what is no seed and no bound', () => {
    for (const seed of [0.5, NaN, Infinity, 2 ** 53])
      expect(() => Rng.fromSeed(seed)).toThrow(expect.objectContaining({ code: 'rng.bad-seed' }));
    for (const bound of [0, -1, 1.5, NaN, 2 ** 32 + 1])
      expect(() => Rng.fromSeed(1).below(bound)).toThrow(expect.objectContaining({ code: 'rng.bad-bound' }));
  });
});
