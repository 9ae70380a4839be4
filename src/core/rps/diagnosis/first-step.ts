/** The direction of a run's first step: it goes as far as this and the learning rate of it (`firstRate`). */
import type { Parts } from '../../parts';
import { epsilon } from '../../kernels/plain/train';
import { divide, multiply, spreadOut } from '../location-values';
import { gatherInParts } from '../recover';
import { adamRates, scalerOf } from '../scales';
import { isAdam } from './settings';
import type { SharedRun } from './settings';

/**
 * Adam divides what it remembers of the gradient by its size (Kingma, Ba 2015), and at first it remembers this gradient
 * only.
 */
const adamStep = (gradient: number, unit: number): number => gradient / (Math.abs(gradient) + unit * epsilon);

/** Of a number that is not shared. */
export const denseStep = (run: SharedRun, gradient: number): number => (isAdam(run) ? adamStep(gradient, 1) : gradient);

export interface FirstStep {
  /** Rᵀ dL/dW. */
  gathered: Float64Array;
  /** Of the memory: that over the scaler; of Adam, its sign with the rates of the locations, small next to epsilon. */
  step: Float64Array;
}

/** `gradients`: dL/dW of each shared layer, as a dense layer would have it. Weight decay is not in it. */
export function* firstStepInParts(
  run: SharedRun,
  gradients: readonly (Float32Array | Float64Array)[],
): Parts<FirstStep> {
  const { sharing, scales, scaler } = run;
  const gathered = new Float64Array(sharing.m);
  for (let l = 0; l < gradients.length; l++) yield* gatherInParts(sharing, scales, l, gradients[l], gathered);
  const step = gathered.slice();
  if (!scales.normalised) divide(step, scalerOf(scaler, sharing, scales.lambda));
  if (isAdam(run)) {
    const rates = adamRates(sharing, scales, scaler);
    const units = rates?.units && spreadOut(rates.units, sharing.m);
    for (let j = 0; j < step.length; j++) step[j] = adamStep(step[j], units ? units[j] : 1);
    if (rates) multiply(step, rates.factors);
  }
  yield;
  return { gathered, step };
}
