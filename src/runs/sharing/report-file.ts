/** `sharing.json`: the static diagnosis of the config of a run that shares weights, as it begins. */
import { diagnosisIds, mappingNames, scalerNames, sharingMethods, sharingScopes } from '../../core/rps/names';
import { isSparseError } from '../../core/errors';
import { writeTextAtomically } from '../../formats/atomic-file';
import { readText } from '../../formats/text-file';
import { mostLayers } from '../../core/network';
import type {
  SharingBytes,
  SharingEdit,
  SharingFinding,
  SharingLayerFigures,
  SharingPoint,
  SharingReport,
  TestedPoint,
} from '../../protocol/sharing';
import * as errors from '../errors';
import type { RunFolder } from '../folder';
import { Invalid, encodeNumber, list, number, object, oneOf, optional, orNull, text, whole } from '../validate';
import type { Check } from '../validate';

/** Far more than any network makes. */
const maxBytes = 64 << 20;
/** Maskable layers, and an embedding before them. */
const mostShared = mostLayers + 1;
const most = 1 << 20;

const name = text(255);
const sentence = text(4096);
const verdict = oneOf('ok', 'warn', 'fail', 'info');

const scalar: Check<SharingEdit['value']> = (value, where) => {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as SharingEdit['value'];
  throw new Invalid(where, 'a word, a number, true, false or null');
};

const truth: Check<boolean> = (value, where) => {
  if (typeof value === 'boolean') return value;
  throw new Invalid(where, 'true or false');
};

const checkBytes = object<SharingBytes>({
  memory: whole,
  optimizer: whole,
  dense: whole,
  index: whole,
  weights: whole,
});

const layerFigures = object<SharingLayerFigures>({
  name,
  shape: list(whole, 8),
  weights: whole,
  offset: whole,
  deviation: number,
  factor: number,
  normRatio: number,
  collisions: number,
  batch: optional(
    object<NonNullable<SharingLayerFigures['batch']>>({
      updateRatio: number,
      denseUpdateRatio: number,
      amplification: number,
      keptEnergy: number,
      cosine: orNull(number),
    }),
  ),
});

/** `factor` was called `lambda`, which is another number of `stable-rps`. */
const layer: Check<SharingLayerFigures> = (value, where) => {
  const old = value as { lambda?: unknown } | null;
  const renamed = old?.lambda === undefined ? value : { ...old, factor: old.lambda };
  return layerFigures(renamed, where);
};

const finding = object<SharingFinding>({
  id: oneOf(...diagnosisIds),
  measure: name,
  title: sentence,
  value: orNull(number),
  threshold: orNull(number),
  least: optional(number),
  verdict,
  sentence,
  layer: optional(name),
  fix: optional(
    object<NonNullable<SharingFinding['fix']>>({
      title: sentence,
      edits: list(object<SharingEdit>({ path: name, value: scalar, unless: optional(name) }), 100),
    }),
  ),
});

const point = object<SharingPoint>({ initStd: number, learningRate: number });

const tested = object<TestedPoint>({
  initStd: number,
  learningRate: number,
  steps: whole,
  outcome: oneOf('converged', 'diverged', 'collapsed', 'slow'),
  firstLoss: number,
  lastLoss: orNull(number),
  predicted: oneOf('safe', 'band', 'unsafe'),
});

const report = object<SharingReport>({
  method: oneOf(...sharingMethods),
  mapping: oneOf(...mappingNames),
  scope: oneOf(...sharingScopes),
  compression: number,
  scaler: oneOf(...scalerNames),
  initStd: optional(number),
  learningRate: number,
  n: whole,
  m: whole,
  dense: whole,
  bytes: checkBytes,
  layers: list(layer, mostShared),
  load: object<SharingReport['load']>({ of: list(whole, most), mean: number, max: whole, unused: number, cv: number }),
  gamma: object<SharingReport['gamma']>({
    edges: list(number, most),
    counts: list(whole, most),
    mean: number,
    median: number,
    max: number,
  }),
  owners: object<SharingReport['owners']>({ bins: whole, counts: list(whole, most) }),
  findings: list(finding, 1000),
  batch: optional(
    object<NonNullable<SharingReport['batch']>>({
      examples: whole,
      loss: number,
      updateRatio: number,
      keptEnergy: number,
      cosine: orNull(number),
      curvature: orNull(number),
    }),
  ),
  sharpness: optional(
    object<NonNullable<SharingReport['sharpness']>>({
      value: number,
      residual: number,
      iterations: whole,
      rest: optional(number),
      converged: optional(truth),
      etaS: number,
      threshold: number,
      verdict,
      full: optional(number),
      boundaries: object<NonNullable<SharingReport['sharpness']>['boundaries']>({
        proved: list(point, most),
        heavyBall: optional(list(point, most)),
        empirical: list(point, most),
      }),
    }),
  ),
  tested: list(tested, most),
});

/** @throws SparseError `runs.not-written-yet`, `runs.sharing-invalid`, `runs.sharing-too-large`, `file.*` */
export async function readSharingReport(folder: RunFolder): Promise<SharingReport> {
  const file = folder.sharingFile;
  try {
    return report(JSON.parse(await readText(file, maxBytes, errors.sharingTooLarge)), '');
  } catch (error) {
    if (isSparseError(error) && error.code === 'file.not-found')
      throw errors.notWrittenYet('The figures of the shared weights');
    if (error instanceof Invalid) throw errors.sharingInvalid(file, error.where, error.expected);
    if (error instanceof SyntaxError) throw errors.sharingInvalid(file, 'the text', 'JSON');
    throw error;
  }
}

/** @throws SparseError `file.*` */
export const writeSharingReport = (folder: RunFolder, value: SharingReport): Promise<void> =>
  writeTextAtomically(folder.sharingFile, `${JSON.stringify(value, encodeNumber)}\n`);
