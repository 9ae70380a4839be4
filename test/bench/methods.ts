/** How long every method of sparse initialisation and training takes, a layer of n x n unless it says otherwise. */
import { distribute } from '../../src/core/density';
import type { LayerShape } from '../../src/core/density/layer-shape';
import { updateMask } from '../../src/core/dst/update';
import { factorOrthogonal } from '../../src/core/factor';
import { approximateIsometryInParts, structuralRank } from '../../src/core/init/ai';
import { maskedOrthogonal, randomMask } from '../../src/core/init/base';
import { exactOrthogonal } from '../../src/core/init/eoi';
import { exactOrthogonalConv, exactOrthogonalKernels } from '../../src/core/init/eoi-conv';
import { guidedOrthogonal } from '../../src/core/init/guided';
import { criticalGain } from '../../src/core/init/mean-field';
import { baseInitialisations } from '../../src/core/init/registry';
import { nearestDegree, sparseOrthogonalInParts } from '../../src/core/init/sao';
import { haarOrthogonal } from '../../src/core/linalg/haar';
import type { Mask } from '../../src/core/mask';
import { finish } from '../../src/core/parts';
import { blockPattern, nmPattern } from '../../src/core/patterns';
import { graspScores } from '../../src/core/prune/grasp';
import { magnitudeScores } from '../../src/core/prune/magnitude';
import { randomScores } from '../../src/core/prune/random';
import { keepLargest, nextLevel } from '../../src/core/prune/rewind';
import { selectPerLayer } from '../../src/core/prune/select';
import { snipScores } from '../../src/core/prune/snip';
import { synflow } from '../../src/core/prune/synflow';
import { Rng } from '../../src/core/rng';
import { measure } from './row';
import type { BenchRow } from './row';

const density = 0.1;
const sizes = [512, 1024];

const normals = (size: number, rng: Rng): Float32Array<ArrayBuffer> => new Float32Array(size).map(() => rng.normal());
const conv = (channels: number): LayerShape => ({
  name: 'conv',
  rows: channels,
  columns: channels * 9,
  kernel: [3, 3],
});

/** By shape alone: a hundred layers of about n x n, no two alike. */
async function sharing(n: number): Promise<BenchRow[]> {
  const widths = Array.from({ length: 101 }, (_, l) => n + ((l * 37) % 101) - 50);
  const layers = widths.slice(1).map((rows, l) => ({ name: `fc${l}`, rows, columns: widths[l] }));
  const rows: BenchRow[] = [];
  for (const rule of ['uniform', 'uniform-plus', 'er', 'erk', 'balanced'] as const)
    rows.push(
      await measure(`${rule} densities, 100 layers of about ${n} x ${n}`, 9, () => distribute(layers, density, rule)),
    );
  return rows;
}

async function pruning(n: number): Promise<BenchRow[]> {
  const rng = Rng.fromSeed(n);
  const [weights, gradients] = [normals(n * n, rng), normals(n * n, rng)];
  const scores = magnitudeScores(weights);
  const count = Math.round(density * n * n);
  const chain = ['a', 'b', 'c'].map((name) => ({ name, rows: n, columns: n, weights: normals(n * n, rng) }));
  const trained = chain.map((layer) => ({ ...layer, mask: new Uint8Array(n * n).fill(1) }));
  return [
    await measure(`random scores ${n} x ${n}`, 5, () => randomScores(n * n, rng)),
    await measure(`magnitude scores ${n} x ${n}`, 5, () => magnitudeScores(weights)),
    await measure(`SNIP scores ${n} x ${n}`, 5, () => snipScores(weights, gradients), 'gradients given'),
    await measure(`GraSP scores ${n} x ${n}`, 5, () => graspScores(weights, gradients), 'Hessian products given'),
    await measure(`select ${density} of ${n} x ${n}`, 5, () => selectPerLayer({ name: 'a', scores }, count)),
    await measure(`SynFlow, 3 layers of ${n} x ${n}`, 1, () => synflow(chain, density), '100 iterations'),
    await measure(
      `tickets, a level of 3 layers of ${n} x ${n}`,
      3,
      () => nextLevel(trained),
      'ceil(0.2 of all), each layer its largest',
    ),
    await measure(
      `gradual or one-shot, 3 layers of ${n} x ${n}`,
      3,
      () => keepLargest(trained, Math.round(3 * density * n * n)),
      `from dense to ${density}`,
    ),
  ];
}

/** Variances by the weights that a mask keeps of each row and column. */
async function fanned(shape: LayerShape, mask: Mask): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const init of ['kaiming-normal', 'xavier-normal', 'lecun-normal'] as const) {
    const rng = Rng.fromSeed(1);
    const draw = (): unknown => finish(baseInitialisations[init]({ shape, gain: 1, rng, mask, sparseFan: true }));
    rows.push(await measure(`${init} with sparse fan ${shape.rows} x ${shape.columns}`, 3, draw, `density ${density}`));
  }
  return rows;
}

/** Of an activation, whatever the size of the layer. */
async function critical(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  // GELU has none with a small one.
  for (const [activation, biasVariance] of [
    ['tanh', 2.007e-5],
    ['gelu', 0.2],
  ] as const) {
    const solve = (): unknown => criticalGain(activation, { biasVariance });
    rows.push(await measure(`critical gain of ${activation}`, 3, solve, `bias variance ${biasVariance}`));
  }
  return rows;
}

async function initialising(n: number): Promise<BenchRow[]> {
  const rng = Rng.fromSeed(n);
  const shape: LayerShape = { name: 'fc', rows: n, columns: n };
  const mask = randomMask(n, n, Math.round(density * n * n), rng.split('mask'));
  const weights = normals(n * n, rng);
  const draw = (init: keyof typeof baseInitialisations, of = shape) =>
    finish(baseInitialisations[init]({ shape: of, gain: 1, rng }));
  const degree = nearestDegree(n, n, density);
  const iterations = 3;
  const ai = await measure(`approximate isometry ${n} x ${n}`, 1, () =>
    finish(approximateIsometryInParts({ weights, mask, gain: 1, iterations, learningRate: 0.1 })),
  );
  return [
    await measure(`orthogonal ${n} x ${n}`, 1, () => draw('orthogonal')),
    await measure(`kaiming-normal ${n} x ${n}`, 3, () => draw('kaiming-normal')),
    ...(await fanned(shape, mask)),
    await measure(`xavier-normal ${n} x ${n}`, 3, () => draw('xavier-normal')),
    await measure(`lecun-normal ${n} x ${n}`, 3, () => draw('lecun-normal')),
    await measure(`delta-orthogonal 3 x 3, ${n} channels`, 1, () => draw('delta-orthogonal', conv(n))),
    // Its time goes with the cube of the channels: 1024 of them would take half a minute.
    await measure(`conv-orthogonal 3 x 3, ${n / 2} channels`, 1, () => draw('conv-orthogonal', conv(n / 2))),
    await measure(`orthogonal, masked ${n} x ${n}`, 1, () =>
      maskedOrthogonal({ rows: n, columns: n, count: Math.round(density * n * n), rng }),
    ),
    { ...ai, milliseconds: ai.milliseconds / iterations, note: `an iteration, density ${density}` },
    await measure(`structural rank ${n} x ${n}`, 3, () => structuralRank(mask), `density ${density}`),
    await measure(
      `sparse orthogonal ${n} x ${n}`,
      3,
      () => finish(sparseOrthogonalInParts({ rows: n, columns: n, degree, gain: 1, rng })),
      `degree ${degree}`,
    ),
  ];
}

async function rotating(n: number): Promise<BenchRow[]> {
  const rng = Rng.fromSeed(n);
  const turning = { angles: 'uniform', seed: 1 } as const;
  const sparse = exactOrthogonal({ ...turning, rows: n, columns: n, density: 4 / n, rng });
  const dense = haarOrthogonal(n, n, rng);
  const rows: BenchRow[] = [];
  for (const convDensity of ['as-given', 'more-nonzeros'] as const)
    rows.push(
      await measure(
        `EOI 3 x 3, ${n} channels, density ${density}`,
        3,
        () => exactOrthogonalConv({ ...turning, shape: conv(n), density, convDensity, rng }),
        convDensity,
      ),
    );
  rows.push(
    await measure(`EIS 3 x 3, ${n} channels, density ${density}`, 3, () =>
      exactOrthogonalKernels({ ...turning, shape: conv(n), density, rng }),
    ),
  );
  const patterns: [string, Mask][] = [
    ['blocks of 16', blockPattern(n, n, [16, 16])],
    ['2 of each 4', nmPattern(n, n, [2, 4])],
    ['1 of each 8', nmPattern(n, n, [1, 8])],
    // By chance no product meets it, and 1024 take half a minute.
    ...(n < 1024 ? [['2 of each 4 by chance', nmPattern(n, n, [2, 4], rng)] as [string, Mask]] : []),
  ];
  for (const [name, pattern] of patterns) {
    let found = '';
    const guide = (): void => {
      // A pattern that is met ends the search; any other takes all the pairs that it is given.
      const made = guidedOrthogonal({ ...turning, pattern, rng: Rng.fromSeed(1), evaluations: 2 ** 22 });
      found = `overlap ${made.iou.toFixed(3)}, ${made.evaluations} pairs of axes`;
    };
    const row = await measure(`guided EOI ${n} x ${n}, ${name}`, 1, guide);
    rows.push({ ...row, note: found });
  }
  for (const [name, weights] of [
    ['4 weights a row', sparse.weights],
    ['dense', dense],
  ] as const) {
    let rotations = 0;
    const factor = (): void => {
      rotations = factorOrthogonal({ weights, rows: n, columns: n }).sequence.first.length;
    };
    const row = await measure(`rotations of a matrix ${n} x ${n}, ${name}`, 1, factor);
    rows.push({ ...row, note: `${rotations} rotations` });
  }
  return rows;
}

async function updating(n: number): Promise<BenchRow[]> {
  const rng = Rng.fromSeed(n);
  const mask = randomMask(n, n, Math.round(density * n * n), rng.split('mask')).toBytes();
  const weights = normals(n * n, rng).map((value, i) => value * mask[i]);
  const p = { name: 'fc', weights, mask, gradients: normals(n * n, rng), fraction: 0.3, rng };
  return [
    await measure(
      `SET update ${n} x ${n}`,
      5,
      () => updateMask({ ...p, method: 'set' }),
      `density ${density}, 0.3 dropped`,
    ),
    await measure(
      `RigL update ${n} x ${n}`,
      5,
      () => updateMask({ ...p, method: 'rigl' }),
      `density ${density}, 0.3 dropped`,
    ),
  ];
}

export async function benchMethods(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const group of [sharing, pruning, initialising, rotating, updating])
    for (const n of sizes) rows.push(...(await group(n)));
  return [...rows, ...(await critical())];
}
