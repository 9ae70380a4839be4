/** Who may compute the steps of a run, before it is known on what it runs. */
import { densestSparse } from '../core/kernels/break-even';
import type { StepPlan } from '../core/step-memory';
import type { NetworkPlan } from './plan';
import type { Config } from './types';

/** Who may compute the step of a config, as far as that is told before it is known on what: one of them, or either. */
export const possibleSteps = (
  plan: Pick<NetworkPlan, 'step' | 'sparseStep' | 'onlySparse' | 'density' | 'sharing'>,
  backend: Config['compute']['backend'],
): { tensors?: StepPlan; sparse?: StepPlan } => {
  const { step, sparseStep: sparse, onlySparse, density, sharing } = plan;
  if (backend === 'sparse' || onlySparse) return { sparse };
  const either = backend === 'auto' && !sharing && density !== undefined && density <= densestSparse;
  return either ? { tensors: step, sparse } : { tensors: step };
};
