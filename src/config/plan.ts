/** From a config to the network it describes and what each of its layers is to become, before any weight exists. */
import { SparseError } from '../core/errors';
import { parametersOf } from '../core/network';
import type { Network } from '../core/network';
import type { StepPlan } from '../core/step-memory';
import { checkEoiAngles } from './check-angles';
import { planMemory, planSignals, sparseStep } from './check-memory';
import type { Kept } from './check-memory';
import { checkPictures } from './check-pictures';
import { checkPruning } from './check-pruning';
import type { Gains } from '../core/init/mean-field';
import type { PathFinding } from './finding';
import { gainOf } from './gain';
import { checkDensity, initialDensity, sharedOut } from './layer-plans';
import type { LayerPlan } from './layer-plans';
import { checkNetwork, checkWhole } from './check-network';
import { checkPreset } from './check-preset';
import { networkOf } from './model-network';
import type { Task } from './model-network';
import { checkDegrees, checkReached } from './sao-degree';
import { planSharing } from './sharing-plan';
import type { SharingPlan } from './sharing-plan';
import type { Config } from './types';

export interface NetworkPlan {
  network: Network;
  layers: LayerPlan[];
  /** Maskable weights. */
  weights: number;
  /** Everything that is trained: weights, pruned ones too, biases, norms, positions. */
  parameters: number;
  /** In how many parts the batch of a step is computed, and the memory it takes of TensorFlow.js. */
  step: StepPlan;
  /** The same step by the sparse executor, which takes less where few weights are kept. */
  sparseStep: StepPlan;
  /** Where only that fits in the memory of an engine. */
  onlySparse?: true;
  /** Examples that `probes.signals` goes through the network with at once. */
  signalSamples: number;
  /** sigma_w and sigma_b. */
  gain: Gains;
  /** Weights to keep; not known where a file of masks says it. */
  nonZeros: number | undefined;
  /** nonZeros / weights; 1 where nothing but an embedding is shared. */
  density: number | undefined;
  /** Only where weights are shared: every layer of the network is dense then. */
  sharing?: SharingPlan;
}

const sum = (layers: readonly LayerPlan[], value: (layer: LayerPlan) => number): number =>
  layers.reduce((total, layer) => total + value(layer), 0);

/**
 * Of the layers that may be pruned: how many weights they have, and keep as far as that is known before any weight is.
 */
function countsOf(
  config: Config,
  layers: readonly LayerPlan[],
): Pick<NetworkPlan, 'weights' | 'nonZeros' | 'density'> & { maskable: LayerPlan[] } {
  const maskable = layers.filter(({ dense }) => !dense);
  const weights = sum(maskable, (layer) => layer.weights);
  // Where scores decide which weights are kept, how many is known all the same.
  const nonZeros = maskable.every((layer) => layer.targetNonZeros !== undefined)
    ? sum(maskable, (layer) => layer.targetNonZeros ?? 0)
    : maskable.some(({ decidedBy }) => decidedBy === 'pattern')
      ? undefined
      : Math.round(initialDensity(config) * weights);
  // Of no weights all are kept.
  const density = nonZeros === undefined ? undefined : weights === 0 ? 1 : nonZeros / weights;
  return { maskable, weights, nonZeros, density };
}

const keptOf = (config: Config, layers: readonly LayerPlan[]): Kept => ({
  layers,
  density: countsOf(config, layers).density ?? 1,
});

/** What the config comes to. `plan` only when nothing makes it impossible; `problems` may still hold warnings. */
export function planNetwork(config: Config, task: Task): { plan?: NetworkPlan; problems: PathFinding[] } {
  const misshapen = checkPreset(config.model, task, config.data.source);
  if (misshapen.length > 0) return { problems: misshapen };
  const { network, ...places } = networkOf(config, task);
  const { placed } = places;
  const unfit = checkNetwork(network, places, config.data.source);
  if (unfit.length > 0) return { problems: unfit };
  const unwhole = checkWhole(network, places.paths, task, config.data.source);
  if (unwhole.length > 0) return { problems: unwhole };
  const embedded = network.layers.some(({ kind }) => kind === 'embedding');
  const shared = sharedOut(config, placed, embedded);
  const kept = 'layers' in shared ? keptOf(config, shared.layers) : undefined;
  const { step, onlySparse, problems: unheld } = planMemory(config, network, kept);
  if (unheld.some(({ severity }) => severity !== 'warning')) return { problems: unheld };
  const { signalSamples, problems: fewer } = planSignals(config, network);
  if ('problem' in shared) return { problems: [shared.problem] };
  const { layers } = shared;
  const problems = [
    ...unheld,
    ...fewer,
    ...checkPictures(network, places.paths),
    ...checkDensity(config, layers, placed),
    ...checkEoiAngles(config),
    ...checkDegrees(
      config,
      layers.filter(({ dense }) => !dense),
    ),
  ];
  const gains = gainOf(config, network);
  if ('problem' in gains) problems.push(gains.problem);
  if ('problem' in gains || problems.some(({ severity }) => severity !== 'warning')) return { problems };
  const { maskable, weights, nonZeros, density } = countsOf(config, layers);
  if (nonZeros !== undefined && weights > 0) problems.push(...checkReached(config, nonZeros / weights));
  problems.push(...checkPruning(config, placed, { layers: maskable, weights, nonZeros }));
  if (problems.some(({ severity }) => severity !== 'warning')) return { problems };
  const parameters = parametersOf(network);
  const sharing =
    config.sharing && planSharing({ ...config, sharing: config.sharing }, network, gains.gain, parameters);
  if (sharing && 'problems' in sharing) return { problems: [...problems, ...sharing.problems] };
  const plan = {
    network,
    layers,
    weights,
    step,
    ...(onlySparse && { onlySparse }),
    sparseStep: sparseStep(
      config,
      network,
      { ...keptOf(config, layers), ...(sharing && { sharing: sharing.sharing }) },
      step,
    ),
    signalSamples,
    gain: gains.gain,
    parameters,
    ...sharing,
    nonZeros,
    density,
  };
  return { plan, problems };
}

/**
 * The plan of a config that was changed after it was read.
 * @throws SparseError `config.impossible` with the first reason
 */
export function checkedPlan(config: Config, task: Task): NetworkPlan {
  // What the numbers of the data are does not change with the config.
  const { plan, problems } = planNetwork(config, { ...task, whole: true });
  if (!plan) throw new SparseError('config.impossible', problems[0].message);
  return plan;
}
