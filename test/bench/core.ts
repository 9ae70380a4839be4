/** How long the core takes. Printed as a table by `npm run bench`; nothing fails on these numbers. */
import { exactOrthogonal } from '../../src/core/init/eoi';
import { singularValues } from '../../src/core/linalg/svd';
import { Rng } from '../../src/core/rng';
import { rowOf, type BenchRow } from './row';

/** Times of `runs` runs in milliseconds, after one that warms up. */
function times(runs: number, work: (run: number) => void): number[] {
  return Array.from({ length: runs + 1 }, (_, run) => {
    const start = performance.now();
    work(run);
    return performance.now() - start;
  }).slice(1);
}

export function benchCore(): BenchRow[] {
  const eoi = [128, 512, 1024, 4096].map((n): BenchRow => {
    let rotations = 0;
    const measured = times(n < 4096 ? 15 : 5, (seed) => {
      const rng = Rng.fromSeed(seed);
      const { sequence } = exactOrthogonal({ rows: n, columns: n, density: 0.125, angles: 'uniform', rng, seed });
      rotations = sequence.first.length;
    });
    return rowOf(`EOI ${n} x ${n}, density 0.125`, measured, `${rotations} rotations`);
  });
  const svd = [256, 512, 1024].map((n): BenchRow => {
    const rng = Rng.fromSeed(n);
    const a = Float64Array.from({ length: n * n }, () => rng.normal());
    const measured = times(n < 1024 ? 7 : 3, () => singularValues(a, n, n));
    return rowOf(`singular values ${n} x ${n}`, measured, 'dense Gaussian');
  });
  return [...eoi, ...svd];
}
