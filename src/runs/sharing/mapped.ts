/** A mapping with its factors, as the desk asks for them. */
import { stretchAt } from '../../core/rps/location-values';
import type { Scales } from '../../core/rps/scales';
import type { Sharing } from '../../core/rps/sharing';
import type { Mapped } from './desk';

export const mappedOf = (sharing: Sharing, { lambda, inverse }: Scales): Mapped => ({
  sharing,
  scaleAt: (layer, location) => lambda[layer] * (inverse ? inverse.values[stretchAt(inverse, location)] : 1),
});
