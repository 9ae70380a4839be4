/** Draws the layers of a network for good, one after the other. */
import { denseWeights, initRngOf } from '../config/dense-weights';
import type { LayerPlan } from '../config/layer-plans';
import { isRotated } from '../config/methods';
import { degreeOf } from '../config/sao-degree';
import { matricesAtOnce } from '../core/givens';
import { approximateIsometryLayerInParts, unrepairableOf } from '../core/init/ai';
import { randomMask } from '../core/init/base';
import { applyMask } from '../core/init/registry';
import { sparseOrthogonalLayerInParts } from '../core/init/sao-conv';
import type { Mask } from '../core/mask';
import type { Parts } from '../core/parts';
import { drawGuided, drawRotatedKernels, drawRotatedMatrices } from './draw-rotated';
import type { RotatedLayer, RotatedRequest } from './draw-rotated';
import { biasOf, initOf, targetOf } from './initialise';
import type { DrawnLayer, Drawing, KeptLayer } from './initialise';

/** Matrices that are products of rotations are drawn with the next ones of their shape, and held until asked for. */
export class LayerDraws {
  private readonly ahead = new Map<string, RotatedLayer & { seconds: number }>();

  /**
   * `layers`: in the order in which they will be asked for; the `shared`, for which a memory stands, are not asked for.
   * `kept`: those that scores decide.
   */
  constructor(
    private readonly drawing: Drawing,
    private readonly layers: readonly LayerPlan[],
    private readonly kept: ReadonlyMap<string, KeptLayer>,
    private readonly shared: ReadonlySet<string> = new Set(),
  ) {}

  /**
   * The weights of one layer for good. Those of exact orthogonal initialisation are the product of the recorded
   * rotations times sigma_w. @throws SparseError `eoi.*`, `mask.*`, `shape.*`, `init.*`
   */
  *draw(layer: LayerPlan): Parts<DrawnLayer> {
    const { config } = this.drawing;
    const { sparsity } = config;
    const gain = this.drawing.gain.weight;
    const bias = biasOf(this.drawing, layer);
    const rng = initRngOf(config, layer.name);
    switch (initOf(config, layer)) {
      case 'base':
        return { ...(yield* this.masked(layer)), ...bias };
      case 'ai': {
        const { weights: start, mask } = yield* this.masked(layer);
        const request = { shape: layer, weights: start, mask, gain, ...sparsity.ai };
        const { weights, initialResidual, residual } = yield* approximateIsometryLayerInParts(request);
        return {
          weights,
          mask,
          ...bias,
          details: { unrepairable: unrepairableOf(layer, mask), initialResidual, residual },
        };
      }
      case 'sao': {
        const degree = degreeOf(sparsity.sao, layer, () => this.density(layer));
        const drawn = yield* sparseOrthogonalLayerInParts({ shape: layer, degree, gain, rng });
        return { ...drawn, ...bias, details: { degree } };
      }
      case 'eoi':
      case 'eis': {
        const wanted = this.drawing.wanted.get(layer.name);
        if (wanted) return { ...(yield* drawGuided({ config, layer, gain, rng }, wanted)), ...bias };
        if (this.isMatrix(layer)) return { ...(yield* this.matrix(layer)), ...bias };
        return { ...(yield* drawRotatedKernels(config, gain, this.request(layer))), ...bias };
      }
    }
  }

  private density(layer: LayerPlan): number {
    return this.kept.get(layer.name)?.mask.density ?? targetOf(layer).density;
  }

  private *masked(layer: LayerPlan): Parts<{ weights: Float32Array<ArrayBuffer>; mask: Mask }> {
    const { name, rows, columns } = layer;
    const rng = initRngOf(this.drawing.config, name).split('mask');
    const mask = this.kept.get(name)?.mask ?? randomMask(rows, columns, targetOf(layer).count, rng);
    const weights = yield* denseWeights(this.drawing, layer, mask);
    applyMask(name, weights, mask);
    return { weights, mask };
  }

  private request(layer: LayerPlan): RotatedRequest {
    return { layer, density: this.density(layer), rng: initRngOf(this.drawing.config, layer.name) };
  }

  /** Whether the layer is a product of rotations that no pattern leads, and no kernel has at its centre. */
  private isMatrix(layer: LayerPlan): boolean {
    const { config, wanted } = this.drawing;
    const { name, kernel, stack } = layer;
    return isRotated(initOf(config, layer)) && !wanted.has(name) && !this.shared.has(name) && !kernel && !stack;
  }

  private *matrix(layer: LayerPlan): Parts<RotatedLayer & { seconds: number }> {
    const found = this.ahead.get(layer.name);
    if (found) {
      this.ahead.delete(layer.name);
      return found;
    }
    const began = performance.now();
    const together = this.alike(layer);
    const { config, gain } = this.drawing;
    const requests = together.map((one) => this.request(one));
    const drawn = yield* drawRotatedMatrices(config, gain.weight, requests);
    const seconds = (performance.now() - began) / 1000 / together.length;
    for (const [l, { name }] of together.entries()) if (l > 0) this.ahead.set(name, { ...drawn[l], seconds });
    return { ...drawn[0], seconds };
  }

  /** The matrix and the next ones of its shape: as many as are best made at once. */
  private alike(layer: LayerPlan): LayerPlan[] {
    const { rows, columns } = layer;
    const most = matricesAtOnce(rows, columns);
    const found = [layer];
    for (let l = this.layers.indexOf(layer) + 1; l < this.layers.length && found.length < most; l++) {
      const next = this.layers[l];
      if (next.rows === rows && next.columns === columns && this.isMatrix(next)) found.push(next);
    }
    return found;
  }
}
