/**
 * The loss of one batch as a function of a shared memory and of what is not shared: gradients, and products with the
 * Hessian. Coordinates of the memory are those in which a step of plain gradient descent is the scaled one, D^(1/2)
 * psi, D the scaler.
 */
import { everyLayer } from '../../core/network';
import type { Network } from '../../core/network';
import type { Parts } from '../../core/parts';
import type { SharedRun } from '../../core/rps/diagnosis/settings';
import { divide, mapValues } from '../../core/rps/location-values';
import type { LocationValues } from '../../core/rps/location-values';
import { heapLimit } from '../../core/step-memory';
import { gatherInParts, recoverInParts } from '../../core/rps/recover';
import { scalerOf } from '../../core/rps/scales';
import { hessianVectorProduct, lossGradients, meanLoss } from '../gradients';
import type { ByParameter } from '../gradients';
import type { DrawnNetwork, Source } from '../initial-network';
import type { SharedStart } from '../../runs/sharing/shared-run';
import { valuesByName, weightName } from '../parameter-tensors';
import type { Parameters } from '../parameter-tensors';
import type { Batch } from '../training';

type Vector = Float64Array<ArrayBuffer>;

export class SharedLoss {
  /** Of the parameters that are not shared. */
  readonly rest: readonly string[];
  /** The weights of the shared layers, as recovered. */
  readonly weights: readonly Float32Array[];
  private readonly root: LocationValues | undefined;
  private readonly sizes: ReadonlyMap<string, number>;

  constructor(
    readonly run: SharedRun,
    private readonly network: Network,
    private readonly parameters: Parameters,
    readonly batch: Batch,
    private readonly parts: { microBatch?: number; ofProduct?: number } = {},
  ) {
    const { sharing, scales, scaler } = run;
    const values = valuesByName(parameters);
    const shared = new Set(sharing.layers.map(weightName));
    this.rest = [...values.keys()].filter((name) => !shared.has(name));
    this.weights = sharing.layers.map((layer) => values.get(weightName(layer))!.values);
    this.sizes = new Map([...values].map(([name, own]) => [name, own.values.length]));
    if (!scales.normalised && scaler !== 'none')
      this.root = mapValues(scalerOf(scaler, sharing, scales.lambda), Math.sqrt);
  }

  /** Locations of the memory. */
  get size(): number {
    return this.run.sharing.m;
  }

  /** Of a vector over `names`. */
  sizeOf(names: readonly string[]): number {
    return names.reduce((sum, name) => sum + this.sizes.get(name)!, 0);
  }

  get shared(): string[] {
    return this.run.sharing.layers.map(weightName);
  }

  *loss(): Parts<number> {
    const { network, parameters, batch, parts } = this;
    return yield* meanLoss(network, parameters, batch, parts);
  }

  /** dL/dp of every parameter that is trained, shared weights as if they were not. */
  *gradients(): Parts<Map<string, Float64Array>> {
    const { network, parameters, batch, parts } = this;
    return yield* lossGradients(network, parameters, batch, [...this.shared, ...this.rest], parts);
  }

  /** H v by the parameters that are named in v. */
  *product(direction: ByParameter): Parts<Map<string, Float64Array>> {
    const { network, parameters, batch, parts } = this;
    return yield* hessianVectorProduct(network, parameters, batch, direction, { microBatch: parts.ofProduct });
  }

  /** H v over given parameters, one after the other in one vector. */
  *productOf(names: readonly string[], vector: Vector): Parts<Vector> {
    let at = 0;
    const direction = new Map<string, Float64Array>();
    for (const name of names) direction.set(name, vector.subarray(at, (at += this.sizes.get(name)!)));
    const found = yield* this.product(direction);
    const out = new Float64Array(vector.length);
    at = 0;
    for (const name of names) {
      out.set(found.get(name)!, at);
      at += this.sizes.get(name)!;
    }
    return out;
  }

  /** D^(-1/2) Rᵀ H R D^(-1/2) v. */
  *productOfMemory(vector: Vector): Parts<Vector> {
    return yield* this.gather(yield* this.product(yield* this.moved(vector)));
  }

  /** How the weights move with the memory: R D^(-1/2) v. */
  *moved(vector: Vector): Parts<Map<string, Float32Array>> {
    const memory = vector.slice();
    if (this.root) divide(memory, this.root);
    return yield* this.recovered(memory);
  }

  /** R v. */
  *recovered(memory: Float64Array): Parts<Map<string, Float32Array>> {
    const { sharing, scales } = this.run;
    const direction = new Map<string, Float32Array>();
    for (const [l, layer] of sharing.layers.entries()) {
      const own = new Float32Array(layer.weights);
      yield* recoverInParts(sharing, scales, memory, l, own);
      direction.set(weightName(layer), own);
      yield;
    }
    return direction;
  }

  /** D^(-1/2) Rᵀ of what is known by weight. */
  *gather(found: ReadonlyMap<string, Float64Array>): Parts<Vector> {
    const { sharing, scales } = this.run;
    const memory = new Float64Array(sharing.m);
    for (const [l, layer] of sharing.layers.entries()) {
      yield* gatherInParts(sharing, scales, l, found.get(weightName(layer))!, memory);
      yield;
    }
    if (this.root) divide(memory, this.root);
    return memory;
  }
}

/** A product takes so many times the memory of a training step (`hessianVectorProduct`). */
const productOverStep = 4;

/**
 * As many examples at a time as in a step; of a product fewer where they would not fit, unless a batch norm has to see
 * them together.
 */
function partsOf({ step: { microBatch, bytes }, network }: Source['plan']): { microBatch: number; ofProduct: number } {
  const seesAll = [...everyLayer(network.layers)].some((layer) => layer.kind === 'norm' && layer.over === 'batch');
  const fits = productOverStep * bytes <= heapLimit;
  const ofProduct = seesAll || fits ? microBatch : Math.max(1, Math.floor(microBatch / productOverStep));
  return { microBatch, ofProduct };
}

/** Of a config's network as it is drawn, and a batch. */
export function* sharedLoss(
  { plan }: Source,
  { run, memory }: SharedStart,
  { drawn, state }: DrawnNetwork,
  batch: Batch,
): Parts<SharedLoss> {
  const { sharing, scales } = run;
  // Of what the network holds beside its layers, shared tables are not drawn.
  const tables = new Map<string, Float32Array>();
  for (const [l, { name, weights }] of sharing.layers.entries()) {
    if (!state.others.some((other) => other.name === name)) continue;
    const own = new Float32Array(weights);
    yield* recoverInParts(sharing, scales, memory, l, own);
    tables.set(name, own);
  }
  const parameters: Parameters = {
    layers: plan.layers.map((layer, l) => {
      const { weights, bias } = drawn[l];
      const { name, rows, columns, groups } = layer;
      return { name, rows, columns, weights, ...(groups !== undefined && { groups }), ...(bias && { bias }) };
    }),
    others: state.others.map((other) => ({ ...other, weight: tables.get(other.name) ?? other.weight })),
  };
  return new SharedLoss(run, plan.network, parameters, batch, partsOf(plan));
}
