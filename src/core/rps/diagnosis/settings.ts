/** What a diagnosis knows of a run beside the mapping, and how each part of it answers to the scale of the memory. */
import type { Wiring } from '../metadata';
import type { ScalerName, SharingMethod } from '../names';
import type { Scales } from '../scales';
import type { Sharing } from '../sharing';

/** Multipliers of the learning rate beyond which it is no longer the one that was chosen. */
export const multiplierLimit = 10;
export interface SharedRun {
  sharing: Sharing;
  scales: Scales;
  method: SharingMethod;
  scaler: ScalerName;
  optimizer: { name: 'sgd' | 'adam' | 'adamw'; learningRate: number; momentum: number; nesterov: boolean };
  /** s; of the normalised form there is none. */
  initStd?: number;
  compat: boolean;
}

export const isAdam = ({ optimizer }: Pick<SharedRun, 'optimizer'>): boolean => optimizer.name !== 'sgd';

/**
 * What the direction of the first step is multiplied with: momentum has nothing to add yet, but Nesterov's looks ahead
 * by b of the step itself, so that it is (1 + b) eta.
 */
export const firstRate = ({ name, learningRate, momentum, nesterov }: SharedRun['optimizer']): number =>
  name === 'sgd' && nesterov ? (1 + momentum) * learningRate : learningRate;

/** Adam's steps are multiplied per location (`adamMultipliers`): then nothing depends on s. */
export const adamRule = (run: Pick<SharedRun, 'optimizer' | 'scales' | 'scaler'>): boolean =>
  isAdam(run) && isScaled(run);

/** Steps of plain gradient descent are those of a dense network's coordinates: nothing depends on s. */
export const isScaled = ({ scales, scaler }: Pick<Wiring, 'scales' | 'scaler'>): boolean =>
  scales.normalised || scaler === 'theory';

/**
 * The power of 1/s by which the step in the weights grows (rps.md 2.1, 2.3): R D⁻¹ Rᵀ is of order lambda² without a
 * scaler, of lambda with v2, v3 and v4, and free of it with v1 and theory.
 */
export const powerOfScale = ({ scales, scaler }: Pick<SharedRun, 'scales' | 'scaler'>): 0 | 1 | 2 => {
  if (scales.normalised || scaler === 'theory' || scaler === 'v1') return 0;
  return scaler === 'none' ? 2 : 1;
};

/**
 * The power of lambda by which a weight moves by its own gradient: Adam, which no scaler of gradients reaches, by
 * lambda itself.
 */
export const powerOfStep = (run: Pick<SharedRun, 'optimizer' | 'scales' | 'scaler'>): 0 | 1 | 2 => {
  if (!isAdam(run)) return powerOfScale(run);
  return isScaled(run) ? 0 : 1;
};
