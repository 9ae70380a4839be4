/** A layer with a weight to mask: its kept weights only, and what they meet. */
import { computesSparsely } from '../../core/kernels/break-even';
import type { PlaceArguments } from '../../core/kernels/correlate';
import { placeArguments } from '../../core/kernels/correlate';
import type { Geometry } from '../../core/kernels/taps';
import { geometryOf, placesOf } from '../../core/kernels/taps';
import { Mask } from '../../core/mask';
import { weightShape } from '../../core/network';
import type { MaskableLayer } from '../../core/network';
import type { LayerState } from '../states';
import { DenseProduct, SparseProduct } from './products';
import type { Product } from './products';
import { Parameter } from './parameter';
import type { ComputeContext } from './parameter';

type Size = readonly [height: number, width: number];

/** A layer on pictures of one size. */
export interface Use {
  readonly geometry: Geometry;
  product: Product;
}

/** The weights of a layer: those that a mask keeps, all without one. */
export interface GivenWeights extends Pick<LayerState, 'weight' | 'bias' | 'biasSlots'> {
  mask?: Uint8Array;
  /** 'recovered': what the optimizer moves is a memory that the weights are recovered from. */
  weightSlots: LayerState['weightSlots'] | 'recovered';
}

export class Weighted {
  weight: Parameter;
  bias: Parameter | undefined;
  private readonly uses: (Use & { size: Size })[] = [];
  /** Of each kept weight its index in the dense one, (rows, columns); absent where all are kept. */
  private indices: Int32Array | undefined;

  /** `given` is copied. */
  constructor(
    private readonly context: ComputeContext,
    readonly layer: MaskableLayer,
    given: GivenWeights,
  ) {
    ({ indices: this.indices, weight: this.weight, bias: this.bias } = this.take(given));
  }

  /** On pictures of this size, of which it keeps what it needs. */
  useOn(size: Size): Use {
    const same = this.uses.find((use) => use.size[0] === size[0] && use.size[1] === size[1]);
    if (same) return same;
    const geometry = geometryOf(this.layer, size);
    const use = { geometry, size, product: this.productOf(geometry) };
    this.uses.push(use);
    return use;
  }

  /** To be called when the weights were moved. */
  changed(): void {
    for (const { product } of this.uses) product.weightsMoved();
  }

  /** Adds the gradient of all weights, pruned ones included, to `into`. */
  addDenseGradient({ geometry }: Use, into: Float32Array, x: Float32Array, dy: Float32Array, batch: number): void {
    const places: PlaceArguments = placeArguments(placesOf(geometry.forward, batch));
    const all = new DenseProduct(this.context, this.layer, geometry, undefined);
    const found = this.context.kernels.room.float32(into.length);
    all.weightGradient(x, dy, found, places);
    found.forEach((value, i) => (into[i] += value));
    this.context.kernels.room.free(found);
    all.dispose();
  }

  /** Takes over a state, with its mask. */
  replace(state: LayerState): void {
    this.free();
    ({ indices: this.indices, weight: this.weight, bias: this.bias } = this.take(state));
    for (const use of this.uses) use.product = this.productOf(use.geometry);
  }

  /** A copy. */
  state(): LayerState {
    const { rows, columns } = weightShape(this.layer);
    const { indices, weight } = this;
    const mask = new Uint8Array(rows * columns);
    if (indices) for (const index of indices) mask[index] = 1;
    else mask.fill(1);
    const weightSlots = weight.slots.map((slot) => this.dense(slot));
    return { ...this.unweighted(), weight: this.dense(weight.values), mask, weightSlots };
  }

  /** A copy of all but the weights, which a memory stands for. */
  unweighted(): LayerState {
    const bias = this.bias?.state();
    const none = { weight: new Float32Array(), mask: new Uint8Array(), weightSlots: [] };
    return { ...weightShape(this.layer), ...none, biasSlots: bias?.slots ?? [], ...(bias && { bias: bias.values }) };
  }

  /** Of what there is for each kept weight, with zeros for the others. */
  dense(kept: Float32Array): Float32Array {
    const { indices } = this;
    if (!indices) return kept.slice();
    const { rows, columns } = weightShape(this.layer);
    const all = new Float32Array(rows * columns);
    indices.forEach((index, k) => (all[index] = kept[k]));
    return all;
  }

  private free(): void {
    this.weight.dispose();
    this.bias?.dispose();
    for (const { product } of this.uses) product.dispose();
    if (this.indices) this.context.kernels.room.free(this.indices);
  }

  private take({ weight, mask, bias, weightSlots, biasSlots }: GivenWeights): {
    indices: Int32Array | undefined;
    weight: Parameter;
    bias: Parameter | undefined;
  } {
    const indices = mask && this.indicesOf(mask);
    const kept = (all: Float32Array): Float32Array =>
      indices ? Float32Array.from(indices, (index) => all[index]) : all;
    const slots = weightSlots === 'recovered' ? weightSlots : weightSlots.map(kept);
    return {
      indices,
      weight: new Parameter(this.context, kept(weight), slots, true),
      bias: bias && new Parameter(this.context, bias, biasSlots, false),
    };
  }

  /** Nothing where all are kept. */
  private indicesOf(mask: Uint8Array): Int32Array | undefined {
    let count = 0;
    for (const kept of mask) if (kept !== 0) count++;
    if (count === mask.length) return undefined;
    const indices = this.context.kernels.room.int32(count);
    for (let i = 0, k = 0; i < mask.length; i++) if (mask[i] !== 0) indices[k++] = i;
    return indices;
  }

  private productOf(geometry: Geometry): Product {
    const { context, layer, indices } = this;
    if (!computesSparsely(layer, this.weight.values.length)) return new DenseProduct(context, layer, geometry, indices);
    return new SparseProduct(context, layer, geometry, this.mask());
  }

  private mask(): Mask {
    const { rows, columns } = weightShape(this.layer);
    if (!this.indices) return Mask.full(rows, columns);
    const mask = Mask.empty(rows, columns);
    for (const index of this.indices) {
      const column = index % columns;
      mask.words[Math.floor(index / columns) * mask.wordsPerRow + (column >>> 5)] |= 1 << (column & 31);
    }
    return mask;
  }
}
