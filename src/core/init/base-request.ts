import type { LayerShape } from '../density/layer-shape';
import type { Mask } from '../mask';
import type { Rng } from '../rng';

export interface BaseRequest {
  shape: LayerShape;
  /** Factor on every weight, above 0. */
  gain: number;
  /** The layer's own; weights are drawn from `rng.split('weights')`. */
  rng: Rng;
  /**
   * What the weights will be cut to. Only sparse fan-in scaling looks at it; without it every weight counts as kept.
   */
  mask?: Mask;
  /** Scale by the kept weights of each unit, not by all. */
  sparseFan?: boolean;
}
