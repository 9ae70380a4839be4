/**
 * Serves the pictures of a layer's weights by whom they share with. What one layer takes to find is kept while it is
 * looked at.
 */
import { loadsInParts, ofLocations, partnersInParts } from '../../core/rps/partners';
import { locationsOf } from '../../core/rps/mapping';
import type { Sharing } from '../../core/rps/sharing';
import type { CallContext } from '../../protocol/rpc';
import type { SharedWeightCalls, SharersPage, SharingTile } from '../../protocol/sharing-view';
import * as errors from '../errors';
import { inSlices } from './slices';

/** Values of a tile are bytes. */
const largestByte = 255;

export class SharedWeightPictures implements SharedWeightCalls {
  private loads: Promise<Uint32Array> | undefined;
  private partners: { layer: number; of: Promise<Uint16Array> } | undefined;
  /** Several tiles wait for one finding: none of them cancels it for the others. */
  private readonly closing = new AbortController();

  constructor(
    private readonly sharing: () => Promise<Sharing>,
    private readonly sharers: (params: { location: number }, context: CallContext) => Promise<SharersPage>,
  ) {}

  readonly sharedLayers: SharedWeightCalls['sharedLayers'] = async () => {
    const { layers } = await this.sharing();
    return { layers: layers.map(({ name }) => name), most: largest(await this.loadsOf()) };
  };

  readonly sharingTile: SharedWeightCalls['sharingTile'] = async ({ layer, by, ...range }) => {
    const sharing = await this.sharing();
    const place = placeOf(sharing, layer);
    if (by === 'layer') {
      const partners = await this.partnersOf(place);
      return packed(
        range,
        ofLocations(sharing, place, range, (location) => partners[location]),
        1,
      );
    }
    const loads = await this.loadsOf();
    const scale = Math.max(1, (largest(loads) - 1) / largestByte);
    return packed(
      range,
      ofLocations(sharing, place, range, (location) => loads[location] - 1),
      scale,
    );
  };

  readonly sharersOfWeight: SharedWeightCalls['sharersOfWeight'] = async ({ layer, index }, context) => {
    const sharing = await this.sharing();
    const at = new Int32Array(1);
    locationsOf(sharing, placeOf(sharing, layer), index, index + 1, at);
    return this.sharers({ location: at[0] }, context);
  };

  dispose(): void {
    this.closing.abort();
  }

  private async loadsOf(): Promise<Uint32Array> {
    const sharing = await this.sharing();
    // One that failed is none: the next call begins anew.
    this.loads ??= inSlices(loadsInParts(sharing), this.closing).catch((error: unknown) => {
      this.loads = undefined;
      throw error;
    });
    return this.loads;
  }

  private async partnersOf(layer: number): Promise<Uint16Array> {
    const sharing = await this.sharing();
    if (this.partners?.layer !== layer) {
      const of = inSlices(partnersInParts(sharing, layer), this.closing).catch((error: unknown) => {
        this.partners = undefined;
        throw error;
      });
      this.partners = { layer, of };
    }
    return this.partners.of;
  }
}

const largest = (values: Uint32Array): number => values.reduce((most, value) => Math.max(most, value), 0);

const placeOf = ({ layers }: Sharing, layer: string): number => {
  const place = layers.findIndex(({ name }) => name === layer);
  if (place < 0) throw errors.unknownLayer(layer);
  return place;
};

const packed = (range: Omit<SharingTile, 'scale' | 'values'>, values: Float64Array, scale: number): SharingTile => ({
  ...range,
  scale,
  values: Uint8Array.from(values, (value) => Math.min(largestByte, Math.round(value / scale))),
});
