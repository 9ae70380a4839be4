/** What exact orthogonal initialisation and singular values are to reach, beside what people use for them. */
import { useKernels } from '../../src/core/kernels/current';
import { plainKernels } from '../../src/core/kernels/kernels';
import type { Kernels } from '../../src/core/kernels/kernels';
import { matricesAtOnce } from '../../src/core/givens';
import { exactOrthogonal, exactOrthogonalsInParts } from '../../src/core/init/eoi';
import { singularValues } from '../../src/core/linalg/svd';
import { finish } from '../../src/core/parts';
import { Rng } from '../../src/core/rng';
import { processKernels } from '../../src/engine/kernels/process';
import { compare, median, timed } from './row';
import type { BenchRow, Comparison } from './row';
import { Torch } from './torch';

const density = 0.125;

/** Milliseconds of `work` computed by `given`. */
function timedWith(given: Kernels, work: () => unknown): number {
  useKernels(given);
  try {
    return timed(work);
  } finally {
    useKernels(processKernels().kernels);
  }
}

const plainly = (work: () => unknown) => ({
  name: 'the same in TypeScript',
  run: () => timedWith(plainKernels(), work),
});

/** Draws another matrix each time. */
function drawing(n: number): () => void {
  let seed = 1;
  return () => {
    const rng = Rng.fromSeed(++seed);
    exactOrthogonal({ rows: n, columns: n, density, angles: 'uniform', rng, seed });
  };
}

/** As the engine draws the layers of a network. */
function drawLayers(): void {
  const shape = { rows: 128, columns: 128, angles: 'uniform', seed: 1 } as const;
  const rng = Rng.fromSeed(1);
  const draws = Array.from({ length: 1000 }, (_, layer) => ({ density, rng: rng.split(`fc${layer}`) }));
  const atOnce = matricesAtOnce(shape.rows, shape.columns);
  for (let layer = 0; layer < draws.length; layer += atOnce)
    finish(exactOrthogonalsInParts(shape, draws.slice(layer, layer + atOnce)));
}

/**
 * At the cost of the public code of Nowak et al. (arXiv 2406.01755): for each rotation a copy of the whole matrix, two of
 * its columns turned, and all non-zeros counted anew.
 */
const recounting = `
import math, random, torch
random.seed(1)
def draw(n, density):
    a = torch.eye(n)
    while True:
        i, j = random.sample(range(n), 2)
        angle = random.uniform(0, 2 * math.pi)
        c, s = math.cos(angle), math.sin(angle)
        turned = a.clone()
        turned[:, i] = c * a[:, i] + s * a[:, j]
        turned[:, j] = c * a[:, j] - s * a[:, i]
        if torch.count_nonzero(turned).item() >= density * n * n:
            return turned
        a = turned
`;

/** Of the law of Gauss, another for each of Python's runs, which takes the same time. */
const gaussian = (n: number): Float64Array => {
  const rng = Rng.fromSeed(n);
  return Float64Array.from({ length: n * n }, () => rng.normal());
};

export async function benchReachedEoi(): Promise<BenchRow[]> {
  processKernels();
  const torch = await Torch.start();
  const [small, large] = [drawing(1024), drawing(4096)];
  type Row = Omit<Comparison, 'name'>;
  const row = (name: string, of: Row) => compare({ name: `EOI ${name}, density ${density}`, ...of });
  const whole = (name: string, work: () => void, runs: number, most: number) =>
    row(name, { own: () => timed(work), beside: plainly(work), runs, goal: { most } });
  // What goes on in between leaves caches cold and threads asleep, longer than such a draw takes: several in a row.
  const several = (run: () => number) => (): number => median(Array.from({ length: 6 }, run).slice(1));
  const own = several(() => timed(small));
  const besideTorch = async (runs: number, ratio: number, work: Parameters<Torch['beside']>[0]) =>
    row('1024 x 1024', { own, beside: await torch?.beside(work), runs, goal: { ratio } });
  const { name, run } = plainly(small);
  const plain = { name, run: several(run) };
  const recount = {
    what: 'clone, rotate, recount',
    prepare: recounting,
    run: `draw(1024, ${density})`,
    trial: 'draw(1024, 0.0015)',
  };
  const orthogonal = {
    what: 'nn.init.orthogonal_, dense',
    prepare: 'w = torch.empty(1024, 1024)',
    run: 'torch.nn.init.orthogonal_(w)',
  };
  const rows = [
    await row('1024 x 1024', { own, beside: plain, runs: 11, goal: { most: 2 } }),
    await besideTorch(3, 1 / 1000, recount),
    await besideTorch(15, 1 / 30, orthogonal),
    await whole('4096 x 4096', large, 5, 80),
    await whole('128 x 128, 1000 layers', drawLayers, 7, 60),
  ];
  torch?.close();
  return rows;
}

/** Beside numpy with as many threads, or fewer where that is quicker. */
export async function benchReachedSpectra(): Promise<BenchRow[]> {
  const { pool } = processKernels();
  const torch = await Torch.start();
  const n = 1024;
  const a = gaussian(n);
  const single = Float32Array.from(a);
  const rows: BenchRow[] = [];
  for (const [threads, words, goals] of [
    [1, 'one thread', { float64: 1.3, float32: 1 }],
    [2, 'two threads', { float64: 1, float32: 1 }],
  ] as const)
    for (const type of ['float64', 'float32'] as const) {
      const beside = await torch?.beside({
        what: `numpy.linalg.svd, ${type}`,
        prepare: `import numpy\na = numpy.random.default_rng(1).standard_normal((${n}, ${n})).astype(numpy.${type})`,
        run: 'numpy.linalg.svd(a, compute_uv=False)',
        most: threads,
      });
      const kernels = pool.atMost(threads);
      const own = (): number => timedWith(kernels, () => singularValues(type === 'float64' ? a : single, n, n, type));
      const name = `singular values ${n} x ${n}, ${type}, ${words}`;
      rows.push(await compare({ name, own, beside, runs: 9, goal: { ratio: goals[type] } }));
    }
  torch?.close();
  return rows;
}
