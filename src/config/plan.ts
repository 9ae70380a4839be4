/** From a config to the network it describes and what each of its layers is to become, before any weight exists. */
import { dataSets } from '../core/data-sets';
import { SparseError } from '../core/errors';
import { maskableLayers } from '../core/network';
import type { Layer, LinearLayer, Network } from '../core/network';
import { checkEoiAngles } from './check-angles';
import type { Gains } from '../core/init/mean-field';
import * as errors from './errors';
import type { PathFinding } from './errors';
import { gainOf } from './gain';
import { checkDegree, checkDensity, initialDensity, sharedOut } from './layer-plans';
import type { LayerPlan, Placed } from './layer-plans';
import { itemPath } from './tree';
import type { Config } from './types';

export interface NetworkPlan {
  network: Network;
  layers: LayerPlan[];
  /** Maskable weights. */
  weights: number;
  /** Weights and biases, pruned ones counted. */
  parameters: number;
  /** sigma_w and sigma_b. */
  gain: Gains;
  /** Weights to keep. */
  nonZeros: number;
  /** nonZeros / weights. */
  density: number;
}

/** Weights: 1 GiB of float32 for one matrix, 4 GiB for all. */
export const maxMatrix = 2 ** 28;
export const maxNetwork = 2 ** 30;

const hiddenUnits = 100;
const hiddenLayers = 6;

/** MLP-7 of the experiments of Nowak et al.: inputs-100x6-classes (eoi.md 4.1), for whatever the data has as inputs. */
function mlp7(inputs: number, classes: number, fn: Config['model']['activation']): Layer[] {
  const sizes = [inputs, ...Array.from({ length: hiddenLayers }, () => hiddenUnits), classes];
  return sizes.slice(1).flatMap((out, i): Layer[] => {
    const linear: Layer = { kind: 'linear', name: `fc${i + 1}`, in: sizes[i], out };
    return i === hiddenLayers ? [linear] : [linear, { kind: 'activation', fn }];
  });
}

/** The network, and where each of its linear layers is defined. */
function build({ model, data }: Config): { network: Network; linear: Placed[] } {
  const { inputs, classes } = dataSets[data.source];
  if (!model.layers) {
    const network = { inputs, classes, layers: mlp7(inputs, classes, model.activation) };
    return { network, linear: maskableLayers(network).map((layer) => ({ layer, path: 'model.preset' })) };
  }
  const linear: Placed[] = [];
  const layers = model.layers.map((entry, index): Layer => {
    if (!('linear' in entry)) return { kind: 'activation', fn: entry.activation };
    const layer: LinearLayer = { kind: 'linear', name: entry.name, ...entry.linear };
    linear.push({ layer, path: itemPath('model.layers', index) });
    return layer;
  });
  return { network: { inputs, classes, layers }, linear };
}

const freeName = (name: string, taken: ReadonlySet<string>): string => {
  const [, stem, digits] = /^(.*?)(\d*)$/.exec(name)!;
  for (let n = Number(digits || '1') + 1; ; n++) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
};

function checkChain({ inputs, classes }: Network, linear: readonly Placed[], source: string): PathFinding[] {
  const found: PathFinding[] = [];
  const names = new Set(linear.map(({ layer }) => layer.name));
  const seen = new Set<string>();
  for (const [index, { layer, path }] of linear.entries()) {
    const { name } = layer;
    if (seen.has(name)) {
      const free = freeName(name, names);
      names.add(free);
      found.push({ ...errors.duplicateLayer(name, free), path: `${path}.name` });
    }
    seen.add(name);
    const before = linear.at(index - 1)?.layer;
    const wanted = index > 0 && before ? before.out : inputs;
    const what =
      index > 0 && before
        ? `${before.name} (${before.out} x ${before.in}) gives ${before.out}`
        : `${source} has ${inputs}`;
    if (layer.in !== wanted) found.push({ ...errors.shapeMismatch(layer, what, wanted), path: `${path}.linear.in` });
  }
  const last = linear.at(-1);
  if (last && last.layer.out !== classes)
    found.push({ ...errors.classesMismatch(last.layer, classes, source), path: `${last.path}.linear.out` });
  return found;
}

function checkSizes(linear: readonly Placed[]): PathFinding[] {
  for (const { layer, path } of linear) {
    const size = { name: layer.name, rows: layer.out, columns: layer.in };
    if (layer.in * layer.out > maxMatrix) return [{ ...errors.layerTooLarge(size, maxMatrix), path }];
  }
  const total = linear.reduce((sum, { layer }) => sum + layer.in * layer.out, 0);
  return total > maxNetwork ? [{ ...errors.networkTooLarge(total, maxNetwork), path: 'model.layers' }] : [];
}

/** What the config comes to. `plan` only when nothing makes it impossible; `problems` may still hold warnings. */
export function planNetwork(config: Config): { plan?: NetworkPlan; problems: PathFinding[] } {
  const { network, linear } = build(config);
  if (linear.length === 0) return { problems: [{ ...errors.noLinearLayer(), path: 'model.layers' }] };
  const shapeProblems = [...checkChain(network, linear, config.data.source), ...checkSizes(linear)];
  if (shapeProblems.length > 0) return { problems: shapeProblems };
  const shared = sharedOut(config, linear);
  if ('problem' in shared) return { problems: [shared.problem] };
  const { layers } = shared;
  const problems = [...checkDensity(config, layers, linear), ...checkEoiAngles(config), ...checkDegree(config, layers)];
  const gains = gainOf(config);
  if ('problem' in gains) problems.push(gains.problem);
  if ('problem' in gains || problems.some(({ severity }) => severity !== 'warning')) return { problems };
  const sum = (value: (layer: LayerPlan) => number): number => layers.reduce((total, layer) => total + value(layer), 0);
  const weights = sum((layer) => layer.weights);
  // Where scores decide which weights are kept, how many is known all the same.
  const nonZeros = layers.every((layer) => layer.targetNonZeros !== undefined)
    ? sum((layer) => layer.targetNonZeros ?? 0)
    : Math.round(initialDensity(config) * weights);
  const plan = {
    network,
    layers,
    weights,
    gain: gains.gain,
    parameters: weights + sum((layer) => layer.biases),
    nonZeros,
    density: nonZeros / weights,
  };
  return { plan, problems };
}

/** The plan of a config that was changed after it was read. @throws SparseError `config.impossible` with the first reason */
export function checkedPlan(config: Config): NetworkPlan {
  const { plan, problems } = planNetwork(config);
  if (!plan) throw new SparseError('config.impossible', problems[0].message);
  return plan;
}
