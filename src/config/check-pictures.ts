/** Pictures that have shrunk to one place while there are kernels to come that would look around. */
import { along } from '../core/flow';
import type { Flow } from '../core/flow';
import type { ConvLayer, Layer, Network } from '../core/network';
import type { PathFinding } from './finding';
import * as errors from './model-errors';

/** Convolutions with more than one tap to which a picture of one place comes. */
function* blind(layers: readonly Layer[], begin: Flow): Generator<ConvLayer> {
  let flow: Flow | undefined = begin;
  for (const layer of layers) {
    if (!flow) return;
    const single = flow.kind === 'picture' && flow.size[1] * flow.size[2] === 1;
    if (layer.kind === 'conv' && single && layer.kernel[0] * layer.kernel[1] > 1) yield layer;
    if (layer.kind === 'residual') {
      yield* blind(layer.branch, flow);
      yield* blind(layer.shortcut, flow);
    }
    flow = along([layer], flow);
  }
}

/** The layers fit each other. */
export function checkPictures({ picture, layers }: Network, paths: ReadonlyMap<Layer, string>): PathFinding[] {
  if (!picture) return [];
  const found = [...blind(layers, { kind: 'picture', size: picture })];
  if (found.length === 0) return [];
  const path = paths.get(found[0]) ?? 'model';
  return [{ ...errors.kernelsSeeOnePlace(found[0].name, found.length - 1, picture), path }];
}
