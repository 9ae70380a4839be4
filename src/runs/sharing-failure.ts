/** `sharing-failure.json`: what a run that shares weights did before it failed, or began to. */
import { mostLayers } from '../core/network';
import { isSparseError } from '../core/errors';
import { writeTextAtomically } from '../formats/atomic-file';
import { readText } from '../formats/text-file';
import type { SharingFailure } from '../protocol/sharing';
import { sharingFailureInvalid } from './errors';
import type { RunFolder } from './folder';
import { Invalid, list, number, object, orNull, text, whole } from './validate';

/** 21 steps of a thousand layers, and room. */
const maxBytes = 4 << 20;

const figure = orNull(number);

const checkFailure = object<SharingFailure>({
  code: text(255),
  step: whole,
  layer: orNull(text(255)),
  steps: list(
    object<SharingFailure['steps'][number]>({
      step: whole,
      loss: figure,
      memoryNorm: figure,
      gradientNorm: figure,
      layers: list(
        object<SharingFailure['steps'][number]['layers'][number]>({
          layer: text(255),
          updateRatio: figure,
          norm: figure,
        }),
        mostLayers + 1,
      ),
    }),
    64,
  ),
});

/** @throws SparseError `file.*` */
export const writeSharingFailure = (folder: RunFolder, failure: SharingFailure): Promise<void> =>
  writeTextAtomically(folder.sharingFailureFile, `${JSON.stringify(failure, null, 1)}\n`);

/** Undefined where the run did not fail. @throws SparseError `runs.sharing-failure-invalid`, `file.*` */
export async function readSharingFailure(folder: RunFolder): Promise<SharingFailure | undefined> {
  const file = folder.sharingFailureFile;
  try {
    return checkFailure(JSON.parse(await readText(file, maxBytes, sharingFailureInvalid)), '');
  } catch (error) {
    if (isSparseError(error) && error.code === 'file.not-found') return undefined;
    if (error instanceof Invalid || error instanceof SyntaxError) throw sharingFailureInvalid(file);
    throw error;
  }
}
