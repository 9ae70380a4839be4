/**
 * Singular values of matrices of which nothing is known but what they make of vectors: all of them where one side is
 * short, else an estimate. Bidiagonalisation by Golub and Kahan (1965), section 3, with all earlier vectors taken out
 * of each new one, from a random start; its values, weighed by how much of the start they hold, are a Gauss quadrature
 * over all singular values: Ubaru, Chen, Saad, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature" (SIAM J.
 * Matrix Anal. Appl. 2017), section 2.2.
 */
import type { Parts } from '../parts';
import type { Rng } from '../rng';
import { singularValuesInParts } from './svd';
import { symmetricEigen } from './symmetric';

type Vector = Float64Array<ArrayBuffer>;

/** Several matrices of one shape, all multiplied at once. */
export interface Products {
  matrices: number;
  rows: number;
  columns: number;
  /** A x of each, (matrices, columns) row-major to (matrices, rows). */
  times: (x: Vector) => Parts<ArrayLike<number>>;
  /** A' y of each, (matrices, rows) to (matrices, columns). */
  timesTransposed: (y: Vector) => Parts<ArrayLike<number>>;
}

/** Singular values and the share of all that each stands for; the shares add up to 1. */
export interface WeighedValues {
  values: number[];
  shares: number[];
}

export interface EstimatedValues {
  /** Of each matrix. Where they are estimated the largest is at most, and the smallest at least, as it is. */
  found: WeighedValues[];
  /** Whether these are all of them. */
  exact: boolean;
}

/** Up to so many rows or columns the matrix itself is made, by one product each. */
const shortSide = 32;

/** How many pairs of products an answer takes, at most. */
export const productsOf = (rows: number, columns: number, steps: number): number =>
  Math.min(rows, columns) <= shortSide ? Math.ceil(Math.min(rows, columns) / 2) : steps;

/**
 * `steps` of the estimate. A part is a product, or a piece of a decomposition; nothing where a product is no number.
 */
export function* estimatedValues(products: Products, steps: number, rng: Rng): Parts<EstimatedValues | undefined> {
  const { rows, columns } = products;
  const short = Math.min(rows, columns);
  // Of the transposed the singular values are the same, and fewer vectors are made of the shorter side.
  const [forward, back] =
    columns <= rows ? [products.times, products.timesTransposed] : [products.timesTransposed, products.times];
  if (short <= shortSide) return yield* exactly(products.matrices, short, Math.max(rows, columns), forward);
  return yield* estimated({ ...products, short, long: Math.max(rows, columns), forward, back }, steps, rng);
}

const finite = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
};

function* exactly(
  matrices: number,
  short: number,
  long: number,
  forward: Products['times'],
): Parts<EstimatedValues | undefined> {
  const made = Array.from({ length: matrices }, () => new Float64Array(short * long));
  for (let i = 0; i < short; i++) {
    const unit = new Float64Array(matrices * short);
    for (let m = 0; m < matrices; m++) unit[m * short + i] = 1;
    const images = yield* forward(unit);
    if (!finite(images)) return undefined;
    for (let m = 0; m < matrices; m++) for (let j = 0; j < long; j++) made[m][i * long + j] = images[m * long + j];
  }
  const found: WeighedValues[] = [];
  for (const matrix of made) {
    const values = yield* singularValuesInParts(matrix, short, long);
    found.push({ values: [...values], shares: [...values].map(() => 1 / short) });
  }
  return { found, exact: true };
}

/** One matrix's bidiagonal form so far. */
interface Course {
  right: Vector[];
  left: Vector[];
  diagonal: number[];
  above: number[];
}

const length = (a: Vector): number => Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));

function normalised(a: Vector): Vector {
  const size = length(a);
  return size > 0 ? a.map((value) => value / size) : a;
}

/** Takes out what others of length 1 hold; twice is enough. */
function takeOut(of: Vector, others: readonly Vector[]): void {
  for (let time = 0; time < 2; time++)
    for (const other of others) {
      let along = 0;
      for (let i = 0; i < of.length; i++) along += of[i] * other[i];
      for (let i = 0; i < of.length; i++) of[i] -= along * other[i];
    }
}

/** Below this share of the largest so far a new direction is rounding of float32 products. */
const rounding = 1e-6;

/** The next vector and by how much it is multiplied; of what rounding leaves 0 of nothing. */
function next(image: Vector, others: readonly Vector[], largest: number): { vector: Vector; size: number } {
  takeOut(image, others);
  const size = length(image);
  return size > rounding * largest ? { vector: normalised(image), size } : { vector: image.fill(0), size: 0 };
}

function* estimated(
  of: { matrices: number; short: number; long: number; forward: Products['times']; back: Products['times'] },
  steps: number,
  rng: Rng,
): Parts<EstimatedValues | undefined> {
  const { matrices, short, long, forward, back } = of;
  const courses = Array.from({ length: matrices }, (): Course => {
    const start = normalised(Float64Array.from({ length: short }, () => rng.normal()));
    return { right: [start], left: [], diagonal: [], above: [] };
  });
  const each = (values: ArrayLike<number>, m: number, size: number): Vector =>
    Float64Array.from({ length: size }, (_, i) => values[m * size + i]);
  const joined = (vectors: readonly Vector[], size: number): Vector => {
    const all = new Float64Array(matrices * size);
    vectors.forEach((vector, m) => all.set(vector, m * size));
    return all;
  };
  const largestOf = ({ diagonal, above }: Course): number => Math.max(0, ...diagonal, ...above);
  for (let step = 0; step < steps; step++) {
    const images = yield* forward(
      joined(
        courses.map(({ right }) => right[step]),
        short,
      ),
    );
    if (!finite(images)) return undefined;
    courses.forEach((course, m) => {
      const { vector, size } = next(each(images, m, long), course.left, largestOf(course));
      course.left.push(vector);
      course.diagonal.push(size);
    });
    if (step + 1 === steps) break;
    const returned = yield* back(
      joined(
        courses.map(({ left }) => left[step]),
        long,
      ),
    );
    if (!finite(returned)) return undefined;
    courses.forEach((course, m) => {
      const { vector, size } = next(each(returned, m, short), course.right, largestOf(course));
      course.right.push(vector);
      course.above.push(size);
    });
  }
  return { found: courses.map(quadrature), exact: false };
}

/**
 * Of B, upper bidiagonal: the eigenvalues of B' B are squares of singular values, the share the square of the first
 * component.
 */
function quadrature({ diagonal, above }: Course): WeighedValues {
  const square = diagonal.map((_, i) =>
    diagonal.map((__, j) => {
      if (i === j) return diagonal[i] ** 2 + (i > 0 ? above[i - 1] ** 2 : 0);
      return Math.abs(i - j) === 1 ? diagonal[Math.min(i, j)] * above[Math.min(i, j)] : 0;
    }),
  );
  const { values, vectors } = symmetricEigen(square);
  const shares = vectors.map(([first]) => first * first);
  // What the start holds nothing of stands for nothing.
  const kept = [...shares.keys()].filter((i) => shares[i] > 1e-12);
  return { values: kept.map((i) => Math.sqrt(Math.max(0, values[i]))), shares: kept.map((i) => shares[i]) };
}
