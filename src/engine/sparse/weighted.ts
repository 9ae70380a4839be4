/** A layer with a weight to mask: its kept weights only, and what they meet. */
import type { PlaceArguments } from '../../core/kernels/correlate';
import { placeArguments } from '../../core/kernels/correlate';
import type { Geometry } from '../../core/kernels/taps';
import { geometryOf, placesOf } from '../../core/kernels/taps';
import { Mask } from '../../core/mask';
import { weightShape } from '../../core/network';
import type { MaskableLayer } from '../../core/network';
import type { LayerState } from '../states';
import { DenseProduct, SparseProduct, densestSparse } from './products';
import type { Product } from './products';
import { Parameter } from './parameter';
import type { Workshop } from './parameter';

type Size = readonly [height: number, width: number];

/** A layer on pictures of one size. */
export interface Use {
  readonly geometry: Geometry;
  product: Product;
}

export class Weighted {
  weight: Parameter;
  bias: Parameter | undefined;
  private readonly uses: (Use & { size: Size })[] = [];
  /** Of each kept weight its index in the dense one, (rows, columns). */
  private indices: Int32Array;

  /** `state` is copied. */
  constructor(
    private readonly shop: Workshop,
    readonly layer: MaskableLayer,
    state: LayerState,
  ) {
    ({ indices: this.indices, weight: this.weight, bias: this.bias } = this.take(state));
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
  addDenseGradient({ geometry }: Use, into: Float32Array, x: Float32Array, slope: Float32Array, batch: number): void {
    const places: PlaceArguments = placeArguments(placesOf(geometry.forward, batch));
    const all = new DenseProduct(this.shop, this.layer, geometry, undefined);
    const found = this.shop.kernels.room.float32(into.length);
    all.slopes(x, slope, found, places);
    found.forEach((value, i) => (into[i] += value));
    this.shop.kernels.room.free(found);
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
    const shape = weightShape(this.layer);
    const { indices, weight, bias } = this;
    const mask = new Uint8Array(shape.rows * shape.columns);
    for (const index of indices) mask[index] = 1;
    return {
      ...shape,
      weight: this.dense(weight.values),
      mask,
      weightSlots: weight.slots.map((slot) => this.dense(slot)),
      biasSlots: bias?.state().slots ?? [],
      ...(bias && { bias: bias.state().values }),
    };
  }

  /** Of what there is for each kept weight, with zeros for the others. */
  dense(kept: Float32Array): Float32Array {
    const { rows, columns } = weightShape(this.layer);
    const all = new Float32Array(rows * columns);
    this.indices.forEach((index, k) => (all[index] = kept[k]));
    return all;
  }

  private free(): void {
    this.weight.dispose();
    this.bias?.dispose();
    for (const { product } of this.uses) product.dispose();
    this.shop.kernels.room.free(this.indices);
  }

  private take(state: LayerState): { indices: Int32Array; weight: Parameter; bias: Parameter | undefined } {
    const count = state.mask.reduce((sum, kept) => sum + kept, 0);
    const indices = this.shop.kernels.room.int32(count);
    for (let i = 0, k = 0; i < state.mask.length; i++) if (state.mask[i] !== 0) indices[k++] = i;
    const kept = (all: Float32Array): Float32Array => Float32Array.from(indices, (index) => all[index]);
    return {
      indices,
      weight: new Parameter(this.shop, kept(state.weight), state.weightSlots.map(kept), true),
      bias: state.bias && new Parameter(this.shop, state.bias, state.biasSlots, false),
    };
  }

  private productOf(geometry: Geometry): Product {
    const { rows, columns } = weightShape(this.layer);
    const { shop, layer, indices } = this;
    // In groups few outputs meet the same features, so that little is gained by meeting them together.
    const grouped = layer.kind === 'conv' && layer.groups > 1;
    if (!grouped && indices.length > densestSparse * rows * columns)
      return new DenseProduct(shop, layer, geometry, indices.length === rows * columns ? undefined : indices);
    const mask = Mask.empty(rows, columns);
    for (const index of indices) {
      const column = index % columns;
      mask.words[Math.floor(index / columns) * mask.wordsPerRow + (column >>> 5)] |= 1 << (column & 31);
    }
    return new SparseProduct(shop, layer, geometry, mask);
  }
}
