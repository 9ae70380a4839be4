/**
 * What a file says of its shared weights: with the memory it is all that recovers them (docs/sharing.md,
 * recover_rps.py).
 */
import { quote } from '../errors';
import { count } from '../figure';
import * as errors from './errors';
import { mappingNames, scalerNames, sharingScopes } from './names';
import type { ScalerName } from './names';
import { isCount, sharingOf } from './sharing';
import type { LayerToShare, Sharing } from './sharing';
import type { MappingSpec } from './pieces';
import { normalisedScales } from './scales';
import type { Scales } from './scales';

/** Rises when a reader of the old form would recover other weights. */
const metadataVersion = 1;

/**
 * Weights that a reader recovers: a file of a few bytes could claim any number, and to find their scales takes a look
 * at each.
 */
const mostRead = 2 ** 28;

/** The key of a safetensors file's metadata, and the tensor that is the memory. */
export const sharingKey = 'sharing';
export const memoryTensor = 'sharing.memory';

/** All that recovers weights from a memory, as a config says it or a file. */
export interface Wiring {
  sharing: Sharing;
  scales: Pick<Scales, 'lambda' | 'normalised'>;
  /** By what the gradients of plain scales were divided: it recovers nothing, but training goes on with it. */
  scaler?: ScalerName;
}

export const metadataText = ({ sharing, scales, scaler }: Wiring): string => {
  const { layers, spec, scope, compression, n, m } = sharing;
  return JSON.stringify({
    version: metadataVersion,
    mapping: spec.kind,
    seed: spec.seed,
    ...(spec.tile && { tile: spec.tile }),
    ...(spec.aligned !== undefined && { aligned: spec.aligned }),
    ...(spec.chunk !== undefined && { chunk: spec.chunk }),
    ...{ scope, compression, n, m, normalised: scales.normalised },
    ...(scaler !== undefined && { scaler }),
    layers: layers.map(({ name, rows, columns, kernel, groups, embedding, deviation }, l) => ({
      ...{ name, rows, columns },
      ...(kernel && { kernel }),
      ...(groups !== undefined && { groups }),
      ...(embedding && { embedding }),
      deviation,
      lambda: scales.lambda[l],
    })),
  });
};

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `of`: whose key it is, where it is a layer's. */
function numberIn(fields: Fields, key: string, of = ''): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw errors.badMetadata(`"${key}"${of} is no number`);
  return value;
}

function booleanIn(fields: Fields, key: string, of = ''): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw errors.badMetadata(`"${key}"${of} is neither true nor false`);
  return value;
}

function wordIn<T extends string>(fields: Fields, key: string, words: readonly T[]): T {
  const word = words.find((known) => known === fields[key]);
  if (word === undefined) throw errors.badMetadata(`"${key}" is none of ${words.join(', ')}`);
  return word;
}

function pairIn(fields: Fields, key: string, of = ''): [number, number] | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length !== 2 || !value.every((entry) => typeof entry === 'number'))
    throw errors.badMetadata(`"${key}"${of} is not two numbers`);
  return [value[0], value[1]];
}

function specIn(fields: Fields): MappingSpec {
  const tile = pairIn(fields, 'tile');
  return {
    kind: wordIn(fields, 'mapping', mappingNames),
    seed: numberIn(fields, 'seed'),
    ...(tile && { tile }),
    ...(fields['aligned'] !== undefined && { aligned: booleanIn(fields, 'aligned') }),
    ...(fields['chunk'] !== undefined && { chunk: numberIn(fields, 'chunk') }),
  };
}

const ofLayer = (name: string): string => ` of layer ${quote(name)}`;

const divides = (part: number, whole: number): boolean => whole % part === 0;

function layerIn(fields: unknown): LayerToShare {
  if (!isFields(fields)) throw errors.badMetadata('a layer is no object');
  const { name } = fields;
  if (typeof name !== 'string') throw errors.badMetadata('a layer has no name');
  const of = ofLayer(name);
  const [rows, columns] = [numberIn(fields, 'rows', of), numberIn(fields, 'columns', of)];
  const kernel = pairIn(fields, 'kernel', of);
  if (kernel && !(kernel.every(isCount) && divides(kernel[0] * kernel[1], columns)))
    throw errors.badMetadata(
      `the kernel of layer ${quote(name)}, ${kernel.join(' x ')}, does not fit its ${columns} columns`,
    );
  const groups = fields['groups'] === undefined ? {} : { groups: numberIn(fields, 'groups', of) };
  if (groups.groups !== undefined && !(isCount(groups.groups) && divides(groups.groups, rows)))
    throw errors.badMetadata(`the groups of layer ${quote(name)}, ${groups.groups}, do not divide its ${rows} rows`);
  const embedding = fields['embedding'] !== undefined &&
    booleanIn(fields, 'embedding', of) && { embedding: true as const };
  const deviation = numberIn(fields, 'deviation', of);
  return { name, rows, columns, ...(kernel && { kernel }), ...groups, ...embedding, deviation };
}

/** What no config may ask for is no fault of a config here. */
function sharingIn(fields: Fields, layers: readonly LayerToShare[]): Sharing {
  const request = {
    compression: numberIn(fields, 'compression'),
    spec: specIn(fields),
    scope: wordIn(fields, 'scope', sharingScopes),
  };
  try {
    return sharingOf(layers, request);
  } catch (error) {
    throw error instanceof errors.CannotShare ? errors.badSharing(error) : error;
  }
}

/** What a file says, without a look at any location. Throws `rps.bad-metadata`. */
export function readWiring(text: string): Wiring {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw errors.badMetadata('it is not JSON');
  }
  if (!isFields(fields)) throw errors.badMetadata('it is no object');
  if (fields['version'] !== metadataVersion)
    throw errors.badMetadata(`its version is ${JSON.stringify(fields['version'])}, not ${metadataVersion}`);
  const layers: unknown = fields['layers'];
  if (!Array.isArray(layers)) throw errors.badMetadata('it has no layers');
  const sharing = sharingIn(fields, layers.map(layerIn));
  for (const key of ['n', 'm'] as const)
    if (fields[key] !== sharing[key])
      throw errors.badMetadata(`"${key}" is ${JSON.stringify(fields[key])}, and its layers make ${sharing[key]}`);
  const normalised = booleanIn(fields, 'normalised');
  const lambda = Float64Array.from(layers, (layer: Fields, l) => {
    const of = ofLayer(sharing.layers[l].name);
    const value = numberIn(layer, 'lambda', of);
    if (!(value > 0)) throw errors.badMetadata(`"lambda"${of} is not above 0`);
    return value;
  });
  // Readers may go by either.
  const apart = normalised ? sharing.layers.find(({ deviation }, l) => deviation !== lambda[l]) : undefined;
  if (apart) throw errors.badMetadata(`"lambda"${ofLayer(apart.name)} is not its "deviation"`);
  const scaler = fields['scaler'] === undefined ? {} : { scaler: wordIn(fields, 'scaler', scalerNames) };
  return { sharing, scales: { lambda, normalised }, ...scaler };
}

/**
 * `memory`: numbers of the memory that is there: nothing of the size that the text says is made before both agree.
 * Throws `rps.bad-metadata`.
 */
export function readMetadata(text: string, memory: number): { sharing: Sharing; scales: Scales } {
  const { sharing, scales } = readWiring(text);
  if (sharing.n > mostRead)
    throw errors.badMetadata(`its ${count(sharing.n)} weights are more than ${count(mostRead)}`);
  if (memory !== sharing.m)
    throw errors.badMetadata(`the memory has ${count(memory)} numbers, and "m" is ${count(sharing.m)}`);
  return { sharing, scales: scales.normalised ? normalisedScales(sharing) : scales };
}
