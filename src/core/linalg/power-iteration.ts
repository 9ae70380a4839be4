/**
 * The largest eigenvalue of a symmetric matrix of which nothing is known but what it makes of a vector, such as the
 * Hessian of a loss, whose largest eigenvalue is its sharpness.
 *
 * Power iteration with the best step instead of a fixed one: each goes to the highest Rayleigh quotient that the
 * vector, its residual and the last step span. Knyazev, "Toward the optimal preconditioned eigensolver" (SIAM J. Sci.
 * Comput. 2001), section 4, without preconditioner and for one vector. It costs the same one product each as the plain
 * iteration, needs no shift where the most negative eigenvalue is the largest in size, and comes near in about the root
 * of its steps.
 */
import { productNonFinite } from '../errors';
import type { Parts } from '../parts';
import { Rng } from '../rng';
import { symmetricEigen } from './symmetric';

type Vector = Float64Array<ArrayBuffer>;

export interface Eigenpair {
  value: number;
  /** Of length 1. */
  vector: Vector;
  /** ||A v - value v||, measured by a product of its own: there is an eigenvalue no further than this from `value`. */
  residual: number;
  /** Products that were made. */
  iterations: number;
  /** Whether the residual came below tolerance * |value|. */
  converged: boolean;
}

export interface PowerSettings {
  /** Of the vector that it starts from: normal values. */
  seed: number;
  /** Of the residual by the value; default 1e-3. What is left of the error of the value is about the square of it. */
  tolerance?: number;
  /** Most products; default 100. */
  iterations?: number;
}

/** What is known of a vector: itself and what the matrix makes of it. */
interface Known {
  own: Vector;
  image: Vector;
}

const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

const norm = (a: Vector): number => Math.sqrt(dot(a, a));

function addTimes(to: Vector, from: Vector, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * from[i];
}

const scaled = ({ own, image }: Known, factor: number): Known => ({
  own: own.map((value) => value * factor),
  image: image.map((value) => value * factor),
});

/** Factors times vectors, added up. */
function combined(of: readonly Known[], factors: readonly number[]): Known {
  const sum = { own: new Float64Array(of[0].own.length), image: new Float64Array(of[0].own.length) };
  of.forEach(({ own, image }, k) => {
    addTimes(sum.own, own, factors[k]);
    addTimes(sum.image, image, factors[k]);
  });
  return sum;
}

/** Less than this of a vector is left by rounding only. */
const least = 1e-8;

/** What is new in `known` beside orthonormal vectors, of length 1; nothing where nothing is. Twice is enough. */
function beside(basis: readonly Known[], known: Known): Known | undefined {
  const length = norm(known.own);
  if (!(length > 0)) return undefined;
  const rest = scaled(known, 1 / length);
  for (let time = 0; time < 2; time++)
    for (const { own, image } of basis) {
      const along = dot(own, rest.own);
      addTimes(rest.own, own, -along);
      addTimes(rest.image, image, -along);
    }
  const left = norm(rest.own);
  return left > least ? scaled(rest, 1 / left) : undefined;
}

/**
 * `times`: A v of a vector of `size` values, which it may keep but not change; A symmetric. A part is one of its own.
 * @throws SparseError `linalg.product-non-finite`
 */
export function* largestEigenvalueInParts(
  size: number,
  times: (vector: Vector) => Parts<ArrayLike<number>>,
  { seed, tolerance = 1e-3, iterations: most = 100 }: PowerSettings,
): Parts<Eigenpair> {
  let iterations = 0;
  function* known(vector: Vector): Parts<Known> {
    const image = Float64Array.from(yield* times(vector));
    iterations++;
    const bad = image.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw productNonFinite(bad, image[bad]);
    return { own: vector, image };
  }
  const rng = Rng.fromSeed(seed);
  const start = Float64Array.from({ length: size }, () => rng.normal());
  const length = norm(start);
  let at = yield* known(start.map((value) => value / length));
  let step: Known | undefined;
  /** Whether the image is a product, not a sum of earlier ones. */
  let fresh = true;
  for (;;) {
    const value = dot(at.own, at.image);
    const rest = at.image.slice();
    addTimes(rest, at.own, -value);
    const residual = norm(rest);
    const converged = residual <= tolerance * Math.abs(value);
    if (fresh && (converged || iterations >= most)) return { value, vector: at.own, residual, iterations, converged };
    // Before it is answered, and where the sums of rounded products would go astray, the product itself counts.
    if (converged || iterations + 1 >= most) {
      at = yield* known(at.own);
      fresh = true;
      continue;
    }
    const basis = [at];
    const direction = beside(basis, { own: rest, image: rest });
    if (!direction) return { value, vector: at.own, residual, iterations, converged };
    basis.push(yield* known(direction.own));
    const last = step && beside(basis, step);
    if (last) basis.push(last);
    const { values, vectors } = symmetricEigen(basis.map(({ own }) => basis.map(({ image }) => dot(own, image))));
    const factors = vectors[values.indexOf(Math.max(...values))];
    step = combined(basis.slice(1), factors.slice(1));
    const next = combined(basis, factors);
    at = scaled(next, 1 / norm(next.own));
    fresh = false;
  }
}
