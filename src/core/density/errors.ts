/** The sentences about densities of layers. */
import { SparseError, withOthers } from '../errors';

/** The shortest number that, as a density of `total` weights, means exactly `count` of them. */
function densityOf(count: number, total: number): number {
  for (let digits = 3; digits < 17; digits++) {
    const density = Number((count / total).toPrecision(digits));
    if (density <= 1 && Math.round(density * total) === count) return density;
  }
  return count / total;
}

export const badKernel = (name: string, columns: number, kernel: string): SparseError =>
  new SparseError(
    'density.bad-kernel',
    `Layer "${name}": a kernel of ${kernel} does not divide its ${columns} columns, which are ` +
      '(inputs / groups) * kernel height * kernel width. Correct the columns or the kernel.',
  );

export const duplicateLayer = (name: string): SparseError =>
  new SparseError(
    'density.duplicate-layer',
    `Two layers are called "${name}", so a density or a generator cannot be given to one of them. Give each layer a name of its own.`,
  );

export const unknownLayer = (name: string, known: readonly string[]): SparseError =>
  new SparseError(
    'density.unknown-layer',
    `A density is given for layer "${name}", which does not exist. The layers are ${known.map((n) => `"${n}"`).join(', ')}.`,
  );

export const layerDensityOutOfRange = (name: string, density: number): SparseError =>
  new SparseError(
    'density.layer-out-of-range',
    `The density given for layer "${name}" must be above 0 and at most 1; ${density} is not. Use for example 0.1.`,
  );

export const layerEmpty = (name: string, density: number, weights: number): SparseError => {
  const nearest = densityOf(1, weights);
  return new SparseError(
    'density.layer-empty',
    `Density ${density} of layer "${name}" keeps none of its ${weights} weights. Use at least ${nearest}.`,
    { layer: name, nearest },
  );
};

/** The layers already decided leave less than one weight for each of the others, `rest`. */
export const restTooSmall = (p: {
  density: number;
  total: number;
  taken: number;
  rest: readonly string[];
  weights: number;
}): SparseError => {
  const count = p.rest.length;
  const nearest = densityOf(p.taken + count, p.weights);
  const empty = p.rest.slice(Math.max(0, p.total - p.taken));
  const others =
    count === 0
      ? 'and there are no others'
      : `and the other ${count} need at least one each: none is left for ${withOthers(`"${empty[0]}"`, empty.length - 1)}`;
  return new SparseError(
    'density.rest-too-small',
    `Density ${p.density} keeps ${p.total} of ${p.weights} weights, but the layers whose density is decided beforehand take ${p.taken} ` +
      `${others}. Use a density of at least ${nearest}, or lower those of the layers.`,
    { nearest, total: p.total, taken: p.taken, ...(empty.length > 0 && { layer: empty[0], empty: empty.length }) },
  );
};

/** The layers not yet decided cannot hold what is left, even dense. */
export const restTooLarge = (p: {
  density: number;
  total: number;
  taken: number;
  room: number;
  weights: number;
}): SparseError => {
  const nearest = densityOf(p.taken + p.room, p.weights);
  return new SparseError(
    'density.rest-too-large',
    `Density ${p.density} keeps ${p.total} of ${p.weights} weights, but the layers whose density is decided beforehand take only ${p.taken} ` +
      `and the others have ${p.room} in all. Use a density of at most ${nearest}, or raise those of the layers.`,
    { nearest },
  );
};
