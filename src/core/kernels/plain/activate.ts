import { activationMaths, leak, selu } from '../../activations';
import type { ActivationMaths } from '../../activations';
import { activationCodes } from '../activate';
import type { ActivateKernels, ActivationKernel } from '../activate';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const byValue: Record<Exclude<ActivationKernel, 'gelu' | 'silu'>, (y: number) => number> = {
  linear: () => 1,
  tanh: (y) => 1 - y * y,
  'hard-tanh': (y) => (Math.abs(y) < 1 ? 1 : 0),
  relu: (y) => (y > 0 ? 1 : 0),
  'leaky-relu': (y) => (y > 0 ? 1 : leak),
  selu: (y) => (y > 0 ? selu.scale : y + selu.scale * selu.alpha),
  sigmoid: (y) => y * (1 - y),
};

const names = Object.keys(activationCodes) as ActivationKernel[];
const maths = names.map((name): ActivationMaths => {
  if (name === 'gelu' || name === 'silu') return activationMaths[name];
  const value = name === 'sigmoid' ? sigmoid : activationMaths[name].value;
  return { value, derivative: (_, y) => byValue[name](y!) };
});

export const plainActivate: ActivateKernels = {
  activate(code, x, y, from, to) {
    const { value } = maths[code];
    for (let i = from; i < to; i++) y[i] = value(x[i]);
  },
  activateBack(code, x, y, dy, dx, from, to) {
    const { derivative } = maths[code];
    for (let i = from; i < to; i++) dx[i] = derivative(x[i], y[i]) * dy[i];
  },
};
