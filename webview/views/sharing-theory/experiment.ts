/** The experiment of the page: what is asked, the memories it is asked of, and how each figure comes about. Pure. */
import type { Parts } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';
import { drawFeatures, factorOf, type DataKind } from '../../../src/core/rps/theory/data';
import { estimators, type Estimator } from '../../../src/core/rps/theory/estimators';
import { drawnError, meanSquaredError, type Estimate, type Pair } from '../../../src/core/rps/theory/inner-product';
import { knownRisk } from '../../../src/core/rps/theory/known-risk';
import { drawnRisk } from '../../../src/core/rps/theory/learned';
import type { Numbers } from './numbers';

/** `inner`: an inner product is estimated from two memories. `learned`: the memory of a linear model is trained. */
export const questions = ['inner', 'learned'] as const;
export type Question = (typeof questions)[number];

export interface Settings extends Numbers {
  question: Question;
  data: DataKind;
}

const trials: Record<Question, number> = { inner: 1500, learned: 120 };

/** One estimator with a memory of one size. */
export interface Cell {
  estimator: Estimator;
  m: number;
  /** By the formula; `null` where none is known. */
  closed: number | null;
  trials: number;
  /** By drawing; nothing before it is done. */
  drawn?: Estimate;
}

export interface Experiment {
  settings: Settings;
  /** Sizes of the memory, ascending; the last one is n. */
  sizes: number[];
  cells: Cell[];
  /** Draws one cell. */
  draw: (cell: Cell) => Parts<Estimate>;
}

/** Powers of two, n itself, and the size that is asked for. */
export const sizesOf = ({ n, m: asked }: Pick<Numbers, 'n' | 'm'>): number[] => {
  const sizes = [n, asked];
  for (let m = 1; m < n; m *= 2) sizes.push(m);
  return [...new Set(sizes)].sort((a, b) => a - b);
};

/** Errors are told as a share of what there is to lose: of |theta|²|x|², or of the risk of no memory. */
export function experimentOf(settings: Settings): Experiment {
  const { question, data: kind, n, seed, group, noise, rank, exponent } = settings;
  const data = { kind, group, noise, rank, exponent };
  const rng = Rng.fromSeed(seed);
  const draws = rng.split('draws');
  const drawsOf = ({ estimator, m }: Cell): Rng => draws.split(`${estimator}/${m}`);
  const theta = normals(n, rng.split('theta'));
  const factor = factorOf(data, n, rng.split('data'));
  const sizes = sizesOf(settings);
  const cells = (closed: (estimator: Estimator, m: number) => number | null): Cell[] =>
    sizes.flatMap((m) =>
      estimators.map((estimator) => ({ estimator, m, closed: closed(estimator, m), trials: trials[question] })),
    );
  if (question === 'learned')
    return {
      settings,
      sizes,
      cells: cells((estimator, m) => knownRisk({ n, m, estimator }, data, factor, theta)),
      draw: (cell) => drawnRisk({ n, ...cell }, factor, theta, cell.trials, drawsOf(cell)),
    };
  const pair: Pair = { theta: unit(theta), x: unit(drawFeatures(factor, n, rng.split('features'))) };
  return {
    settings,
    sizes,
    cells: cells((estimator, m) => meanSquaredError({ n, m, estimator }, pair)),
    draw: (cell) => drawnError({ n, ...cell }, pair, cell.trials, drawsOf(cell)),
  };
}

const normals = (n: number, rng: Rng): Float64Array => Float64Array.from({ length: n }, () => rng.normal());

function unit(values: Float64Array): Float64Array {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) => value / norm);
}

/** Standard errors within which a drawn mean is taken for the formula's: one page shows some thirty of them. */
export const withinErrors = 4;
/** Of rounding. */
const tolerance = 1e-9;

/** Where nothing is drawn at random, draws differ by rounding alone. */
export const withoutRounding = ({ mean, standardError }: Estimate): Estimate => ({
  mean,
  standardError: standardError <= tolerance * mean ? 0 : standardError,
});

export type Agreement = 'agrees' | 'differs' | 'drawing' | 'no-formula';

/** How far the mean is from the formula, in standard errors; `null` where one of them is missing. */
export function distanceOf({ closed, drawn }: Cell): number | null {
  if (closed === null || !drawn) return null;
  const difference = drawn.mean - closed;
  if (Math.abs(difference) <= tolerance) return 0;
  return drawn.standardError > 0 ? difference / drawn.standardError : Infinity;
}

export function agreementOf(cell: Cell): Agreement {
  if (!cell.drawn) return 'drawing';
  const distance = distanceOf(cell);
  if (distance === null) return 'no-formula';
  return Math.abs(distance) <= withinErrors ? 'agrees' : 'differs';
}
