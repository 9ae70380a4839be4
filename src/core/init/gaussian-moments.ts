/** Means over a standard normal z of an activation's square and of its slope's square, at z times sqrt(q). */
import { erf } from './erf';

export const meanFieldActivations = [
  'linear',
  'tanh',
  'hard-tanh',
  'relu',
  'leaky-relu',
  'selu',
  'gelu',
  'silu',
] as const;

export type MeanFieldActivation = (typeof meanFieldActivations)[number];

export interface Moments {
  /** E[phi(sqrt(q) z)^2] */
  square: number;
  /** E[phi'(sqrt(q) z)^2] */
  slope: number;
}

/** PyTorch's default. */
const leak = 0.01;

/** Klambauer et al., "Self-Normalizing Neural Networks" (NIPS 2017). */
const selu = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const cumulative = (x: number): number => 0.5 * (1 + erf(x / Math.SQRT2));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

interface Smooth {
  value: (x: number) => number;
  slope: (x: number) => number;
}

const smooth: Record<'tanh' | 'selu' | 'gelu' | 'silu', Smooth> = {
  tanh: { value: Math.tanh, slope: (x) => 1 / Math.cosh(x) ** 2 },
  selu: {
    value: (x) => selu.scale * (x > 0 ? x : selu.alpha * Math.expm1(x)),
    slope: (x) => selu.scale * (x > 0 ? 1 : selu.alpha * Math.exp(x)),
  },
  // Hendrycks, Gimpel, "Gaussian Error Linear Units" (2016): the exact form, not the tanh approximation.
  gelu: { value: (x) => x * cumulative(x), slope: (x) => cumulative(x) + x * density(x) },
  silu: { value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))) },
};

/** `q`: the variance of the preactivations, above 0. */
export const moments: Readonly<Record<MeanFieldActivation, (q: number) => Moments>> = {
  linear: (q) => ({ square: q, slope: 1 }),
  relu: (q) => ({ square: q / 2, slope: 1 / 2 }),
  'leaky-relu': (q) => ({ square: (q * (1 + leak * leak)) / 2, slope: (1 + leak * leak) / 2 }),
  'hard-tanh': (q) => {
    const edge = 1 / Math.sqrt(q);
    const inside = erf(edge / Math.SQRT2);
    return { square: q * (inside - 2 * edge * density(edge)) + (1 - inside), slope: inside };
  },
  tanh: (q) => integrate(smooth.tanh, q),
  selu: (q) => integrate(smooth.selu, q),
  gelu: (q) => integrate(smooth.gelu, q),
  silu: (q) => integrate(smooth.silu, q),
};

/**
 * Nodes and weights over z > 0, for the normal density: z = exp(t - exp(-t)) and the trapezium rule in t (Takahasi, Mori
 * 1974, section 4). Half-lines, because SELU has a kink at 0; all scales of z alike, because sqrt(q) may be of any.
 */
const nodes = Array.from({ length: 300 }, (_, i) => {
  const step = 1 / 40;
  const t = -4 + i * step;
  const z = Math.exp(t - Math.exp(-t));
  return { z, weight: step * z * (1 + Math.exp(-t)) * density(z) };
});

function integrate({ value, slope }: Smooth, q: number): Moments {
  const scale = Math.sqrt(q);
  const sums: Moments = { square: 0, slope: 0 };
  for (const { z, weight } of nodes) {
    const x = scale * z;
    sums.square += weight * (value(x) ** 2 + value(-x) ** 2);
    sums.slope += weight * (slope(x) ** 2 + slope(-x) ** 2);
  }
  return sums;
}
