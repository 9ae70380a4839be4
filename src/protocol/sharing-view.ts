/**
 * What the pictures of shared weights ask of the host, wherever they stand: in a tab of a run, or in the panel of a
 * config.
 */
import type { TileRange } from '../core/mask';
import type { CallContext } from './rpc';
import type { SharingEvent, SharingFailure, SharingLevel, SharingPoint, SharingReport, TestedPoint } from './sharing';
import type { SaveChunk } from './save';

/** Sharers of a location that are told one by one; how many there are is told besides. */
export const mostSharers = 1000;

/** Steps that a point of the map is trained for when it is tested. */
export const testSteps = 100;

/** Locations `[from, to)` of the memory, cut evenly into bins. */
export interface OwnersRequest {
  from: number;
  to: number;
  bins: number;
}

export interface SharingOwners extends OwnersRequest {
  /** Weights of a layer that lie in a bin: `counts[layer * bins + bin]`, layers as in the report. */
  counts: Uint32Array;
}

/** One of the weights that share a location. */
export interface Sharer {
  layer: string;
  /** Of its element: (out, in), of a convolution (out, in / groups, kh, kw). */
  at: number[];
  sign: number;
  /** What the number of the memory is multiplied with. */
  scale: number;
}

export interface SharersPage {
  location: number;
  /** How many there are. */
  total: number;
  /** The sum of the squared scales of all of them. */
  gamma: number;
  /** At most `mostSharers`, in the order of the network. */
  sharers: Sharer[];
}

/**
 * Of a run it is read from its folder, of a config worked out from its text; `measureSharing` and `testSharing` need
 * the engine.
 */
export interface SharingCalls {
  /** With what was measured and tested from here. */
  sharing(params: Record<string, never>, context: CallContext): Promise<SharingReport>;
  sharingOwners(params: OwnersRequest, context: CallContext): Promise<SharingOwners>;
  sharers(params: { location: number }, context: CallContext): Promise<SharersPage>;
  measureSharing(params: { level: SharingLevel }, context: CallContext): Promise<SharingReport>;
  /** Trains `testSteps` steps at each point; answers all points that were tested from here. */
  testSharing(params: { points: SharingPoint[] }, context: CallContext): Promise<TestedPoint[]>;
  /** Edits the config as the finding of this place in the report suggests; it can be undone there. */
  applySharingFix(params: { finding: number }, context: CallContext): Promise<void>;
}

/**
 * By which the weights of a layer are coloured: the other layer with which each shares its location most, or with how
 * many weights.
 */
export type SharedBy = 'layer' | 'number';

/**
 * `values[i] * scale`, row-major. Of `layer`: 0 where a weight has its location for itself, else 1 + the place of the
 * other layer, or of its own where there is no other. Of `number`: how many others.
 */
export interface SharingTile extends TileRange {
  scale: number;
  values: Uint8Array;
}

/** What the weights of a run are drawn with. */
export interface SharedWeightCalls {
  sharingTile(params: { layer: string; by: SharedBy } & TileRange, context: CallContext): Promise<SharingTile>;
  /** Of the location of one weight: flat index, row-major. */
  sharersOfWeight(params: { layer: string; index: number }, context: CallContext): Promise<SharersPage>;
  /** Layers whose weights are shared, and the most sharers that a location has. */
  sharedLayers(params: Record<string, never>, context: CallContext): Promise<{ layers: string[]; most: number }>;
}

/** What a run recorded of its sharing. */
export interface SharingCourseCalls {
  sharingEvents(
    params: { start: number; end: number },
    context: CallContext,
  ): Promise<{ total: number; items: SharingEvent[] }>;
  /** The steps before each of its warnings and failures, each kind once, in the order in which they came. */
  sharingFailures(params: Record<string, never>, context: CallContext): Promise<SharingFailure[]>;
}

/** What the panel of a config keeps with `setState`. */
export interface SharingViewState {
  configPath: string;
}

export interface SharingViewApi extends SharingCalls {
  save(params: SaveChunk, context: CallContext): Promise<{ saved: boolean }>;
}

export interface SharingViewEvents {
  /** The config may be another one: it is diagnosed anew. */
  changed: Record<string, never>;
  /**
   * The report that is answered next is to be shown as the map of divergence, and the config's own place tested on it.
   */
  test: Record<string, never>;
}

/** The page of the theory computes by itself. */
export interface TheoryViewApi {
  save(params: SaveChunk, context: CallContext): Promise<{ saved: boolean }>;
}
