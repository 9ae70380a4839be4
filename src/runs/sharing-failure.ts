/**
 * `sharing-failure.json`: what a run that shares weights did before each of its warnings, and before it failed; the
 * first stay.
 */
import { mostLayers } from '../core/network';
import { isSparseError } from '../core/errors';
import { isOfLayers } from '../core/rps/diagnosis/finding';
import { writeTextAtomically } from '../formats/atomic-file';
import { readText } from '../formats/text-file';
import type { SharingFailure } from '../protocol/sharing';
import { sharingFailureInvalid } from './errors';
import type { RunFolder } from './folder';
import { Invalid, list, number, object, oneOf, orNull, text, whole, type Check } from './validate';

/** Rises when readers of the old form would take it for something else; the first had one failure alone, the last. */
const version = 2;
/** A trouble that is told of each layer by itself is told of so many: where more are in it, the others say no more. */
export const mostOfLayers = 8;

/** Kinds of trouble, each told once, and those of layers. */
const mostKept = 16 + mostOfLayers;
/** Layers that share weights and the others, norms too. */
const mostWatched = 4 * mostLayers;
/** So many times 21 steps of a thousand layers. */
const maxBytes = 32 << 20;

const figure = orNull(number);
/** Older files have none. */
const figureOrNone: Check<number | null> = (value, where) => figure(value ?? null, where);

const checkFailure = object<SharingFailure>({
  code: text(255),
  verdict: oneOf('warn', 'fail'),
  step: whole,
  layer: orNull(text(255)),
  value: figureOrNone,
  threshold: figureOrNone,
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
        mostWatched,
      ),
    }),
    64,
  ),
});

const checkFile = object<{ version: number; failures: SharingFailure[] }>({
  version: whole,
  failures: list(checkFailure, mostKept),
});

/** One of the first form has failed. */
function failuresIn(value: unknown): SharingFailure[] {
  if (typeof value === 'object' && value !== null && 'version' in value) {
    const file = checkFile(value, '');
    if (file.version !== version) throw new Invalid('version', String(version));
    return file.failures;
  }
  return [checkFailure({ verdict: 'fail', ...(value as object) }, '')];
}

/**
 * In the order in which they came; none where all went well.
 * @throws SparseError `runs.sharing-failure-invalid`, `file.*`
 */
export async function readSharingFailures(folder: RunFolder): Promise<SharingFailure[]> {
  const file = folder.sharingFailureFile;
  try {
    return failuresIn(JSON.parse(await readText(file, maxBytes, sharingFailureInvalid)));
  } catch (error) {
    if (isSparseError(error) && error.code === 'file.not-found') return [];
    if (error instanceof Invalid || error instanceof SyntaxError) throw sharingFailureInvalid(file);
    throw error;
  }
}

/**
 * Adds one; of a kind, and layer where it is of layers, that is there already, as of a run that went on from before it,
 * it takes the place.
 * @throws SparseError `file.*`
 */
export async function addSharingFailure(folder: RunFolder, failure: SharingFailure): Promise<void> {
  const before = await readSharingFailures(folder).catch((error: unknown): SharingFailure[] => {
    // What cannot be read is of no use to anybody.
    if (isSparseError(error) && error.code === 'runs.sharing-failure-invalid') return [];
    throw error;
  });
  const isSame = ({ code, layer }: SharingFailure): boolean =>
    code === failure.code && (!isOfLayers(code) || layer === failure.layer);
  const at = before.findIndex(isSame);
  const failures = at < 0 ? [...before, failure] : before.with(at, failure);
  await writeTextAtomically(folder.sharingFailureFile, `${JSON.stringify({ version, failures }, null, 1)}\n`);
}
