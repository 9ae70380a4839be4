/** D6 to D8: what one batch says, from the gradient of every shared layer (rps.md 6). */
import type { Parts } from '../../parts';
import { divide } from '../location-values';
import { locationSumsInParts } from '../location-sums';
import { recoverInParts } from '../recover';
import { denseStep, firstStepInParts } from './first-step';
import { fixes, largerMemoryFix, learningRateFix } from './finding';
import type { Finding, Fix } from './finding';
import { firstRate, isAdam, isScaled, powerOfScale } from './settings';
import type { SharedRun } from './settings';

/** A step of this share of the weights changes what the layer computes at once. */
export const updateLimit = 0.1;
/** The step as shared over the dense one. */
const amplificationLimit = 10;
/** Of the gradient less than this share of what is expected by chance is told. */
const keptShare = 0.5;

export interface LayerBatch {
  /**
   * eta |R d| / |W|, d the step of the memory, eta that of the first step (`firstRate`); null where the weights are
   * all 0.
   */
  updateRatio: number | null;
  /** eta |s| / |W|, s the step of a dense layer: dL/dW, of Adam its sign. */
  denseUpdateRatio: number | null;
  /** |R d| / |s|; null where no gradient reaches the layer. */
  amplification: number | null;
  /**
   * <P g, g> / <g, g> of the layer, P the projection on what the memory can say. Cross-talk of other layers may make it
   * negative.
   */
  keptEnergy: number | null;
  /** Between R d and s. */
  cosine: number | null;
}

export interface BatchFigures {
  layers: LayerBatch[];
  /** Of all layers together. */
  total: LayerBatch;
}

interface Sums {
  gradient: number;
  dense: number;
  step: number;
  both: number;
  kept: number;
  weights: number;
}

const ratio = (a: number, b: number): number | null => (b > 0 ? a / b : null);

function figuresOf({ gradient, dense, step, both, kept, weights }: Sums, rate: number): LayerBatch {
  const [s, d, w] = [dense, step, weights].map(Math.sqrt);
  return {
    updateRatio: ratio(rate * d, w),
    denseUpdateRatio: ratio(rate * s, w),
    amplification: ratio(d, s),
    keptEnergy: ratio(kept, gradient),
    cosine: ratio(both, s * d),
  };
}

/**
 * `gradients`: dL/dW of each layer, as a dense layer would have it; `weights`: as recovered. Steps are
 * the run's first, without weight decay.
 */
export function* batchFiguresInParts(
  run: SharedRun,
  gradients: readonly Float32Array[],
  weights: readonly Float32Array[],
): Parts<BatchFigures> {
  const { sharing, scales } = run;
  const rate = firstRate(run.optimizer);
  const { gathered: projected, step } = yield* firstStepInParts(run, gradients);
  // Onto what the memory can say: R (RᵀR)⁻¹ Rᵀ; of the normalised form RᵀR is 1.
  if (!scales.normalised) {
    const { squares } = yield* locationSumsInParts(sharing, scales.lambda);
    divide(projected, { ...squares, values: squares.values.map((value) => (value > 0 ? value : 1)) });
  }
  yield;
  const all: Sums = { gradient: 0, dense: 0, step: 0, both: 0, kept: 0, weights: 0 };
  const layers: LayerBatch[] = [];
  for (let l = 0; l < gradients.length; l++) {
    const [moved, kept] = [new Float32Array(gradients[l].length), new Float32Array(gradients[l].length)];
    yield* recoverInParts(sharing, scales, step, l, moved);
    yield* recoverInParts(sharing, scales, projected, l, kept);
    const sums = sumsOf(run, gradients[l], weights[l], moved, kept);
    layers.push(figuresOf(sums, rate));
    for (const key of ['gradient', 'dense', 'step', 'both', 'kept', 'weights'] as const) all[key] += sums[key];
  }
  return { layers, total: figuresOf(all, rate) };
}

function sumsOf(run: SharedRun, g: Float32Array, w: Float32Array, d: Float32Array, p: Float32Array): Sums {
  const sums: Sums = { gradient: 0, dense: 0, step: 0, both: 0, kept: 0, weights: 0 };
  for (let i = 0; i < g.length; i++) {
    const dense = denseStep(run, g[i]);
    sums.gradient += g[i] * g[i];
    sums.dense += dense * dense;
    sums.step += d[i] * d[i];
    sums.both += dense * d[i];
    sums.kept += g[i] * p[i];
    sums.weights += w[i] * w[i];
  }
  return sums;
}

const worstOf = (layers: readonly LayerBatch[], of: (layer: LayerBatch) => number | null): number => {
  let at = 0;
  layers.forEach((layer, l) => {
    if ((of(layer) ?? 0) > (of(layers[at]) ?? 0)) at = l;
  });
  return at;
};

/**
 * Expected between the signs of numbers without order, normal ones, and those of their sums, of which `kept` is the
 * squared cosine (the arcsine law).
 */
const signCosine = (kept: number): number => (2 / Math.PI) * Math.asin(Math.sqrt(Math.min(1, kept)));

/**
 * D6 and D7; of a gradient that is not finite nothing else can be said. `unused`: share of the memory without a weight.
 */
export function diagnoseBatch(run: SharedRun, { layers, total }: BatchFigures, unused: number): Finding[] {
  const { sharing } = run;
  const isLost = ({ denseUpdateRatio }: LayerBatch): boolean =>
    denseUpdateRatio !== null && !Number.isFinite(denseUpdateRatio);
  // Gradients come from the last layer to the first: the last of those that lost theirs lost it first, unless it was
  // the loss.
  const lost = layers.findLastIndex(isLost);
  if (lost !== -1)
    return [
      {
        ...{ id: 'D6', measure: 'not-finite', value: null, threshold: null, verdict: 'fail' },
        ...(lost < layers.length - 1 && { layer: sharing.layers[lost].name }),
      },
    ];
  const moved = worstOf(layers, ({ updateRatio }) => updateRatio);
  const louder = worstOf(layers, ({ amplification }) => amplification);
  const [update, amplification] = [layers[moved].updateRatio, layers[louder].amplification];
  // What of Adam's steps is too long, D11 says.
  const counts = !isAdam(run);
  const scaled: Finding['facts'] = isScaled(run) ? { scaled: 1 } : {};
  // Where the scaler is there already a shorter step is all that is left; of a step that is not finite no rate follows.
  const repair = (times: number): { fix?: Fix } => {
    if (powerOfScale(run) > 0) return { fix: fixes.theory };
    const learningRate = run.optimizer.learningRate / times;
    return learningRate > 0 ? { fix: learningRateFix(learningRate) } : {};
  };
  // As many directions of n as there are numbers that something uses.
  const expected = ((1 - unused) * sharing.m) / sharing.n;
  const expectedCosine = isAdam(run) ? signCosine(expected) : Math.sqrt(expected);
  const [leastKept, leastCosine] = [keptShare * expected, keptShare * expectedCosine];
  const tooLittle = (value: number | null, least: number): boolean => value !== null && value < least;
  const larger = sharing.spec.kind === 'fold' ? largerMemoryFix(sharing.compression) : fixes.fold;
  const kept = (value: number | null, least: number): Pick<Finding, 'least' | 'verdict' | 'fix'> => ({
    least,
    verdict: tooLittle(value, least) ? 'warn' : 'ok',
    ...(tooLittle(value, least) && larger && { fix: larger }),
  });
  const tooFar = counts && (update ?? 0) > updateLimit;
  const tooLoud = counts && (amplification ?? 0) > amplificationLimit;
  return [
    {
      ...{ id: 'D6', measure: 'update-ratio', value: update, threshold: counts ? updateLimit : null },
      verdict: !counts ? 'info' : tooFar ? 'warn' : 'ok',
      layer: sharing.layers[moved].name,
      facts: { dense: layers[moved].denseUpdateRatio ?? 0, ...scaled },
      ...(tooFar && repair((1.1 * update!) / updateLimit)),
    },
    {
      ...{ id: 'D6', measure: 'amplification', value: amplification, threshold: counts ? amplificationLimit : null },
      verdict: !counts ? 'info' : tooLoud ? 'warn' : 'ok',
      layer: sharing.layers[louder].name,
      facts: scaled,
      ...(tooLoud && repair((1.1 * amplification!) / amplificationLimit)),
    },
    {
      ...{ id: 'D7', measure: 'kept-energy', value: total.keptEnergy, threshold: null },
      ...kept(total.keptEnergy, leastKept),
      facts: { expected },
    },
    {
      ...{ id: 'D7', measure: 'cross-talk', value: total.cosine, threshold: null },
      ...kept(total.cosine, leastCosine),
      facts: { expected: expectedCosine },
    },
  ];
}

/**
 * D8: along the first step d, D⁻¹ g of the memory but for Adam, the loss changes by -eta gᵀd + eta²/2 dᵀHd: it rises
 * where eta dᵀHd / gᵀd is above 2, eta that of the first step. `curvature`: dᵀHd / gᵀd; without a scaler it is gᵀHg /
 * gᵀg.
 */
export function diagnoseCurvature(run: SharedRun, curvature: number): Finding {
  const { optimizer } = run;
  const rate = firstRate(optimizer);
  const value = rate * curvature;
  const rises = value > 2 && !isAdam(run);
  // At which the first step is 1 / curvature long.
  const flattest = optimizer.learningRate / value;
  return {
    ...{ id: 'D8', measure: 'curvature', value, threshold: isAdam(run) ? null : 2 },
    verdict: isAdam(run) ? 'info' : rises ? 'warn' : 'ok',
    facts: {
      ...{ curvature, largest: 2 * flattest },
      ...(rate > optimizer.learningRate && { ahead: rate / optimizer.learningRate }),
    },
    ...(rises && { fix: powerOfScale(run) > 0 ? fixes.theory : learningRateFix(flattest) }),
  };
}
