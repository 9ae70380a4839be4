/** `run.json`: a versioned record. Each version has its mapper; today there is one. */
import { mostLayers } from '../core/network';
import { kernelKinds } from '../core/kernels/kind';
import { backendNames, distributionNames, executorNames, runRecordVersion } from '../protocol/run';
import type { Device, InitDetails, LayerSummary, RunRecord, RunState, SpectrumSummary } from '../protocol/run';
import { mappingNames, scalerNames, sharingMethods, sharingScopes } from '../core/rps/names';
import type { SharingBytes, SharingSummary } from '../protocol/sharing';
import * as errors from './errors';
import { Invalid, encodeNumber, list, number, object, oneOf, optional, pair, text, whole } from './validate';
import type { Check } from './validate';

/** Indented as it is in the file; a message, which has no spaces, carries as much and twice the layers. */
export const maxRecordBytes = 1 << 20;

export const checkState: Check<RunState> = oneOf(
  'starting',
  'initialising',
  'training',
  'completed',
  'cancelled',
  'failed',
  'interrupted',
);

export const checkSummary = object<SpectrumSummary>({ min: number, mean: number, max: number, dead: whole });

const name = text(255);
const path = text(4096);
const sentence = text(4096);

export const checkLayer = object<LayerSummary>({
  name,
  shape: pair(whole),
  kernel: optional(pair(whole)),
  groups: optional(whole),
  dense: optional(oneOf(true)),
  targetDensity: number,
  density: number,
  nonZeros: whole,
  init: oneOf('base', 'ai', 'sao', 'eoi', 'eis'),
  rotations: whole,
  details: optional(
    object<InitDetails>({
      degree: optional(whole),
      centreDensity: optional(number),
      overlap: optional(number),
      centreOverlap: optional(number),
      unmatched: optional(whole),
      evaluations: optional(whole),
      seconds: optional(number),
      unrepairable: optional(whole),
      initialResidual: optional(number),
      residual: optional(number),
    }),
  ),
  orthogonalityError: number,
  singularValues: checkSummary,
  seconds: optional(number),
});

const version1 = object<RunRecord>({
  version: oneOf(1),
  id: name,
  name,
  configPath: path,
  configFromRun: optional(path),
  configSha256: optional(name),
  seed: number,
  state: checkState,
  error: optional(object<{ code: string; message: string }>({ code: name, message: sentence })),
  createdAt: text(40),
  endedAt: optional(text(40)),
  versions: object<RunRecord['versions']>({ sparsescope: name, node: name, tfjs: name }),
  backend: object<RunRecord['backend']>({
    name: oneOf(...backendNames),
    reason: sentence,
    device: optional(object<Device>({ name, memory: optional(whole) })),
  }),
  executor: optional(
    object<NonNullable<RunRecord['executor']>>({
      name: oneOf(...executorNames),
      reason: sentence,
      threads: optional(whole),
      kernels: optional(oneOf(...kernelKinds)),
    }),
  ),
  pid: whole,
  dataset: object<RunRecord['dataset']>({ source: path, train: whole, validation: whole, sha256: name }),
  network: object<RunRecord['network']>({ inputs: whole, classes: whole }),
  step: optional(
    object<NonNullable<RunRecord['step']>>({ batchSize: whole, microBatch: whole, parts: whole, bytes: whole }),
  ),
  totalSteps: whole,
  distribution: optional(oneOf(...distributionNames)),
  laterTarget: optional(object<NonNullable<RunRecord['laterTarget']>>({ density: number, method: name, step: whole })),
  sharing: optional(
    object<SharingSummary>({
      method: oneOf(...sharingMethods),
      mapping: oneOf(...mappingNames),
      scope: oneOf(...sharingScopes),
      compression: number,
      scaler: oneOf(...scalerNames),
      n: whole,
      embedded: optional(whole),
      m: whole,
      bytes: object<SharingBytes>({ memory: whole, optimizer: whole, dense: whole, index: whole, weights: whole }),
    }),
  ),
  layers: list(checkLayer, mostLayers),
});

const mappers: Record<number, (json: unknown) => RunRecord> = { 1: (json) => version1(json, '') };

/**
 * A record from the text of `run.json`; `file` is how errors name it.
 * @throws SparseError `runs.record-invalid`, `runs.record-version`
 */
export function parseRecord(json: string, file: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw errors.recordInvalid(file, 'the text', 'JSON');
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version !== 'number') throw errors.recordInvalid(file, 'version', 'a number');
  const mapper = Object.hasOwn(mappers, version) ? mappers[version] : undefined;
  if (!mapper) throw errors.recordVersion(file, String(version), runRecordVersion);
  try {
    return mapper(value);
  } catch (error) {
    if (error instanceof Invalid) throw errors.recordInvalid(file, error.where, error.expected);
    throw error;
  }
}

/** The text of `run.json`. */
export const formatRecord = (record: RunRecord): string => `${JSON.stringify(record, encodeNumber, 2)}\n`;
