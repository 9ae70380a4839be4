/** Means over a standard normal z of an activation's square and of its derivative's square, at z times sqrt(q). */
import { activationMaths, density, leak } from '../activations';
import type { ActivationMaths } from '../activations';
import { erf } from '../erf';
import type { Activation } from '../network';

export interface Moments {
  /** E[phi(sqrt(q) z)^2] */
  square: number;
  /** E[phi'(sqrt(q) z)^2] */
  derivative: number;
}

/** `q`: the variance of the preactivations, above 0. */
export const moments: Readonly<Record<Activation, (q: number) => Moments>> = {
  linear: (q) => ({ square: q, derivative: 1 }),
  relu: (q) => ({ square: q / 2, derivative: 1 / 2 }),
  'leaky-relu': (q) => ({ square: (q * (1 + leak * leak)) / 2, derivative: (1 + leak * leak) / 2 }),
  'hard-tanh': (q) => {
    const edge = 1 / Math.sqrt(q);
    const inside = erf(edge / Math.SQRT2);
    return { square: q * (inside - 2 * edge * density(edge)) + (1 - inside), derivative: inside };
  },
  tanh: (q) => integrate(activationMaths.tanh, q),
  selu: (q) => integrate(activationMaths.selu, q),
  gelu: (q) => integrate(activationMaths.gelu, q),
  silu: (q) => integrate(activationMaths.silu, q),
};

/**
 * Nodes and weights over z > 0, for the normal density: z = exp(t - exp(-t)) and the trapezium rule in t (Takahasi,
 * Mori 1974, section 4). Half-lines, because SELU has a kink at 0; all scales of z alike, because sqrt(q) may be of
 * any.
 */
const nodes = Array.from({ length: 300 }, (_, i) => {
  const step = 1 / 40;
  const t = -4 + i * step;
  const z = Math.exp(t - Math.exp(-t));
  return { z, weight: step * z * (1 + Math.exp(-t)) * density(z) };
});

function integrate({ value, derivative }: Pick<ActivationMaths, 'value' | 'derivative'>, q: number): Moments {
  const scale = Math.sqrt(q);
  const sums: Moments = { square: 0, derivative: 0 };
  for (const { z, weight } of nodes) {
    const x = scale * z;
    sums.square += weight * (value(x) ** 2 + value(-x) ** 2);
    sums.derivative += weight * (derivative(x) ** 2 + derivative(-x) ** 2);
  }
  return sums;
}
