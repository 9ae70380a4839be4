/** Activations of many values, see ../activations.ts for each; `sigmoid` is what squeeze-excite scales by. */
import type { Activation } from '../network';

export type ActivationKernel = Activation | 'sigmoid';

/** What the kernels know an activation by. */
export const activationCodes: Readonly<Record<ActivationKernel, number>> = {
  linear: 0,
  tanh: 1,
  'hard-tanh': 2,
  relu: 3,
  'leaky-relu': 4,
  selu: 5,
  gelu: 6,
  silu: 7,
  sigmoid: 8,
};

/** Whether the derivative is told by the value alone, so that it may take the place of what it is the value at. */
export const derivativeByValue = (fn: ActivationKernel): boolean => fn !== 'gelu' && fn !== 'silu';

/** Of the values `from` to `to`, the last arguments. */
export interface ActivateKernels {
  /** y = f(x); y may be x. */
  activate(code: number, x: Float32Array, y: Float32Array, from: number, to: number): void;
  /**
   * dx = f'(x) dy, with y = f(x); dx may be dy. x is looked at only where the value alone does not tell the derivative.
   */
  activateBack(
    code: number,
    x: Float32Array,
    y: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    from: number,
    to: number,
  ): void;
}
