/** Activations of one number, with the constants of PyTorch: values and derivatives. */
import { erf } from './erf';
import type { Activation } from './network';

/** Derivative of leaky ReLU below 0: PyTorch's default. */
export const leak = 0.01;

/** Klambauer et al., "Self-Normalizing Neural Networks" (NIPS 2017). */
export const selu = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

/** The normal density and distribution function. */
export const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const cumulative = (x: number): number => 0.5 * (1 + erf(x / Math.SQRT2));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export interface ActivationMaths {
  value: (x: number) => number;
  /** `y`, the value at x, saves its computing. */
  derivative: (x: number, y?: number) => number;
}

export const activationMaths: Readonly<Record<Activation, ActivationMaths>> = {
  linear: { value: (x) => x, derivative: () => 1 },
  tanh: {
    value: Math.tanh,
    derivative: (x, y = Math.tanh(x)) => 1 - y * y,
  },
  'hard-tanh': {
    value: (x) => Math.max(-1, Math.min(1, x)),
    derivative: (x) => (Math.abs(x) < 1 ? 1 : 0),
  },
  relu: { value: (x) => Math.max(0, x), derivative: (x) => (x > 0 ? 1 : 0) },
  'leaky-relu': { value: (x) => (x > 0 ? x : leak * x), derivative: (x) => (x > 0 ? 1 : leak) },
  selu: {
    value: (x) => selu.scale * (x > 0 ? x : selu.alpha * Math.expm1(x)),
    derivative: (x) => selu.scale * (x > 0 ? 1 : selu.alpha * Math.exp(x)),
  },
  // Hendrycks, Gimpel, "Gaussian Error Linear Units" (2016): the exact form, not the tanh approximation.
  gelu: {
    value: (x) => x * cumulative(x),
    derivative: (x) => cumulative(x) + x * density(x),
  },
  silu: {
    value: (x) => x * sigmoid(x),
    derivative: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  },
};
