import { checkSize, products } from './scores';

/**
 * GraSP (Wang, Zhang, Grosse, "Picking winning tickets before training by preserving gradient flow", ICLR 2020, eq. 8;
 * eoi.md 3.2). The paper scores S = -w * (H g) and REMOVES the largest S, whose removal lowers the squared norm of the
 * gradient least. Higher is kept here, as everywhere: the result is -S = w * (H g).
 *
 * `hessianGradient`: the Hessian of the loss times its gradient g, row-major like `weights`; the result is float64 and
 * signed. Throws `prune.size-mismatch`.
 */
export function graspScores(
  weights: Float32Array,
  hessianGradient: Float32Array | Float64Array,
  name = 'weight',
): Float64Array<ArrayBuffer> {
  checkSize(name, 'Hessian-gradient products', hessianGradient, weights.length);
  return products(weights, hessianGradient, (product) => product);
}
