/** Data of the linear model: x = A z, z normal, by the factor A of the covariance A Aᵀ. */
import type { Rng } from '../../rng';

export const dataKinds = ['isotropic', 'power-law', 'duplicated', 'low-rank'] as const;
export type DataKind = (typeof dataKinds)[number];

export interface Data {
  kind: DataKind;
  /** `duplicated`: features that are the same but for the noise; default 8. */
  group?: number;
  /** `duplicated`: share of the variance of each feature that is its own; default 0.001. */
  noise?: number;
  /** `low-rank`: default 8. */
  rank?: number;
  /** `power-law`: variance of feature i is (i + 1)^-exponent, default 1. */
  exponent?: number;
}

export const dataDefaults = { group: 8, noise: 0.001, rank: 8, exponent: 1 } as const;

/** The columns of A, each of n numbers; features have a mean variance of 1. */
export function factorOf(data: Data, n: number, rng: Rng): Float64Array[] {
  const { group, noise, rank, exponent } = { ...dataDefaults, ...data };
  const unit = (i: number, value: number): Float64Array => {
    const column = new Float64Array(n);
    column[i] = value;
    return column;
  };
  switch (data.kind) {
    case 'isotropic':
      return Array.from({ length: n }, (_, i) => unit(i, 1));
    case 'power-law': {
      const variances = Array.from({ length: n }, (_, i) => (i + 1) ** -exponent);
      const mean = variances.reduce((a, b) => a + b, 0) / n;
      return variances.map((variance, i) => unit(i, Math.sqrt(variance / mean)));
    }
    case 'duplicated': {
      const shared = Array.from({ length: Math.ceil(n / group) }, (_, k) =>
        Float64Array.from({ length: n }, (_entry, i) => (Math.floor(i / group) === k ? Math.sqrt(1 - noise) : 0)),
      );
      if (noise === 0) return shared;
      return [...shared, ...Array.from({ length: n }, (_, i) => unit(i, Math.sqrt(noise)))];
    }
    case 'low-rank':
      return Array.from({ length: Math.min(rank, n) }, () =>
        Float64Array.from({ length: n }, () => rng.normal() / Math.sqrt(Math.min(rank, n))),
      );
  }
}

/** A z of a normal z. */
export function drawFeatures(factor: readonly Float64Array[], n: number, rng: Rng): Float64Array {
  const x = new Float64Array(n);
  for (const column of factor) {
    const z = rng.normal();
    for (let i = 0; i < n; i++) x[i] += z * column[i];
  }
  return x;
}
