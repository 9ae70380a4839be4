/** The dense initialisations a mask is laid over, by the word a config calls them. */
import type { Mask } from '../mask';
import type { Parts } from '../parts';
import { badGain, maskMismatch } from './errors';
import type { BaseRequest } from './base-request';
import { convOrthogonalInParts } from './conv-orthogonal';
import { deltaOrthogonalInParts } from './delta-orthogonal';
import { kaimingNormal } from './kaiming';
import { lecunNormal } from './lecun';
import { orthogonalInParts } from './orthogonal';
import { xavierNormal } from './xavier';

export type BaseInit =
  'orthogonal' | 'kaiming-normal' | 'xavier-normal' | 'lecun-normal' | 'delta-orthogonal' | 'conv-orthogonal';

type Initialise = (request: BaseRequest) => Parts<Float32Array<ArrayBuffer>>;

/** A fast one, in one part. */
const atOnce = (initialise: (request: BaseRequest) => Float32Array<ArrayBuffer>): Initialise =>
  function* (request) {
    yield;
    return initialise(request);
  };

const checked = (initialise: Initialise): Initialise =>
  function* (request) {
    if (!(request.gain > 0 && request.gain < Infinity)) throw badGain(request.gain);
    return yield* initialise(request);
  };

/**
 * Each gives rows x columns weights, row-major float32, dense: `applyMask` cuts them. They do not depend on the mask
 * unless `sparseFan` asks for it, and are the same whatever other layers there are. Throw `init.*`, `shape.*`.
 */
export const baseInitialisations: Readonly<Record<BaseInit, Initialise>> = {
  orthogonal: checked(orthogonalInParts),
  'kaiming-normal': checked(atOnce(kaimingNormal)),
  'xavier-normal': checked(atOnce(xavierNormal)),
  'lecun-normal': checked(atOnce(lecunNormal)),
  'delta-orthogonal': checked(deltaOrthogonalInParts),
  'conv-orthogonal': checked(convOrthogonalInParts),
};

/** Sets the weights outside the mask to 0, in place. Throws `init.mask-mismatch`. */
export function applyMask(name: string, weights: Float32Array, mask: Mask): void {
  const { rows, columns } = mask;
  if (weights.length !== rows * columns) throw maskMismatch(name, `${rows} x ${columns}`, String(weights.length));
  for (let r = 0, at = 0; r < rows; r++) for (let c = 0; c < columns; c++, at++) if (!mask.get(r, c)) weights[at] = 0;
}
