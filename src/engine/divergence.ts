/** Training that stays finite and still learns nothing. */
import type { SparseError } from '../core/errors';
import { trainingDiverges } from './errors';

/** Times the loss of the first step: more than an unlucky batch or a wild first epoch makes of an epoch's mean. */
const factor = 3;

/** The warning that an epoch's mean training loss deserves, if any. Losses in nats; `first`: that of the first step. */
export const divergence = (epoch: number, loss: number, first: number | undefined): SparseError | undefined =>
  first !== undefined && loss > factor * first ? trainingDiverges(epoch, loss, first) : undefined;
