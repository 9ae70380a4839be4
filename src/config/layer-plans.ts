/** What each layer of a config is to become: its share of the density, and whether it can be had. */
import { distribute } from '../core/density';
import type { LayerDensity, LayerShape } from '../core/density';
import { weightsOf } from '../core/density/layer-shape';
import { matchLayers } from '../core/density/match-layers';
import { isSparseError } from '../core/errors';
import type { SparseError } from '../core/errors';
import { minimumDensity } from '../core/init/eoi';
import { partLayer } from '../core/init/fan';
import { weightShape } from '../core/network';
import type { Placed } from './model-network';
import * as errors from './errors';
import { nothingToMask, nothingToShare } from './model-errors';
import type { PathFinding } from './finding';
import { guideOf, isRotated, isScored, keepsWholeKernels, startsDense } from './methods';
import { isFile, patternDensity } from './check-pattern';
import { degreeOf, denseDegree } from './sao-degree';
import { smallestDensity } from './smallest-density';
import { keyPath } from './tree';
import type { Config } from './types';

export interface LayerPlan extends LayerShape {
  /** rows x columns. */
  weights: number;
  biases: number;
  /** Share of weights to keep: targetNonZeros / weights. Absent where `decidedBy` says what will decide. */
  targetDensity?: number;
  targetNonZeros?: number;
  /** What decides when the run begins: scores, which need weights and often data, or a file of masks. */
  decidedBy?: 'scores' | 'pattern';
  /** The lowest density an exactly orthogonal layer of this shape can have. */
  minimumDensity: number;

  /** Path in the config that defines the layer. */
  path: string;
}

/**
 * The counts that are known before any weight is.
 * @throws SparseError `density.*`, `pattern.*`, `eoi.pattern-too-sparse`
 */
function counts(config: Config, shapes: readonly LayerShape[], density: number): (LayerDensity | undefined)[] {
  const { distribution, layers, update } = config.sparsity;
  const guide = guideOf(config.sparsity);
  const whole = keepsWholeKernels(config.sparsity);
  if (guide) return shapes.map((shape) => (isFile(guide) ? undefined : patternDensity(guide, shape, whole)));
  const { matched: fixed } = matchLayers(
    layers,
    shapes.map(({ name }) => name),
  );
  // All weights are all weights, however they would be shared.
  if (startsDense(update)) return distribute(shapes, density, 'uniform');
  if (!isScored(distribution)) return realised(config, shapes, distribute(shapes, density, distribution, { fixed }));
  // Scores share the rest: what is fixed has to leave one, as with any other distribution.
  distribute(shapes, density, 'uniform', { fixed });
  return shapes.map((shape) => {
    const own = fixed.get(shape.name);
    return own === undefined ? undefined : distribute([shape], own, 'uniform')[0];
  });
}

/** What a layer gets of its share: with blocks of a degree the nearest it can have, the share itself otherwise. */
function realised({ sparsity }: Config, shapes: readonly LayerShape[], shares: LayerDensity[]): LayerDensity[] {
  if (sparsity.init !== 'sao') return shares;
  return shares.map(({ name, density }, l) => {
    const own = degreeOf(sparsity.sao, shapes[l], () => density) / denseDegree(shapes[l]);
    return { name, density: own, count: Math.round(own * weightsOf(shapes[l])) };
  });
}

function planLayers(config: Config, placed: readonly Placed[], density: number): LayerPlan[] {
  const maskable = placed.filter(({ layer }) => !layer.dense).map(({ layer }) => weightShape(layer));
  const all = maskable.length === 0 ? [] : counts(config, maskable, density);
  const shares = new Map(all.map((share, l) => [maskable[l].name, share]));
  const decidedBy = guideOf(config.sparsity) ? 'pattern' : 'scores';
  return placed.map(({ layer, path }) => {
    const shape = weightShape(layer);
    const weights = weightsOf(shape);
    const biases = layer.bias === false ? 0 : layer.out;
    const common = { ...shape, weights, biases, path };
    if (layer.dense) return { ...common, targetDensity: 1, targetNonZeros: weights, minimumDensity: 1 };
    const share = shares.get(layer.name);
    return {
      ...common,
      ...(share ? { targetDensity: share.density, targetNonZeros: share.count } : { decidedBy }),
      minimumDensity: leastDensity(shape, keepsWholeKernels(config.sparsity)),
    };
  });
}

/** One weight for each of the shorter dimension of each group; with whole kernels one kernel. */
function leastDensity(shape: LayerShape, wholeKernels: boolean): number {
  const { groups, outputs, inputs } = partLayer(shape);
  return wholeKernels ? minimumDensity(outputs, inputs) : (groups * Math.min(outputs, inputs)) / weightsOf(shape);
}

type SharedLayer = LayerPlan & Required<Pick<LayerPlan, 'targetDensity' | 'targetNonZeros'>>;

const isShared = (layer: LayerPlan): layer is SharedLayer => layer.targetDensity !== undefined;
const tooSparse = ({ targetDensity, minimumDensity: least }: SharedLayer): boolean => targetDensity < least;

/** Whether the layer gets fewer weights than it can do with. */
const lacksWeights = (layer: SharedLayer, init: Config['sparsity']['init']): boolean =>
  isRotated(init) ? tooSparse(layer) : layer.targetNonZeros === 0;

/** The highest density that can be shared out: below 1 where `sparsity.layers` holds all layers down. */
function highestDensity(config: Config, shapes: readonly LayerShape[]): number {
  try {
    counts(config, shapes, 1);
    return 1;
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return typeof error.details?.nearest === 'number' ? error.details.nearest : 1;
  }
}

/**
 * The smallest density with which every layer gets the weights it needs, as far as that is known before any weight is,
 * and the network as many as are `enough`. As printed; none where no density does.
 */
export function possibleDensity(
  config: Config,
  placed: readonly Placed[],
  enough: (weights: number) => boolean = () => true,
): string | undefined {
  const { density, init } = config.sparsity;
  const shapes = placed.filter(({ layer }) => !layer.dense).map(({ layer }) => weightShape(layer));
  const weights = shapes.reduce((sum, shape) => sum + weightsOf(shape), 0);
  const leasts = shapes.map((shape) =>
    isRotated(init) ? leastDensity(shape, keepsWholeKernels(config.sparsity)) : 1 / weightsOf(shape),
  );
  const least = leasts.reduce((sum, share, l) => sum + Math.round(share * weightsOf(shapes[l])), 0);
  const works = (wanted: number): boolean => {
    if (Math.round(wanted * weights) < least || !enough(Math.round(wanted * weights))) return false;
    try {
      return counts(config, shapes, wanted).every((share, l) => !share || share.density >= leasts[l]);
    } catch (error) {
      // Densities of their own leave the others more, or less, than they have.
      if (isSparseError(error)) return false;
      throw error;
    }
  };
  // With less no layer has its least, however it is shared out.
  const low = Math.max(density, (least - 1) / weights);
  return smallestDensity({ low, highest: highestDensity(config, shapes) }, works);
}

export function checkDensity(config: Config, layers: readonly LayerPlan[], placed: readonly Placed[]): PathFinding[] {
  const { density, init } = config.sparsity;
  // Sparse orthogonal initialisation takes the nearest degree, which is 1 at least.
  if (guideOf(config.sparsity) || init === 'sao') return [];
  const lacking = layers.filter(isShared).filter((layer) => lacksWeights(layer, init));
  if (lacking.length === 0) return [];
  const names = lacking.map(({ name }) => name);
  const { matched: fixed } = matchLayers(config.sparsity.layers, names);
  const own = lacking.find(({ name }) => fixed.has(name));
  if (own) {
    const least = isRotated(init) ? Math.round(own.minimumDensity * own.weights) : 1;
    return [{ ...errors.ownDensityTooLow(own, least), path: 'sparsity.layers' }];
  }
  const path = 'sparsity.density';
  const possible = possibleDensity(config, placed);
  if (!isRotated(init)) return [{ ...errors.layerEmpty(density, names[0], names.length - 1, possible), path }];
  const share = (layer: SharedLayer): number => layer.targetDensity / layer.minimumDensity;
  const worst = lacking.reduce((a, b) => (share(a) <= share(b) ? a : b));
  return [{ ...errors.densityTooLow(density, worst, possible), path }];
}

/** Updates that prune while the network is trained have to begin with all of it. */
export const initialDensity = ({ sparsity }: Config): number => (startsDense(sparsity.update) ? 1 : sparsity.density);

type RestTooSmall = SparseError & { details: { total: number; taken: number; layer: string; empty: number } };

/** Whether layers with densities of their own leave another none. */
const isRestTooSmall = (error: SparseError): error is RestTooSmall =>
  error.code === 'density.rest-too-small' && error.details?.layer !== undefined;

/**
 * The layers with their shares, or why `sparsity.layers` leaves none that could be. `embedded`: there is an embedding,
 * which can be shared.
 */
export function sharedOut(
  config: Config,
  placed: readonly Placed[],
  embedded: boolean,
): { layers: LayerPlan[] } | { problem: PathFinding } {
  const maskable = placed.filter(({ layer }) => !layer.dense);
  if (maskable.length === 0 && !(config.sharing && embedded))
    return { problem: { ...(config.sharing ? nothingToShare() : nothingToMask()), path: placed[0].path } };
  const names = maskable.map(({ layer }) => layer.name);
  const stranger = matchLayers(config.sparsity.layers, names).unmatched.at(0);
  if (stranger !== undefined) {
    const dense = placed.filter(({ layer }) => layer.dense).map(({ layer }) => layer.name);
    const fits = matchLayers({ [stranger]: 1 }, dense).unmatched.length === 0;
    const finding = fits ? errors.denseLayerNamed(stranger) : errors.noSuchLayer(stranger, names);
    return { problem: { ...finding, path: keyPath('sparsity.layers', stranger) } };
  }
  try {
    return { layers: planLayers(config, placed, initialDensity(config)) };
  } catch (error) {
    if (!isSparseError(error)) throw error;
    if (isRestTooSmall(error)) {
      const { density, layers } = config.sparsity;
      const way = { possible: possibleDensity(config, placed), byRule: Object.keys(layers).length === 0 };
      return {
        problem: { ...errors.noneLeftByOthers(density, error.details, way), path: 'sparsity.density' },
      };
    }
    const path = guideOf(config.sparsity) ? 'sparsity.eoi.pattern' : 'sparsity.layers';
    return { problem: { ...errors.impossibleShares(error.message), path } };
  }
}
