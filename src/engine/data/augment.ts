/**
 * Pictures varied anew in every epoch, as for CIFAR in He et al., "Deep Residual Learning for Image Recognition" (CVPR
 * 2016), section 4.2: padded by 4 black pixels on each side and cropped at random, and mirrored with probability 1/2.
 */
import type { Config } from '../../config/types';
import type { PictureSize } from '../../core/network';
import { Rng } from '../../core/rng';
import type { Values } from '../../formats/records';

export type Augmentation = Config['data']['augment'][number];

/** Black pixels on each side of a picture before it is cropped to its size. */
const padding = 4;

/** How one picture is seen: moved up and to the left by so many pixels, then mirrored. */
export interface View {
  up: number;
  left: number;
  mirrored: boolean;
}

/**
 * The views of one epoch by the example's place in its set. They depend on nothing else, so that a run that is resumed
 * sees the same pictures, and the batch size does not matter. What is not asked for is drawn too: with or without
 * `crop` the same pictures are mirrored.
 */
export function viewsOf(augment: readonly Augmentation[], seed: number, epoch: number): (example: number) => View {
  const rng = Rng.fromSeed(seed).split(`augment/${epoch}`);
  const [crops, flips] = [augment.includes('crop'), augment.includes('flip')];
  return (example) => {
    const own = rng.split(String(example));
    const [up, left] = [own.below(2 * padding + 1) - padding, own.below(2 * padding + 1) - padding];
    const mirrored = own.below(2) === 1;
    return { up: crops ? up : 0, left: crops ? left : 0, mirrored: flips && mirrored };
  };
}

/** Writes `from` as it is seen to `to`; both are (channels, height, width), and `to` is black, 0, where `from` ends. */
export function look({ up, left, mirrored }: View, size: PictureSize, from: Values, to: Values): void {
  const [channels, height, width] = size;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      const row = (c * height + y) * width;
      const above = y + up;
      const outside = above < 0 || above >= height;
      for (let x = 0; x < width; x++) {
        const beside = (mirrored ? width - 1 - x : x) + left;
        to[row + x] = outside || beside < 0 || beside >= width ? 0 : from[(c * height + above) * width + beside];
      }
    }
}
